// Stands in for Agora's signaling SDK: does nothing, and notes in `window.calls` what it is called with.

import { standIn } from '/stand-in.js';

const client = standIn('rtm');
const channel = standIn('rtm channel');

export default { VERSION: 'stand-in' };
export const createLazyClient = () => () => client;
export const createLazyChannel = () => () => channel;
