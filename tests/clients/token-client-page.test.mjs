// The module for web pages, on a page of another origin in a real browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { browserTests } from './browser.mjs';
import { grants007, rtc007 } from './tokens.mjs';

const { site, browserTest } = browserTests({
  '/': '<!doctype html><link rel="icon" href="data:,">',
  '/copy.js': new URL('../../clients/web/token-client.js', import.meta.url),
});

const noSettings = () => ({});

/** What the module of that address says to these options: the token, or what is told of the error. */
const ask = (page, module, options) =>
  page.evaluate(
    async ([module, options]) => {
      const { fetchToken } = await import(module);
      return fetchToken(options).catch(({ name, message, status, code, retry }) => ({ name, message, status, code, retry }));
    },
    [module, options],
  );

browserTest('a page of another origin imports it, and asks where it came from', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const options = { channel: 'test', uid: 1234, role: 'publisher', ttl: 600 };
  const { token, ...answer } = await ask(page, `${url}/token-client.js`, options);
  const all = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];
  assert.deepEqual(grants007(token), rtc007('test', '1234', 600, ...all));
  assert.deepEqual([answer.channel, answer.uid, answer.expiresAt - answer.issuedAt], ['test', 1234, 600]);
  const sent = relay.requests().map(({ method, target, headers }) => [method, target, headers.origin]);
  assert.deepEqual(sent, [
    ['GET', '/token-client.js', site.origin],
    ['OPTIONS', '/v1/tokens', site.origin],
    ['POST', '/v1/tokens', site.origin],
  ]);
});

browserTest('a copy of it asks the address that it is given', noSettings, async ({ url, page }) => {
  await page.goto(site.origin);
  const { token } = await ask(page, `${site.origin}/copy.js`, { url, channel: 'test', account: 'alice' });
  assert.deepEqual(grants007(token), rtc007('test', 'alice', 3600, 'join_channel'));
});

browserTest("a page reads the server's sentence", noSettings, async ({ url, page }) => {
  await page.goto(site.origin);
  const error = await ask(page, `${url}/token-client.js`, { channel: '', uid: 1234 });
  assert.deepEqual([error.name, error.status, error.retry], ['TokenError', 400, false]);
  assert.match(error.message, /channel/);
  assert.match(error.code, /^[a-z_]+$/);
});

browserTest(
  'with CORS_ALLOW_ORIGIN, the pages of the list may import it and others may not',
  () => ({ CORS_ALLOW_ORIGIN: site.origin }),
  async ({ url, page }) => {
    await page.goto(site.origin);
    assert.ok((await ask(page, `${url}/token-client.js`, { channel: 'test' })).token);
    const other = site.origin.replace('127.0.0.1', 'localhost');
    await page.goto(other);
    await assert.rejects(ask(page, `${url}/token-client.js`, { channel: 'test' }), /Failed to fetch dynamically imported module/);
  },
);

browserTest('a page that is served here too needs no permission', noSettings, async ({ url, relay, page }) => {
  await page.goto(`${url}/docs`);
  const module = await readFile(new URL('../../clients/web/token-client.js', import.meta.url), 'utf8');
  assert.equal(await page.evaluate(() => fetch('/token-client.js').then((response) => response.text())), module);
  assert.ok((await ask(page, `${url}/token-client.js`, { channel: 'test' })).token);
  assert.ok(!relay.requests().some(({ method }) => method === 'OPTIONS'));
});
