// The module for web pages, with a clock, a network and an SDK that the tests move.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { fetchToken, keepJoined } from '../../clients/web/token-client.js';
import { FakeClient, FakeClock, FakeServer, refusal, settled } from './fakes.mjs';

const MODULE = new URL('../../clients/web/token-client.js', import.meta.url);

let clock;
let server;
let client;
let events;
let errors;
let session;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer(clock);
  client = new FakeClient();
  events = [];
  errors = [];
});

afterEach(async () => {
  await session?.stop();
  session = undefined;
  await settled();
  assert.equal(clock.waiting, 0, 'a timer is left');
  assert.equal(client.listeners, 0, 'a listener is left');
});

const ASKED = { url: 'https://tokens.example.com', channel: 'test', uid: 1234 };

/** Starts to keep the client joined. `random` leaves every wait as long as it can be. */
function keep(options = {}) {
  session = keepJoined(client, {
    ...ASKED,
    fetch: server.fetch,
    timers: clock,
    now: clock.now,
    random: () => 1,
    onEvent: (event) => events.push(event),
    onError: (error, next) => errors.push({ error, ...next }),
    ...options,
  });
  return session;
}

async function keptJoined(options) {
  keep(options);
  await session.joined;
  await settled();
}

const types = () => events.map(({ type }) => type);
const ask = (options) => fetchToken({ ...ASKED, fetch: server.fetch, ...options });
const failed = (promise) => promise.then(() => assert.fail('it did not fail'), (error) => error);

// fetchToken

test('it posts what is asked for as JSON, and answers the token with what it is bound to', async () => {
  const token = await ask({ role: 'publisher', ttl: 600 });
  const [{ url, method, headers, body }] = server.requests;
  assert.equal(url, 'https://tokens.example.com/v1/tokens');
  assert.equal(method, 'POST');
  assert.deepEqual(headers, { 'content-type': 'application/json' });
  const service = { service: 'rtc', channel: 'test', uid: 1234, role: 'publisher' };
  assert.deepEqual(body, { ttl: 600, services: [service] });
  assert.deepEqual(token, {
    service: 'rtc',
    channel: 'test',
    uid: 1234,
    privileges: { join_channel: 1_700_000_600 },
    token: 'token 1',
    appId: 'app',
    issuedAt: 1_700_000_000,
    expiresAt: 1_700_000_600,
    renewAt: 1_700_000_570,
  });
});

test('it asks for a user account where the uid is a text, as the SDK takes it', async () => {
  await ask({ uid: '1234' });
  await ask({ uid: undefined, account: 'alice' });
  await ask({ uid: 0 });
  const users = server.requests.map(({ body }) => [body.services[0].uid, body.services[0].account]);
  assert.deepEqual(users, [[undefined, '1234'], [undefined, 'alice'], [0, undefined]]);
});

test('its address may have a path, a slash at its end, or be a URL', async () => {
  await ask({ url: 'https://example.com/tokens/' });
  await ask({ url: new URL('https://example.com') });
  assert.deepEqual(server.requests.map(({ url }) => url), [
    'https://example.com/tokens/v1/tokens',
    'https://example.com/v1/tokens',
  ]);
});

test('without an address, and not loaded from a server, it says so', async () => {
  const error = await failed(ask({ url: undefined }));
  assert.equal(error.message, 'url is missing: the address of the token server');
  assert.deepEqual([error.name, error.code, error.retry], ['TokenError', 'url_missing', false]);
});

test('headers may be given, or asked for before each request', async () => {
  let count = 0;
  await ask({ headers: { Authorization: 'Bearer a' } });
  await ask({ headers: new Headers({ 'X-API-Key': 'k' }) });
  await ask({ headers: async () => ({ Authorization: `Bearer ${++count}` }) });
  await ask({ headers: () => ({ Authorization: `Bearer ${++count}` }) });
  const json = { 'content-type': 'application/json' };
  assert.deepEqual(server.requests.map(({ headers }) => headers), [
    { authorization: 'Bearer a', ...json },
    { ...json, 'x-api-key': 'k' },
    { authorization: 'Bearer 1', ...json },
    { authorization: 'Bearer 2', ...json },
  ]);
});

