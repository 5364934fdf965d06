// Agora's UIKit for Web and React as it is published, in a real browser on a page of another origin. Only the SDKs
// beneath it are stood in for: they would want a camera and Agora's network.

import assert from 'node:assert/strict';

import { browserTests } from './browser.mjs';
import { read007 } from './official/v007.mjs';
import { APP_CERTIFICATE, APP_ID } from './server.mjs';

const packaged = (name, file) => new URL(file, import.meta.resolve(name));
const beside = (file) => new URL(file, import.meta.url);

const REACT = ['useRef', 'useContext', 'useState', 'useReducer', 'useEffect', 'createContext'];

const { site, browserTest } = browserTests({
  '/': beside('uikit/page.html'),
  '/stand-in.js': beside('uikit/stand-in.js'),
  '/react.js': packaged('react', 'umd/react.production.min.js'),
  '/react-dom.js': packaged('react-dom', 'umd/react-dom.production.min.js'),
  '/react.mjs': `export default React; export const { ${REACT.join(', ')} } = React;`,
  '/agora-rtc-react.js': packaged('agora-rtc-react', 'index.js'),
  '/agora-rtm-react.js': packaged('agora-rtm-react', 'index.js'),
  '/agora-react-uikit.js': packaged('agora-react-uikit', 'index.modern.js'),
});

const noSettings = () => ({});
const publishing = { join_channel: 3600, publish_audio: 3600, publish_video: 3600, publish_data: 3600 };

/** Opens the page of a call; `called(method)` waits for that call to an SDK and answers its arguments. */
async function call(page, rtcProps) {
  await page.goto(`${site.origin}/#${encodeURIComponent(JSON.stringify(rtcProps))}`);
  const handle = (method) =>
    page.waitForFunction((method) => window.calls.find((call) => call.method === method)?.values, method);
  return { called: async (method) => (await handle(method)).jsonValue() };
}

/** Asserts that a 007 token grants exactly this service for an hour. */
function assert007(token, service) {
  const { salt, issue_ts, ...read } = read007(token, APP_CERTIFICATE);
  assert.ok(salt > 0);
  assert.ok(Math.abs(issue_ts - Date.now() / 1000) < 10, `issued at ${issue_ts}`);
  assert.deepEqual(read, { app_id: APP_ID, expire: 3600, verified: true, services: [service] });
}

browserTest('it joins a channel and logs in with tokens of its tokenUrl', noSettings, async ({ url, relay, page }) => {
  const { called } = await call(page, { appId: APP_ID, channel: 'test', uid: 1234, tokenUrl: url });

  const [appId, channel, rtcToken, uid] = await called('rtc.join');
  assert.deepEqual({ appId, channel, uid }, { appId: APP_ID, channel: 'test', uid: 1234 });
  assert007(rtcToken, { type: 'rtc', channel: 'test', uid: '1234', privileges: publishing });

  const [{ uid: userId, token: rtmToken }] = await called('rtm.login');
  assert.equal(userId, '1234');
  assert007(rtmToken, { type: 'rtm', user_id: '1234', privileges: { login: 3600 } });

  const asked = relay.requests().map(({ method, target, headers }) => `${method} ${target} from ${headers.origin}`);
  assert.deepEqual(asked.sort(), [
    `GET /rtc/test/publisher/uid/1234/ from ${site.origin}`,
    `GET /rtm/1234 from ${site.origin}`,
  ]);
});

browserTest('without a uid its token is for any', noSettings, async ({ url, relay, page }) => {
  const { called } = await call(page, { appId: APP_ID, channel: 'test', tokenUrl: url, disableRtm: true });
  const [, , token, uid] = await called('rtc.join');
  assert.equal(uid, 0);
  assert007(token, { type: 'rtc', channel: 'test', uid: '', privileges: publishing });
  assert.deepEqual(relay.requests().map(({ target }) => target), ['/rtc/test/publisher/uid/0/']);
});

browserTest('it renews a token that is about to expire', noSettings, async ({ url, page }) => {
  const { called } = await call(page, { appId: APP_ID, channel: 'a b+c', uid: 7, tokenUrl: url, disableRtm: true });
  const [, , first] = await called('rtc.join');
  await page.evaluate(() => window.emit('rtc token-privilege-will-expire'));
  const [second] = await called('rtc.renewToken');
  for (const token of [first, second]) {
    assert007(token, { type: 'rtc', channel: 'a b+c', uid: '7', privileges: publishing });
  }
  assert.notEqual(first, second);
});

browserTest('a refusal reaches it as JSON, not as a CORS error', noSettings, async ({ url, page, complaints }) => {
  const { called } = await call(page, { appId: APP_ID, channel: 'a*', uid: 7, tokenUrl: url, disableRtm: true });
  // It looks at no status: it joins with the token that the answer does not have.
  const [, channel, token] = await called('rtc.join');
  assert.deepEqual({ channel, token }, { channel: 'a*', token: null });
  assert.doesNotMatch(complaints.join('\n'), /CORS/);
});
