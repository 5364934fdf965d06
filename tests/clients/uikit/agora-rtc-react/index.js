// Stands in for Agora's media SDK: does nothing, and notes in `window.calls` what it is called with.

import { standIn } from '/stand-in.js';

const client = standIn('rtc', {
  async join(appId, channel, token, uid) {
    window.emit('rtc connection-state-change', 'CONNECTED', 'CONNECTING');
    return uid;
  },
});
const tracks = ['audio', 'video'].map((kind) => standIn(kind));

export default { createClient: () => client, VERSION: 'stand-in' };
export const createClient = () => () => client;
export const createMicrophoneAndCameraTracks = () => () => ({ ready: true, tracks, error: null });
export const AgoraVideoPlayer = () => null;