test("a refusal has the server's sentence, its code and its status", async () => {
  const detail = 'unknown field "chanel"; known are channel, uid; did you mean channel?';
  server.next(refusal(400, { code: 'request_unreadable', detail }));
  const error = await failed(ask());
  assert.ok(error instanceof Error);
  assert.equal(error.message, detail);
  const { name, status, code, retry, retryAfter } = error;
  assert.deepEqual({ name, status, code, retry, retryAfter }, {
    name: 'TokenError',
    status: 400,
    code: 'request_unreadable',
    retry: false,
    retryAfter: undefined,
  });
});

test('a refusal that says when to come again has that in seconds', async () => {
  for (const status of [429, 503]) {
    server.next(refusal(status, { code: 'busy', detail: 'later' }, { 'Retry-After': '7' }));
    const error = await failed(ask());
    assert.deepEqual([error.status, error.retryAfter, error.retry], [status, 7, true]);
  }
});

test('the page of a proxy, and an answer without a token, are errors of the status', async () => {
  server.next(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }));
  let error = await failed(ask());
  assert.equal(error.message, 'https://tokens.example.com/v1/tokens answers 502 without a token');
  assert.deepEqual([error.status, error.code, error.retry], [502, 'unexpected_answer', true]);
  for (const body of ['{}', 'null', '<h1>Log in</h1>', '{"token":"t"}']) {
    server.next(() => new Response(body));
    error = await failed(ask());
    assert.deepEqual([error.status, error.code, error.retry], [200, 'unexpected_answer', true], body);
  }
});

test('a server that cannot be reached is named, with what the browser says', async () => {
  server.next(() => Promise.reject(new TypeError('Failed to fetch')));
  const error = await failed(ask());
  assert.equal(error.message, 'https://tokens.example.com/v1/tokens cannot be reached: Failed to fetch');
  assert.deepEqual([error.code, error.status, error.retry], ['unreachable', undefined, true]);
  assert.equal(error.cause.message, 'Failed to fetch');
});

test('a server that does not answer in time is given up', async () => {
  server.hold();
  const awake = setTimeout(() => {}, 10_000); // as a connection keeps Node.js awake
  const error = await failed(ask({ timeout: 20 }));
  clearTimeout(awake);
  assert.equal(error.message, 'https://tokens.example.com/v1/tokens does not answer within 0.02 s');
  assert.deepEqual([error.code, error.retry], ['timeout', true]);
  assert.equal(server.aborted, 1);
});

test('a signal aborts the request, and its reason is the error', async () => {
  server.hold();
  const controller = new AbortController();
  const asked = failed(ask({ signal: controller.signal }));
  await settled();
  controller.abort(new Error('changed my mind'));
  assert.equal((await asked).message, 'changed my mind');
  assert.equal(server.aborted, 1);
});

// keepJoined: in the channel

test('it joins with a token for the same channel and user, and tells the uid', async () => {
  assert.equal(await keep().joined, 1234);
  assert.deepEqual(client.calls, [['join', 'app', 'test', 'token 1', 1234]]);
  assert.deepEqual(types(), ['token', 'joined']);
  assert.equal(events[1].uid, 1234);
  assert.equal(events[1].token.token, 'token 1');
});

test("an App ID that is given is used instead of the server's", async () => {
  await keptJoined({ appId: 'mine' });
  assert.equal(client.calls[0][1], 'mine');
});

test('a user account is given to the SDK as a text', async () => {
  await keptJoined({ uid: undefined, account: 'alice' });
  assert.equal(client.calls[0][4], 'alice');
});

test('without a user the SDK picks a uid, which is kept after the end of the token', async () => {
  await keptJoined({ uid: undefined });
  client.expire();
  await settled();
  assert.deepEqual(client.calls, [['join', 'app', 'test', 'token 1', null], ['join', 'app', 'test', 'token 2', 99]]);
});

test('it renews the token when the SDK says that it will end', async () => {
  await keptJoined();
  client.emit('token-privilege-will-expire');
  await settled();
  assert.deepEqual(client.calls[1], ['renewToken', 'token 2']);
  assert.deepEqual(types().slice(2), ['will-expire', 'token', 'renewed']);
});

