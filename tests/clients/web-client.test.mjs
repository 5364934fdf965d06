// docs/web-client.md: its code, in a real browser with the real Web SDK and Agora's side played.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { playAgora } from './agora.mjs';
import { browserTests } from './browser.mjs';
import { APP_ID, until } from './server.mjs';
import { grants007, rtc007 } from './tokens.mjs';

const text = await readFile(new URL('../../docs/web-client.md', import.meta.url), 'utf8');
const blocks = (language) => Array.from(text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')), ([, code]) => code);

const [html] = blocks('html');
const [fetching, joining, staying, keeping, bundled, ...others] = blocks('js');
assert.deepEqual(others, []);

const files = { '/': html };
const { site, browserTest } = browserTests(files);

const PUBLISHER = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];

/** Shows the document's page with this code as its `call.js`. It is in the channel when this returns. */
async function show(page, url, code) {
  files['/call.js'] = code.replaceAll('https://tokens.example.com', url);
  const agora = await playAgora(page);
  await page.goto(site.origin);
  await until('the gateway is asked', () => agora.entered === 1);
  return agora;
}

async function renewAndRejoin(agora) {
  agora.gateway('on_token_privilege_will_expire');
  await until('the token is renewed', () => agora.renewals.length === 1);
  agora.gateway('on_token_privilege_did_expire');
  await until('the channel is joined again', () => agora.entered === 2);
  const tokens = [agora.joins[0].token, agora.renewals[0], agora.joins[1].token];
  assert.equal(new Set(tokens).size, 3);
  for (const { appId, channel, uid } of agora.joins) assert.deepEqual([appId, channel, uid], [APP_ID, 'test', 1234]);
  return tokens.map(grants007);
}

browserTest('the three steps join, renew and join again', () => ({}), async ({ url, page, complaints }) => {
  const agora = await show(page, url, fetching + joining + staying);
  for (const granted of await renewAndRejoin(agora)) assert.deepEqual(granted, rtc007('test', '1234', 3600, ...PUBLISHER));
  assert.deepEqual(complaints.filter((text) => !text.includes('net::ERR_FAILED')), []);
});

browserTest('so does the module of the server', () => ({}), async ({ url, page }) => {
  const agora = await show(page, url, keeping);
  for (const granted of await renewAndRejoin(agora)) assert.deepEqual(granted, rtc007('test', '1234', 3600, ...PUBLISHER));
});

browserTest('so does the package, with a bundler', () => ({}), async ({ url, page }) => {
  const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
  const { outputFiles } = await build({
    alias: { 'agora-token-client': path('../../clients/web/token-client.js') },
    bundle: true,
    format: 'esm',
    stdin: { contents: bundled, resolveDir: path('.') },
    write: false,
  });
  const agora = await show(page, url, outputFiles[0].text);
  for (const granted of await renewAndRejoin(agora)) assert.deepEqual(granted, rtc007('test', '1234', 3600, 'join_channel'));
});
