// The page: a form for each of its parts. What they share is in page/ask.js; nothing is loaded from elsewhere before a
// call is joined.

import { startCall } from './page/call.js';
import { startExplaining } from './page/explain.js';
import { startMinting } from './page/mint.js';

const { explain } = startExplaining();
startMinting(explain);
startCall(explain);