test('it joins again with a new token when the SDK says that the token has ended', async () => {
  await keptJoined();
  client.expire();
  await settled();
  assert.deepEqual(client.calls[1], ['join', 'app', 'test', 'token 2', 1234]);
  assert.deepEqual(types().slice(2), ['did-expire', 'token', 'rejoined']);
});

test('it joins again when the connection ends because of the token or the network', async () => {
  await keptJoined();
  for (const reason of ['TOKEN_EXPIRE', 'NETWORK_ERROR']) {
    client.disconnect(reason);
    await clock.advance(60_000);
    assert.equal(client.connectionState, 'CONNECTED');
  }
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'join', 'join']);
});

test('it renews by its own timer, two seconds after it is time to, when the SDK says nothing', async () => {
  await keptJoined();
  await clock.advance(3570_000 + 1_999);
  assert.equal(client.calls.length, 1);
  await clock.advance(1);
  assert.deepEqual(client.calls[1], ['renewToken', 'token 2']);
  await clock.advance(3572_000);
  assert.deepEqual(client.calls[2], ['renewToken', 'token 3']);
});

test("the timer counts from the answer, whatever the browser's clock says", async () => {
  clock.time += 86_400_000;
  server.skew = -86_400_000;
  await keptJoined();
  await clock.advance(3571_999);
  assert.equal(client.calls.length, 1);
  await clock.advance(1);
  assert.equal(client.calls.length, 2);
});

test('a renewal for the SDK puts the timer off', async () => {
  await keptJoined();
  await clock.advance(3570_000);
  client.emit('token-privilege-will-expire');
  await settled();
  await clock.advance(10_000);
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'renewToken']);
});

test('a request to renew that comes just after a renewal is about the token before', async () => {
  await keptJoined();
  client.emit('token-privilege-will-expire');
  await settled();
  client.emit('token-privilege-will-expire');
  await clock.advance(1_999);
  assert.equal(server.requests.length, 2);
  await clock.advance(1);
  client.emit('token-privilege-will-expire');
  await settled();
  assert.equal(server.requests.length, 3);
});

test('a token of a second is renewed every few seconds, not without a pause', async () => {
  await keptJoined({ ttl: 1 });
  await clock.advance(20_000);
  assert.ok(server.requests.length < 12, `${server.requests.length} requests`);
  assert.ok(server.requests.length > 5, `${server.requests.length} requests`);
});

test('tokens that have ended when they come make it join ever more slowly', async () => {
  keep();
  client.afterJoin = () => client.expire();
  await clock.advance(60_000);
  assert.ok(server.requests.length < 10, `${server.requests.length} requests`);
});

test('when a sleeping tab is looked at again, or the network is back, it renews what is due', async (t) => {
  const page = new EventTarget();
  const network = new EventTarget();
  globalThis.document = page;
  globalThis.addEventListener = network.addEventListener.bind(network);
  t.after(() => {
    delete globalThis.document;
    delete globalThis.addEventListener;
  });
  for (const [target, event] of [[page, 'visibilitychange'], [network, 'online']]) {
    client = new FakeClient();
    await keptJoined();
    target.dispatchEvent(new Event(event));
    await settled();
    assert.equal(client.calls.length, 1, 'not due yet');
    clock.sleep(3590_000);
    assert.equal(client.calls.length, 1, 'timers stand still');
    target.dispatchEvent(new Event(event));
    await settled();
    assert.equal(client.calls[1][0], 'renewToken', event);
    await session.stop();
    await settled();
    assert.equal(clock.waiting, 0);
    target.dispatchEvent(new Event(event));
  }
});

// keepJoined: one at a time

test('events during a fetch make no second one', async () => {
  await keptJoined();
  const answer = server.hold();
  client.emit('token-privilege-will-expire');
  client.emit('token-privilege-will-expire');
  await clock.advance(1_000);
  client.emit('token-privilege-will-expire');
  await settled();
  assert.equal(server.requests.length, 2);
  answer();
  await settled();
  assert.equal(server.requests.length, 2);
  assert.deepEqual(client.calls.slice(1), [['renewToken', 'token 2']]);
});

