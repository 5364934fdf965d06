// A call from the page at `/`: the real Web SDK joins with a token of this server, and its events renew it.

import assert from 'node:assert/strict';

import { playAgora } from './agora.mjs';
import { read007 } from './official/v007.mjs';
import { assertAccessible, assertRtc, calling, choice, minted, pageTest, part, publishing, text, vendorRequests } from './page.mjs';
import { APP_CERTIFICATE, until } from './server.mjs';

/** What the SDK's own request to join says, out of its multipart body. */
function joinRequest(request) {
  const field = /name="request"\r?\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*?)\r?\n--/.exec(request.postData() ?? '');
  return field && JSON.parse(field[1]).request_bodies[0].buffer;
}

/** Keeps the page from Agora's network; answers what the SDK asked there to join with. */
async function watchJoins(page) {
  const joins = [];
  await page.route(/agora\.io|sd-rtn\.com/, (route) => {
    const buffer = joinRequest(route.request());
    if (buffer?.key) joins.push(buffer);
    return route.abort();
  });
  return joins;
}

/**
 * The SDK's clients, for a test to emit events on; and, where there is no network to join, a join and a renewal that
 * succeed and keep their token.
 */
const keepClients = (page, { isOffline }) =>
  page.addInitScript((isOffline) => {
    const kept = (window.kept = { clients: [], joins: [], renewals: [], published: [] });
    let sdk;
    Object.defineProperty(window, 'AgoraRTC', {
      configurable: true,
      get: () => sdk,
      set(value) {
        sdk = value;
        const create = sdk.createClient.bind(sdk);
        sdk.createClient = (config) => {
          const client = create(config);
          if (isOffline) {
            client.join = async (...values) => (kept.joins.push(values), values[3] ?? 77);
            client.renewToken = async (token) => void kept.renewals.push(token);
            client.leave = async () => {};
            client.publish = async (track) => void kept.published.push(track.trackMediaType);
          }
          kept.clients.push(client);
          return client;
        };
      },
    });
  }, isOffline);

/** Where a connection ends while it publishes, the SDK lets a promise of its own fail unheard. */
async function sendNothing(page) {
  for (const name of ['Camera', 'Microphone']) await part(page, 'call-form').getByRole('checkbox', { name }).uncheck();
}

const emit = (page, event, ...values) =>
  page.evaluate(([event, values]) => window.kept.clients.at(-1).emit(event, ...values), [event, values]);

pageTest('Join joins by the real SDK, with a token for the channel and user of the form', calling, async (page) => {
  const joins = await watchJoins(page);
  const form = part(page, 'call-form');
  await text(form, 'Channel').fill('room-7');
  await choice(form, 'User').selectOption('uid');
  await text(form, 'uid').fill('4294967295');
  await sendNothing(page);
  const before = vendorRequests.length;
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  const { key, cname, uid } = await until('the SDK asks to join', () => joins[0]);
  assert.deepEqual({ cname, uid }, { cname: 'room-7', uid: 4294967295 });
  assertRtc(key, { channel: 'room-7', uid: '4294967295' });
  assert.deepEqual(vendorRequests.slice(before), ['/sdk.js']);
  await part(page, 'call-log').getByText('Fetched a token that lasts 1 hour.').waitFor();
  await page.getByRole('button', { name: 'Leave' }).click();
  await part(page, 'call-state').getByText('Left the channel.').waitFor();
});

pageTest('a subscriber and a user account join with what they may', calling, async (page) => {
  const joins = await watchJoins(page);
  const form = part(page, 'call-form');
  await choice(form, 'User').selectOption('account');
  await text(form, 'Account').fill('alice');
  await choice(form, 'Role').selectOption('subscriber');
  await page.getByRole('button', { name: 'Join with a 40-second token' }).click();
  const { key, cname } = await until('the SDK asks to join', () => joins[0]);
  assert.equal(cname, 'test');
  assertRtc(key, { channel: 'test', uid: 'alice', privileges: { join_channel: 40 }, expire: 40 });
  await page.getByRole('button', { name: 'Leave' }).click();
});

async function joinOffline(page, button = 'Join') {
  await keepClients(page, { isOffline: true });
  await watchJoins(page);
  await page.reload();
  await page.getByRole('button', { name: button, exact: true }).click();
  await part(page, 'call-state').getByText('In test as 77.').waitFor();
}

const kept = (page) => page.evaluate(() => ({ ...window.kept, clients: undefined }));

