import { renderToString } from 'react-dom/server';
import { Business } from './business.jsx';

export const render = () => renderToString(<Business />);