test('a token that was fetched to renew serves to join, if the old one has ended meanwhile', async () => {
  await keptJoined();
  const answer = server.hold();
  client.emit('token-privilege-will-expire');
  await settled();
  client.expire();
  await settled();
  answer();
  await settled();
  assert.deepEqual(client.calls.slice(1), [['join', 'app', 'test', 'token 2', 1234]]);
});

test('a renewal that the SDK never finishes is given up when the token has ended', async () => {
  await keptJoined();
  client.renewToken = (token) => {
    client.calls.push(['renewToken', token]);
    return new Promise(() => {});
  };
  client.emit('token-privilege-will-expire');
  await settled();
  client.emit('token-privilege-will-expire');
  await settled();
  client.expire();
  await settled();
  assert.deepEqual(client.calls.slice(1), [['renewToken', 'token 2'], ['join', 'app', 'test', 'token 3', 1234]]);
  assert.equal(types().at(-1), 'rejoined');
});

test('a join that the SDK never finishes is left and begun anew when the token has ended', async () => {
  const { join } = client;
  client.join = (...given) => {
    client.calls.push(['join', ...given]);
    client.connectionState = 'CONNECTING';
    return new Promise(() => {});
  };
  keep();
  await settled();
  client.join = join;
  client.emit('token-privilege-did-expire');
  assert.equal(await session.joined, 1234);
  assert.deepEqual(client.calls.map(([name, , , token]) => [name, token]), [
    ['join', 'token 1'],
    ['leave', undefined],
    ['join', 'token 2'],
  ]);
});

test('the end of the token, told of twice, makes it join once', async () => {
  await keptJoined();
  client.disconnect('TOKEN_EXPIRE');
  client.emit('token-privilege-did-expire');
  await clock.advance(60_000);
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'join']);
});

// keepJoined: failures

test('it tries again after 1, 2, 4, … 30 seconds, and tells each failure', async () => {
  server.fail(() => Promise.reject(new TypeError('Failed to fetch')));
  keep();
  await clock.advance(150_000);
  assert.deepEqual(errors.slice(0, 7).map(({ retryIn }) => retryIn), [1, 2, 4, 8, 16, 30, 30]);
  const times = server.requests.map(({ time }) => time - server.requests[0].time);
  assert.deepEqual(times.slice(0, 7), [0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000]);
  assert.match(errors[0].error.message, /cannot be reached/);
  server.fail();
  await clock.advance(30_000);
  assert.equal(await session.joined, 1234);
});

test('half of each wait is random', async () => {
  server.fail(refusal(500, {}));
  keep({ random: () => 0 });
  await settled();
  await session.stop();
  keep({ random: () => 0.5 });
  await settled();
  assert.deepEqual(errors.map(({ retryIn }) => retryIn), [0.5, 0.75]);
});

test('it waits as long as the server says', async () => {
  for (const status of [429, 503]) {
    server.next(refusal(status, { detail: 'later' }, { 'Retry-After': '90' }));
    client = new FakeClient();
    keep();
    await settled();
    const before = server.requests.length;
    await clock.advance(89_999);
    assert.equal(server.requests.length, before);
    await clock.advance(1);
    assert.equal(await session.joined, 1234);
    await session.stop();
  }
});

test('an event does not shorten the wait that the server asked for', async () => {
  await keptJoined();
  server.next(refusal(429, { detail: 'later' }, { 'Retry-After': '60' }));
  client.emit('token-privilege-will-expire');
  await settled();
  client.expire();
  await clock.advance(59_999);
  assert.equal(server.requests.length, 2);
  await clock.advance(1);
  assert.deepEqual(client.calls.slice(1).map(([name]) => name), ['join']);
});

test('once it works, the next failure waits a second again', async () => {
  await keptJoined();
  for (let round = 0; round < 2; round++) {
    server.next(refusal(500, {}));
    client.emit('token-privilege-will-expire');
    await clock.advance(5_000);
  }
  assert.deepEqual(errors.map(({ retryIn }) => retryIn), [1, 1]);
  assert.equal(client.calls.length, 3);
});

