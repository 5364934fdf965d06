// The real Web SDK in a real browser, on a page of another origin, with Agora's side played: which tokens it joins and
// renews with, as the official packages read them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { snippets } from '../../src/web/page/snippets.js';
import { playAgora } from './agora.mjs';
import { AXIOS_PAGE, browserTests } from './browser.mjs';
import { documentedSource } from './documented.mjs';
import { APP_ID, until } from './server.mjs';
import { assert006, grants007, rtc007 } from './tokens.mjs';

const SDK = '<script src="https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js"></script>';
const { site, browserTest } = browserTests({ ...AXIOS_PAGE, '/': `${AXIOS_PAGE['/']}${SDK}` });

const noSettings = () => ({});

const PUBLISHER = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];

const WILL_EXPIRE = 'token-privilege-will-expire';
const DID_EXPIRE = 'token-privilege-did-expire';

/** A page with the SDK, the module of the server, a client in `client`, and Agora's side. */
async function open(page, url) {
  const agora = await playAgora(page);
  await page.goto(site.origin);
  await page.evaluate(async (url) => {
    AgoraRTC.setLogLevel(4);
    Object.assign(window, await import(`${url}/token-client.js`));
    window.events = [];
    window.errors = [];
    window.keep = (options) => {
      window.client = AgoraRTC.createClient({ mode: 'rtc', codec: 'vp8' });
      window.session = keepJoined(client, {
        onEvent: (event) => events.push(event.type),
        onError: (error, next) => errors.push({ message: error.message, code: error.code, ...next }),
        ...options,
      });
      return session.joined;
    };
  }, url);
  return agora;
}

/** Waits until the page has been told of such an event that many times. */
const told = (page, type, times = 1) =>
  until(`${times} × ${type}`, () =>
    page.evaluate(([type, times]) => events.filter((event) => event === type).length >= times, [type, times]),
  );

const state = (page) => page.evaluate(() => client.connectionState);

function assertNew(tokens) {
  assert.equal(new Set(tokens).size, tokens.length, 'each token is a new one');
}

browserTest("when Agora's gateway says so, a new token renews, and another one joins again", noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  const options = { channel: 'test', uid: 1234, role: 'publisher', ttl: 600 };
  assert.equal(await page.evaluate((options) => keep(options), options), 1234);
  assert.equal(await state(page), 'CONNECTED');

  agora.gateway('on_token_privilege_will_expire');
  await told(page, 'renewed');
  agora.gateway('on_token_privilege_did_expire');
  await told(page, 'rejoined');
  assert.equal(await state(page), 'CONNECTED');

  const [joined, rejoined, ...others] = agora.joins;
  assert.deepEqual(others, []);
  for (const { appId, channel, uid } of [joined, rejoined]) {
    assert.deepEqual({ appId, channel, uid }, { appId: APP_ID, channel: 'test', uid: 1234 });
  }
  assert.equal(agora.renewals.length, 1);
  const tokens = [joined.token, agora.renewals[0], rejoined.token];
  assertNew(tokens);
  for (const token of tokens) assert.deepEqual(grants007(token), rtc007('test', '1234', 600, ...PUBLISHER));
  assert.deepEqual(await page.evaluate(() => errors), []);

  await page.evaluate(() => session.stop({ leave: true }));
  assert.equal(await state(page), 'DISCONNECTED');
});

browserTest("the client's events, emitted on it, do the same", noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  await page.evaluate(() => keep({ channel: 'test', uid: 4_294_967_295 }));
  const emit = (event) => page.evaluate((event) => client.emit(event), event);
  await emit(WILL_EXPIRE);
  await told(page, 'renewed');
  await emit(DID_EXPIRE);
  await told(page, 'rejoined');
  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  assertNew(tokens);
  for (const token of tokens) assert.deepEqual(grants007(token), rtc007('test', '4294967295', 3600, 'join_channel'));
});

browserTest('a token of a few seconds is renewed though the gateway says nothing', noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  await page.evaluate(() => keep({ channel: 'test', uid: 1234, ttl: 2 }));
  await told(page, 'renewed', 2);
  assertNew([agora.joins[0].token, ...agora.renewals]);
  assert.ok(!(await page.evaluate(() => events)).includes('will-expire'));
});

browserTest('leaving the channel ends it', noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  await page.evaluate(() => keep({ channel: 'test', uid: 1234 }));
  await page.evaluate(() => client.leave());
  await told(page, 'left');
  await page.evaluate((event) => client.emit(event), DID_EXPIRE);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
  assert.equal(agora.joins.length, 1);
});

browserTest('a token that Agora refuses is not tried again, and the error is the one of the SDK', noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  agora.refuse(2_010_009);
  const error = await page.evaluate(() => keep({ channel: 'test', uid: 1234 }).catch(({ code, message }) => ({ code, message })));
  assert.equal(error.code, 'CAN_NOT_GET_GATEWAY_SERVER');
  assert.match(error.message, /invalid token, authorized failed/);
  assert.equal(agora.joins.length, 1);
});

browserTest("so does the code that the server's page shows", noSettings, async ({ url, page }) => {
  const agora = await playAgora(page);
  await page.goto(site.origin);
  const body = { services: [{ service: 'rtc', channel: 'room-7', uid: 1234, role: 'publisher' }], ttl: 600 };
  const { code } = snippets({ server: url, body, guarded: false }).find(({ id }) => id === 'javascript');
  await page.addScriptTag({ type: 'module', content: code });
  await until('the gateway is asked', () => agora.entered === 1);
  agora.gateway('on_token_privilege_will_expire');
  await until('the token is renewed', () => agora.renewals.length === 1);
  agora.gateway('on_token_privilege_did_expire');
  await until('the channel is joined again', () => agora.entered === 2);
  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  assertNew(tokens);
  for (const token of tokens) assert.deepEqual(grants007(token), rtc007('room-7', '1234', 600, ...PUBLISHER));
  for (const { appId, channel, uid } of agora.joins) assert.deepEqual([appId, channel, uid], [APP_ID, 'room-7', 1234]);
});

browserTest('the documented call gets its tokens, and new ones in time', noSettings, async ({ url, page }) => {
  const agora = await playAgora(page);
  await page.goto(site.origin);
  const call = await readFile(new URL('documented-call.js', import.meta.url), 'utf8');
  await page.addScriptTag({ content: await documentedSource(url) });
  await page.addScriptTag({ content: call.replaceAll('APPID', APP_ID) });
  await page.evaluate(() => startCall());

  agora.gateway('on_token_privilege_will_expire');
  await until('the token is renewed', () => agora.renewals.length === 1);
  agora.gateway('on_token_privilege_did_expire');
  await until('the channel is joined again', () => agora.entered === 2);

  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  assertNew(tokens);
  // Its address names another channel and uid than it joins with.
  for (const token of tokens) assert006(token, 'test', '1234');
  for (const { channel, uid } of agora.joins) assert.deepEqual([channel, uid], ['ChannelA', 123456]);
  const response = await fetch(`${url}/v1/tokens/inspect`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: tokens[0], channel: 'ChannelA', uid: 123456, error_code: 110 }),
  });
  const codes = (await response.json()).findings.map(({ code }) => code);
  assert.ok(codes.includes('channel_differs') && codes.includes('sdk_error_explained'), codes.join());
});