pageTest('a token of 40 seconds is renewed when the SDK warns, and the log shows it', calling, async (page) => {
  await joinOffline(page, 'Join with a 40-second token');
  await emit(page, 'token-privilege-will-expire');
  const log = part(page, 'call-log');
  await log.getByText('The SDK has taken the new token').waitFor();
  const { joins, renewals } = await kept(page);
  const any = { channel: 'test', uid: '' };
  assertRtc(joins[0][2], { ...any, privileges: Object.fromEntries(Object.keys(publishing).map((name) => [name, 40])), expire: 40 });
  assertRtc(renewals[0], any);
  const said = (await log.locator('p').allInnerTexts()).map((line) => line.replace(/^[\d:]+\s+/, ''));
  assert.deepEqual(said, [
    'Fetched a token that lasts 40 seconds.',
    'Joined the channel.',
    'The SDK warns: the token ends within 30 seconds (token-privilege-will-expire).',
    'Fetched a token that lasts 1 hour.',
    'The SDK has taken the new token (renewToken).',
  ]);

  await page.getByRole('button', { name: 'Take a 40-second token' }).click();
  await log.getByText('its warning comes in ten seconds').waitFor();
  const [, short] = (await kept(page)).renewals;
  assert.equal(read007(short, APP_CERTIFICATE).expire, 40);
});

pageTest('after a token has ended the page joins again with a new one, and sends again', calling, async (page) => {
  await joinOffline(page);
  await until('both tracks are sent', async () => (await kept(page)).published.length === 2);
  await emit(page, 'token-privilege-did-expire');
  await part(page, 'call-log').getByText('Joined the channel again.').waitFor();
  await part(page, 'call-log').getByText('token-privilege-did-expire').waitFor();
  const { joins } = await kept(page);
  assert.equal(joins.length, 2);
  const published = async () => (await kept(page)).published.toSorted().join();
  await until('both tracks are sent twice', async () => (await published()) === 'audio,audio,video,video');
  assert.notEqual(joins[0][2], joins[1][2]);
  assertRtc(joins[1][2], { channel: 'test', uid: '' });
});

pageTest("when Agora's gateway says so, the page renews and joins again, under its own policy", calling, async (page) => {
  const agora = await playAgora(page);
  const form = part(page, 'call-form');
  await choice(form, 'User').selectOption('uid');
  await text(form, 'uid').fill('1234');
  await sendNothing(page);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await part(page, 'call-state').getByText('In test as 1234.').waitFor();
  agora.gateway('on_token_privilege_will_expire');
  await until('the token is renewed', () => agora.renewals.length === 1);
  agora.gateway('on_token_privilege_did_expire');
  await part(page, 'call-log').getByText('Joined the channel again.').waitFor();
  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  assert.equal(new Set(tokens).size, 3);
  for (const token of tokens) assertRtc(token, { channel: 'test', uid: '1234' });
});

pageTest('a token that Agora refuses is explained by a click', calling, async (page) => {
  const agora = await playAgora(page);
  agora.refuse(2_010_009);
  const form = part(page, 'call-form');
  await choice(form, 'User').selectOption('account');
  await text(form, 'Account').fill('alice');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('alert').getByText('Agora refuses the token by error 110, “invalid token, authorized failed”.').waitFor();
  await part(page, 'call-state').getByText('Not in a call.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'call-join');
  await assertAccessible(page, 'refused');
  await page.getByRole('button', { name: 'Explain this token' }).click();
  await part(page, 'explain-outcome').getByText('sdk_error_unexplained').waitFor();
  const filled = ['token', 'channel', 'kind', 'uid', 'code'].map((name) => part(page, `explain-${name}`).inputValue());
  assert.deepEqual(await Promise.all(filled), [agora.joins[0].token, 'test', 'account', 'alice', '110']);
  assert.ok(await part(page, 'call-demo').isHidden());
});

pageTest('a demo says beforehand that nobody is let in', { args: ['serve', '--demo'] }, async (page) => {
  await part(page, 'call-demo').waitFor();
  assert.equal(await part(page, 'call-join').getAttribute('aria-describedby'), 'call-demo');
});

pageTest('camera, microphone and other participants have tiles', calling, async (page) => {
  await joinOffline(page);
  const tiles = part(page, 'call-tiles').locator('figure');
  await tiles.getByText('You, 77: camera and microphone').waitFor();
  await tiles.locator('video').waitFor();
  await part(page, 'call-form').getByRole('checkbox', { name: 'Camera' }).uncheck();
  await tiles.getByText('You, 77: microphone').waitFor();
  await assertAccessible(page, 'in a call');
  await emit(page, 'user-joined', { uid: '<b>bob</b>' });
  await tiles.getByText('<b>bob</b>: sends nothing').waitFor();
  await emit(page, 'user-left', { uid: '<b>bob</b>' });
  await until('the tile is gone', async () => (await tiles.count()) === 1);
  await page.getByRole('button', { name: 'Leave' }).click();
  await until('no tile is left', async () => (await tiles.count()) === 0);
});

pageTest(
  'where the SDK cannot be loaded, the call says so and the rest works',
  { settings: { WEB_SDK_URL: 'http://127.0.0.1:9/sdk.js' }, expected: /ERR_/, mayAsk: (url) => url === 'http://127.0.0.1:9/sdk.js' },
  async (page) => {
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await part(page, 'call-log').getByText('The Web SDK cannot be loaded from http://127.0.0.1:9/sdk.js').waitFor();
    await part(page, 'call-state').getByText('Not in a call.').waitFor();
    await minted(page);
  },
);
