// Clients in Node: the documented code with axios, and fetch.

import assert from 'node:assert/strict';
import http from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

import axios from 'axios';

import { documentedSource } from './documented.mjs';
import { read007 } from './official/v007.mjs';
import { APP_CERTIFICATE, APP_ID, startRelay, startServer, until } from './server.mjs';
import { assert006 } from './tokens.mjs';

const timeout = 30_000;

let server;
before(async () => (server = await startServer()), { timeout });
after(() => server?.stop(), { timeout });

async function getJson(path) {
  const response = await fetch(server.url + path);
  return { status: response.status, body: await response.json() };
}

test('the documented client code gets a token for the channel and uid in its address', { timeout }, async () => {
  const source = await documentedSource(server.url);
  const token = await new Promise((resolve, reject) => {
    // A failure reaches the code's console.log and nothing else.
    const fetchToken = new Function('axios', 'console', `${source}\nreturn fetchToken;`)(axios, { log: reject });
    fetchToken(123456, 'ChannelA').then(resolve, reject);
  });
  assert006(token, 'test', '1234');
});

test('a connection stays open after a GET with a body', { timeout }, async () => {
  const relay = await startRelay(server.port);
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const get = () =>
      axios({
        method: 'get',
        url: `${relay.url}/access_token?channel=test&uid=1234`,
        headers: { 'Content-Type': 'application/json' },
        data: JSON.stringify({ uid: 123456, channelName: 'ChannelA' }),
        httpAgent,
      });
    for (let i = 0; i < 2; i++) assert006((await get()).data.token, 'test', '1234');
    assert.equal(relay.connections.length, 1);
    assert.equal(relay.connections[0].match(/"channelName":"ChannelA"/g).length, 2);
    assert.deepEqual(relay.requests().map(({ method }) => method), ['GET', 'GET']);
  } finally {
    httpAgent.destroy();
    await relay.stop();
  }
});

// As Python's http.client does, and with it requests and urllib3.
test('a client that sends the body of a GET after the headers gets its responses', { timeout }, async () => {
  const relay = await startRelay(server.port);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const body = '{"uid":123456}';
  try {
    for (let i = 0; i < 3; i++) {
      const outgoing = http.request(`${relay.url}/access_token?channel=test&uid=1234`, {
        agent,
        headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
      });
      const answer = new Promise((resolve, reject) => outgoing.on('response', resolve).on('error', reject));
      outgoing.flushHeaders();
      await until('the head has gone out', () => relay.requests().length > i);
      // Meanwhile the server answers somebody else, so that it has seen the head too.
      await getJson('/ping');
      outgoing.end(body);
      assert006((await json(await answer)).token, 'test', '1234');
    }
    // The server responds from the headers and then closes the connection, since the body is still to come.
    assert.equal(relay.connections.length, 3);
  } finally {
    agent.destroy();
    await relay.stop();
  }
});

test('fetch gets a token as compact JSON that nobody may cache', { timeout }, async () => {
  const response = await fetch(`${server.url}/access_token?channel=test&uid=1234`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^application\/json/);
  assert.match(response.headers.get('cache-control'), /no-store/);
  const text = await response.text();
  const { token } = JSON.parse(text);
  assert.equal(text, `{"token":"${token}"}`);
  assert006(token, 'test', '1234');
});

test('every token has a salt of its own', { timeout }, async () => {
  const tokens = [];
  for (let i = 0; i < 20; i++) tokens.push((await getJson('/access_token?channel=test&uid=1234')).body.token);
  assert.equal(new Set(tokens).size, 20);
});

test('no uid and uid 0 both mean any user', { timeout }, async () => {
  for (const query of ['channel=test', 'channel=test&uid=0']) {
    assert006((await getJson(`/access_token?${query}`)).body.token, 'test', '');
  }
});

test('expiredTs becomes the end of the join privilege', { timeout }, async () => {
  const end = Math.floor(Date.now() / 1000) + 1800;
  const { body } = await getJson(`/access_token?channel=test&uid=1234&expiredTs=${end}`);
  assert006(body.token, 'test', '1234', { join_channel: end });
});

test("the tutorial server's parameters get its token: relative time, role, publishing", { timeout }, async () => {
  const all = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];
  for (const [role, privileges] of [['publisher', all], ['subscriber', ['join_channel']]]) {
    const before = Math.floor(Date.now() / 1000);
    const query = `channelName=test&uid=1234&role=${role}&expireTime=600`;
    const { body } = await getJson(`/access_token?${query}`);
    const after = Math.floor(Date.now() / 1000);
    const at = (now) => Object.fromEntries(privileges.map((privilege) => [privilege, now + 600]));
    try {
      assert006(body.token, 'test', '1234', at(before));
    } catch (error) {
      // The clock went on to the next second meanwhile.
      if (before === after) throw error;
      assert006(body.token, 'test', '1234', at(after));
    }
  }
});

test('a channel with every kind of supported character arrives', { timeout }, async () => {
  const channel = "aZ09 !#$%&()+-:;<=.>?@[]^_{}|~,";
  const { body } = await getJson(`/access_token?channel=${encodeURIComponent(channel)}&uid=1234`);
  assert006(body.token, channel, '1234');
});

test('a request without channel is refused with the reason', { timeout }, async () => {
  const { status, body } = await getJson('/access_token?uid=1234');
  assert.equal(status, 400);
  assert.deepEqual(Object.keys(body), ['error']);
  assert.match(body.error, /channel/);
});

test('GET /ping answers pong', { timeout }, async () => {
  assert.deepEqual(await getJson('/ping'), { status: 200, body: { message: 'pong' } });
});

test('ACCESS_TOKEN_VERSION=007 makes AccessToken2, which the official package verifies', { timeout }, async () => {
  const server007 = await startServer({ ACCESS_TOKEN_VERSION: '007' });
  try {
    const response = await axios.get(`${server007.url}/access_token?channel=test&uid=1234`);
    const { salt, issue_ts, ...read } = read007(response.data.token, APP_CERTIFICATE);
    assert.ok(salt >= 1 && salt <= 99_999_999, `salt ${salt}`);
    assert.ok(Math.abs(issue_ts - Date.now() / 1000) < 10, `issued at ${issue_ts}`);
    assert.deepEqual(read, {
      app_id: APP_ID,
      expire: 86_400,
      verified: true,
      services: [{ type: 'rtc', channel: 'test', uid: '1234', privileges: { join_channel: 86_400 } }],
    });
  } finally {
    await server007.stop();
  }
});