for (const status of [400, 401, 403]) {
  test(`a ${status} before the channel is joined ends it`, async () => {
    server.next(refusal(status, { code: 'no', detail: 'not you' }));
    const error = await failed(keep().joined);
    assert.deepEqual([error.message, error.status], ['not you', status]);
    assert.deepEqual(errors, [{ error }]);
    await clock.advance(600_000);
    assert.equal(server.requests.length, 1);
    assert.equal(client.listeners, 0);
  });

  test(`after a ${status} in the channel it asks again when the SDK says something, and not before`, async () => {
    await keptJoined();
    server.next(refusal(status, { code: 'no', detail: 'log in again' }));
    client.emit('token-privilege-will-expire');
    await clock.advance(600_000);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(errors.map(({ error, retryIn }) => [error.status, retryIn]), [[status, undefined]]);
    client.expire();
    await settled();
    assert.equal(types().at(-1), 'rejoined');
  });
}

test('a refusal after the end of the token ends it', async () => {
  await keptJoined();
  server.next(refusal(401, { code: 'no', detail: 'log in again' }));
  client.expire();
  await settled();
  assert.equal(client.listeners, 0);
  assert.equal(errors.length, 1);
});

test('a renewal that the SDK refuses is tried again with a new token', async () => {
  await keptJoined();
  client.fail('renewToken', Object.assign(new Error('WS_ABORT'), { code: 'WS_ABORT' }));
  client.emit('token-privilege-will-expire');
  await clock.advance(1_000);
  assert.deepEqual(client.calls.slice(1), [['renewToken', 'token 2'], ['renewToken', 'token 3']]);
  assert.deepEqual(errors.map(({ error, retryIn }) => [error.message, retryIn]), [['WS_ABORT', 1]]);
});

test('a renewal that the SDK refuses because it is out of the channel becomes a join', async () => {
  await keptJoined();
  client.connectionState = 'DISCONNECTED';
  client.fail('renewToken', Object.assign(new Error('before user join'), { code: 'INVALID_OPERATION' }));
  client.emit('token-privilege-will-expire');
  await clock.advance(1_000);
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'renewToken', 'join']);
});

test('a join that fails by the network is tried again; one that the SDK calls hopeless is not', async () => {
  client.fail('join', Object.assign(new Error('timeout'), { code: 'NETWORK_TIMEOUT' }));
  keep();
  await clock.advance(1_000);
  assert.equal(await session.joined, 1234);
  await session.stop();
  for (const details of [
    { code: 'CAN_NOT_GET_GATEWAY_SERVER', data: { retry: false, desc: ['invalid token, authorized failed'] } },
    { code: 'INVALID_OPERATION' },
    { code: 'INVALID_PARAMS' },
  ]) {
    client = new FakeClient();
    client.fail('join', Object.assign(new Error('no'), details));
    assert.equal((await failed(keep().joined)).code, details.code);
    await clock.advance(60_000);
    assert.equal(client.calls.length, 1);
  }
});

test('once in the channel, no failure of the SDK to join again makes it give up', async () => {
  await keptJoined();
  const data = { retry: false, desc: ['dynamic key expired'] };
  client.fail('join', Object.assign(new Error('expired'), { code: 'CAN_NOT_GET_GATEWAY_SERVER', data }));
  client.expire();
  await clock.advance(2_000);
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'join', 'join']);
  assert.equal(client.connectionState, 'CONNECTED');
});

test('a callback that fails stops nothing, and its error is seen', async (t) => {
  const seen = [];
  t.mock.method(globalThis, 'queueMicrotask', (run) => {
    try {
      run();
    } catch (error) {
      seen.push(error.message);
    }
  });
  const boom = () => {
    throw new Error('mine');
  };
  server.next(refusal(500, {}));
  keep({ onEvent: boom, onError: boom });
  await clock.advance(1_000);
  assert.equal(await session.joined, 1234);
  assert.deepEqual(seen, ['mine', 'mine', 'mine']);
});

// keepJoined: the end

