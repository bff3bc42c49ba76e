/** The examination for the command line, which runs it in the page as it is written. */

import { examine, numbersHere } from './examine.js';

window[Symbol.for('dni.engine')] = { examine, numbersHere };
