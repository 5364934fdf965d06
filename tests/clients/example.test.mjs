// The example application in a real browser, with the real Web SDK and Agora's side played.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { playAgora } from './agora.mjs';
import { browserTests } from './browser.mjs';
import { BINARY, freePort, startProcess, until } from './server.mjs';
import { grants007, rtc007 } from './tokens.mjs';

const file = (name) => new URL(`../../examples/web/${name}`, import.meta.url);

const { site, browserTest } = browserTests({
  '/': file('index.html'),
  '/app.js': file('app.js'),
  '/app.css': file('app.css'),
});

const noSettings = () => ({});

async function open(page, url) {
  const agora = await playAgora(page);
  await page.goto(`${site.origin}/?server=${url}`);
  return agora;
}

const logged = (page, text) => page.getByRole('log').getByText(text).first().waitFor();

browserTest('it joins, renews, joins again and leaves', noSettings, async ({ url, page }) => {
  const agora = await open(page, url);
  await page.getByLabel('Channel').fill('lobby');
  await page.getByLabel('uid').fill('42');
  await page.getByLabel('tokens of 40 seconds').check();
  await page.getByRole('button', { name: 'Join' }).click();
  await logged(page, 'joined 42');
  agora.gateway('on_token_privilege_will_expire');
  await logged(page, 'renewed');
  agora.gateway('on_token_privilege_did_expire');
  await logged(page, 'rejoined 42');
  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  const all = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];
  for (const token of tokens) assert.deepEqual(grants007(token), rtc007('lobby', '42', 40, ...all));
  assert.equal(new Set(tokens).size, 3);

  await page.getByRole('button', { name: 'Leave' }).click();
  await until('it can be joined again', () => page.getByRole('button', { name: 'Join' }).isEnabled());
  assert.equal(await page.evaluate(() => document.querySelectorAll('#people > *').length), 0);
});

const KEY = 'correct-horse-battery-staple-0123456789';

browserTest('on a guarded server it joins with a key, and without one says so', () => ({ API_KEYS: `web:${KEY}` }), async ({ url, page }) => {
  const agora = await open(page, url);
  await page.getByRole('button', { name: 'Join' }).click();
  await logged(page, /; not tried again/);
  await page.getByLabel('JWT or API key').fill(KEY);
  await page.getByRole('button', { name: 'Join' }).click();
  await logged(page, /^.* joined \d+/);
  assert.equal(agora.joins.length, 1);
});

browserTest('it says what the token server says', noSettings, async ({ url, page }) => {
  await open(page, url);
  await page.getByLabel('Channel').fill('a/b');
  await page.getByRole('button', { name: 'Join' }).click();
  await logged(page, /'\/' at position 2.*; not tried again/);
  assert.ok(await page.getByRole('button', { name: 'Join' }).isEnabled());
});

browserTest('without the Web SDK it says so', noSettings, async ({ url, page }) => {
  await page.route(/^https:/, (route) => route.abort());
  await page.goto(`${site.origin}/?server=${url}`);
  await logged(page, 'the Web SDK is not there');
  assert.ok(await page.getByRole('button', { name: 'Join' }).isDisabled());
});

test('one command runs it, and its end ends both servers', { timeout: 60_000 }, async () => {
  const [port, webPort] = [await freePort(), await freePort()];
  const env = { PATH: process.env.PATH, AGORA_TOKEN_SERVER_BIN: BINARY, PORT: `${port}`, WEB_PORT: `${webPort}`, HOST: '127.0.0.1' };
  const answers = (address) => fetch(address).then((response) => response.ok, () => false);
  const addresses = [`http://127.0.0.1:${webPort}/app.js`, `http://127.0.0.1:${port}/token-client.js`];
  const run = await startProcess(fileURLToPath(file('run')), [], env, async () =>
    (await Promise.all(addresses.map(answers))).every(Boolean),
  );
  assert.match(run.output(), new RegExp(`Open http://localhost:${webPort}/\\?server=http://localhost:${port}\n`));
  assert.deepEqual(await run.stop('SIGTERM'), { code: 0, signal: null });
  assert.deepEqual(await Promise.all(addresses.map(answers)), [false, false]);
});