test('it ends when the application leaves, or the client is banned', async () => {
  for (const reason of ['LEAVE', 'UID_BANNED', 'SERVER_ERROR']) {
    client = new FakeClient();
    await keptJoined();
    client.disconnect(reason);
    assert.deepEqual(events.at(-1), { type: 'left', reason });
    await clock.advance(7200_000);
    assert.equal(client.calls.length, 1);
    assert.equal(client.listeners, 0);
  }
});

test('stopped, it leaves no listener and no timer, and the client in the channel', async () => {
  await keptJoined();
  await session.stop();
  await settled();
  assert.equal(client.listeners, 0);
  assert.equal(clock.waiting, 0);
  client.emit('token-privilege-will-expire');
  client.emit('token-privilege-did-expire');
  await clock.advance(7200_000);
  assert.deepEqual(client.calls.map(([name]) => name), ['join']);
  assert.equal(client.connectionState, 'CONNECTED');
});

test('asked to, it leaves the channel when it is stopped', async () => {
  await keptJoined();
  await session.stop({ leave: true });
  assert.deepEqual(client.calls.map(([name]) => name), ['join', 'leave']);
  assert.deepEqual(types(), ['token', 'joined']);
});

test('stopped during a fetch, it aborts it and joins nothing', async () => {
  server.hold();
  keep();
  await settled();
  await session.stop();
  assert.equal((await failed(session.joined)).name, 'AbortError');
  await settled();
  assert.equal(server.aborted, 1);
  assert.deepEqual([client.calls, errors, events], [[], [], []]);
});

test('stopped while it waits, it tries no more', async () => {
  server.fail(refusal(500, {}));
  keep();
  await settled();
  assert.equal(clock.waiting, 1);
  await session.stop();
  await clock.advance(60_000);
  assert.equal(server.requests.length, 1);
});

test('stopped twice is stopped', async () => {
  await keptJoined();
  await session.stop();
  await session.stop();
});

// keepJoined: with another source of tokens

test('another source of tokens is asked for the same channel and user, and can be aborted', async () => {
  const asked = [];
  const source = async (options) => {
    asked.push(options);
    return `mine ${asked.length}`;
  };
  await keptJoined({ fetchToken: source, appId: 'app', role: 'publisher' });
  client.emit('token-privilege-will-expire');
  await settled();
  await clock.advance(86_400_000);
  assert.deepEqual(client.calls, [['join', 'app', 'test', 'mine 1', 1234], ['renewToken', 'mine 2']]);
  const { channel, uid, role, signal } = asked[0];
  assert.deepEqual({ channel, uid, role }, { channel: 'test', uid: 1234, role: 'publisher' });
  assert.equal(signal.aborted, false);
  await session.stop();
  assert.equal(signal.aborted, true);
});

// The package

test('the module has less than 4 kB when it is minified, and needs no other', async (t) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(MODULE)],
    bundle: true,
    format: 'esm',
    metafile: true,
    minify: true,
    write: false,
  });
  const bytes = outputFiles[0].contents.length;
  t.diagnostic(`${bytes} bytes minified`);
  assert.ok(bytes < 4_000, `${bytes} bytes`);
  assert.equal(Object.keys(metafile.inputs).length, 1);
});

test('the package has what its manifest names, and depends on nothing', async () => {
  const manifest = JSON.parse(await readFile(new URL('package.json', MODULE), 'utf8'));
  assert.deepEqual([manifest.type, manifest.license, manifest.dependencies], ['module', 'MIT', undefined]);
  const named = [...Object.values(manifest.exports['.']), manifest.types, ...manifest.files];
  for (const file of named) assert.ok((await readFile(new URL(file, MODULE))).length > 0, file);
});

test('what is packed is this and nothing else', () => {
  const options = { cwd: fileURLToPath(new URL('.', MODULE)), encoding: 'utf8' };
  const { stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options);
  const packed = Object.values(JSON.parse(stdout || stderr))[0].files.map(({ path }) => path);
  const wanted = ['LICENSE', 'README.md', 'package.json', 'token-client.d.ts', 'token-client.js'];
  assert.deepEqual(packed.toSorted(), wanted);
});

test("the types are right, and the SDK's own client fits them", () => {
  const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck'];
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', ...modules];
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const file = fileURLToPath(new URL('types.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});
