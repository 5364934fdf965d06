// What the types of the module say about the SDK's own, for `tsc` to check. Nothing runs it.
import AgoraRTC from 'agora-rtc-sdk-ng';

import { fetchToken, keepJoined, type TokenError } from '../../clients/web/token-client.js';

const client = AgoraRTC.createClient({ mode: 'rtc', codec: 'vp8' });
const session = keepJoined(client, {
  url: 'https://tokens.example.com',
  channel: 'test',
  uid: 1234,
  role: 'publisher',
  headers: async () => ({ Authorization: 'Bearer …' }),
  onEvent: (event) => event.type === 'rejoined' ? client.publish([]) : event.type === 'left' ? event.reason?.trim() : event.type,
  onError: (error, { retryIn }) => console.log(error.message, retryIn?.toFixed()),
});
session.joined.then((uid: number | string) => uid);
session.stop({ leave: true }).then(() => {});
keepJoined(client, { channel: 'test', account: 'alice', fetchToken: async ({ channel }) => `token for ${channel}` });
keepJoined(client, { channel: 'test', fetchToken, timers: globalThis, now: Date.now });

fetchToken({ channel: 'test', fetch, signal: AbortSignal.timeout(1) }).catch((error: TokenError) => error.retryAfter);

// @ts-expect-error a channel is needed
fetchToken({ uid: 1234 });
// @ts-expect-error no such role
keepJoined(client, { channel: 'test', role: 'admin' });
