import { renderToString } from 'react-dom/server';
import { Page, Plain } from './plain.jsx';

export const render = () => renderToString(<Plain />);
export const renderPage = (props) => `<!doctype html>${renderToString(<Page {...props} />)}`;
