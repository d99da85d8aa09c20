/* Everything that needs a browser, in one process, so that one browser serves all. */

import { after } from 'node:test';
import { closeBrowser } from './support.js';
import './story.js';
import './sdk.js';

after(closeBrowser);
