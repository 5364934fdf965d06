// The requests of the documentation's samples, from a page of another origin in a real browser.

import assert from 'node:assert/strict';

import { AXIOS_PAGE, browserTests } from './browser.mjs';
import { grants007 as grants, rtc007 } from './tokens.mjs';

const { site, browserTest } = browserTests(AXIOS_PAGE);

const noSettings = () => ({});

const rtc = (expire, ...names) => rtc007('ChannelA', '123456', expire, ...names);
const ALL = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];

/** Asserts that the browser sent these, each preflight with the header that it asked for. */
function assertSent(relay, expected) {
  const sent = relay.requests().map(({ method, target, headers }) => {
    assert.equal(headers.origin, site.origin);
    const asked = headers['access-control-request-headers'];
    return asked ? `${method} ${target} ${asked}` : `${method} ${target}`;
  });
  assert.deepEqual(sent, expected);
}

browserTest('"use tokens" posts with axios and reads token', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const ask = (tokenRole) =>
    page.evaluate(
      async ([url, tokenRole]) => {
        const fields = { uid: 123456, channelName: 'ChannelA', role: tokenRole };
        const headers = { 'Content-Type': 'application/json; charset=UTF-8' };
        const { data } = await axios.post(`${url}/fetch_rtc_token`, fields, { headers });
        return data;
      },
      [url, tokenRole],
    );
  const publisher = await ask(1);
  assert.equal(publisher.code, '200');
  assert.deepEqual(grants(publisher.token), rtc(3600, ...ALL));
  assert.deepEqual(grants((await ask(2)).token), rtc(3600, 'join_channel'));
  assertSent(relay, [
    'OPTIONS /fetch_rtc_token content-type',
    'POST /fetch_rtc_token',
    'POST /fetch_rtc_token', // the preflight is remembered
  ]);
});

browserTest('its native samples post a ChannelName', noSettings, async ({ url, page }) => {
  await page.goto(site.origin);
  const { code, token } = await page.evaluate(async (url) => {
    const body = JSON.stringify({ uid: 123456, ChannelName: 'ChannelA', role: 1 });
    return (await fetch(`${url}/fetch_rtc_token`, { method: 'POST', body })).json();
  }, url);
  assert.equal(code, '200');
  assert.deepEqual(grants(token), rtc(3600, ...ALL));
});

browserTest('signaling posts a uid with axios', noSettings, async ({ url, page }) => {
  await page.goto(site.origin);
  const token = await page.evaluate(async (url) => {
    const headers = { 'Content-Type': 'application/json; charset=UTF-8' };
    return (await axios.post(`${url}/fetch_rtm_token`, { uid: 'alice' }, { headers })).data.token;
  }, url);
  const privileges = { login: 3600 };
  assert.deepEqual(grants(token), { expire: 3600, services: [{ type: 'rtm', user_id: 'alice', privileges }] });
});

browserTest('the Go service is asked with fetch and an expiry', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const token = await page.evaluate(async (url) => {
    const response = await fetch(`${url}/rtc/ChannelA/1/uid/123456/?expiry=45`);
    return (await response.json()).rtcToken;
  }, url);
  assert.deepEqual(grants(token), rtc(45, ...ALL));
  assertSent(relay, ['GET /rtc/ChannelA/1/uid/123456/?expiry=45']);
});

browserTest('the Go service is asked with axios and a bearer token', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const token = await page.evaluate(async (url) => {
    const headers = { Authorization: 'Bearer abc' };
    return (await axios.get(`${url}/rtc/ChannelA/subscriber/uid/123456`, { headers })).data.rtcToken;
  }, url);
  assert.deepEqual(grants(token), rtc(3600, 'join_channel'));
  assertSent(relay, [
    'OPTIONS /rtc/ChannelA/subscriber/uid/123456 authorization',
    'GET /rtc/ChannelA/subscriber/uid/123456',
  ]);
});

browserTest('the Go service is posted to with fetch', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const token = await page.evaluate(async (url) => {
    const fields = { tokenType: 'rtc', channel: 'ChannelA', role: 'publisher', uid: '123456', expire: 600 };
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${url}/getToken`, { method: 'POST', headers, body: JSON.stringify(fields) });
    return (await response.json()).token;
  }, url);
  assert.deepEqual(grants(token), rtc(600, ...ALL));
  assertSent(relay, ['OPTIONS /getToken content-type', 'POST /getToken']);
});

browserTest('a page can read why each of them was refused', noSettings, async ({ url, page, complaints }) => {
  await page.goto(site.origin);
  const refusals = await page.evaluate(async (url) => {
    const headers = { 'Content-Type': 'application/json' };
    const post = (path, body) => fetch(url + path, { method: 'POST', headers, body });
    const answers = [
      await fetch(`${url}/rtc/ChannelA/admin/uid/1/`),
      await post('/getToken', '{}'),
      await post('/fetch_rtc_token', '{"uid":1}'),
      await post('/v2/token/generate', '{'),
    ];
    return Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]));
  }, url);
  const role = 'must be publisher (also 1, host, broadcaster) or subscriber (also 2, audience)';
  const message = JSON.stringify(`role "admin" ${role}`);
  assert.deepEqual(refusals, [
    [400, `{"error":${message},"message":${message},"status":400}`],
    [400, 'tokenType is required'],
    [400, '{"code":"400","token":"channel name is required"}'],
    [400, '{"code":-1,"message":"the body is not JSON: EOF while parsing an object at line 1 column 1","data":""}'],
  ]);
  assert.doesNotMatch(complaints.join('\n'), /CORS/);
});
