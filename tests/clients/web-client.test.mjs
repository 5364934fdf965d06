// docs/web-client.md: its code, in a real browser with the real Web SDK and Agora's side played.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { playAgora } from './agora.mjs';
import { browserTests } from './browser.mjs';
import { APP_ID, freePort, startProcess, until } from './server.mjs';
import { grants007, hs256, rtc007 } from './tokens.mjs';

const text = await readFile(new URL('../../docs/web-client.md', import.meta.url), 'utf8');
const blocks = (language) => Array.from(text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs')), ([, code]) => code);

const [html] = blocks('html');
const [fetching, joining, seeing, staying, guardedFetching, keeping, bundled, ...others] = blocks('js');
assert.deepEqual(others, []);
const [, running, installing, ...otherCommands] = blocks('sh');
assert.deepEqual(otherCommands, []);

const files = { '/': html };
const { site, browserTest } = browserTests(files);

const PUBLISHER = ['join_channel', 'publish_audio', 'publish_video', 'publish_data'];

/**
 * Shows the document's page with this code as its `call.js`. It is in the channel when this returns. There is no media
 * server, so what is published is only kept, by its kind.
 */
async function show(page, url, code) {
  files['/call.js'] = code.replaceAll('https://tokens.example.com', url);
  const agora = await playAgora(page);
  await page.addInitScript(() => {
    window.published = [];
    let sdk;
    Object.defineProperty(window, 'AgoraRTC', {
      configurable: true,
      get: () => sdk,
      set(value) {
        sdk = value;
        const create = sdk.createClient.bind(sdk);
        sdk.createClient = (config) => {
          const client = (window.client = create(config));
          client.publish = async (tracks) => void window.published.push(tracks.map(({ trackMediaType: kind }) => kind).join());
          return client;
        };
      },
    });
  });
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

function assertPublisher(granted) {
  for (const grants of granted) assert.deepEqual(grants, rtc007('test', '1234', 3600, ...PUBLISHER));
}

/** Waits until microphone and camera have been published after each join. */
const publishedAgain = (page) =>
  until('both tracks are published twice', () => page.evaluate(() => published.join(' ') === 'audio,video audio,video'));

const loudOnly = (complaints) => complaints.filter((text) => !text.includes('net::ERR_FAILED'));

browserTest('the four steps join, send, receive, renew and join again', () => ({}), async ({ url, page, complaints }) => {
  const agora = await show(page, url, fetching + joining + seeing + staying);
  assertPublisher(await renewAndRejoin(agora));
  await publishedAgain(page);
  await page.locator('#user-me video').waitFor();

  // Somebody else sends, as the SDK tells it.
  const heard = await page.evaluate(async () => {
    const heard = [];
    client.subscribe = async (user, kind) => void heard.push(`subscribe ${kind}`);
    const track = (kind) => ({ play: (place) => void heard.push(`play ${kind} ${place?.parentNode.id}/${place?.id}`) });
    const user = { uid: 77, videoTrack: track('video'), audioTrack: track('audio') };
    for (const kind of ['video', 'audio']) client.emit('user-published', user, kind);
    await new Promise((resolve) => setTimeout(resolve));
    const wasThere = document.querySelectorAll('#people > #user-77').length;
    client.emit('user-left', user);
    return [...heard, wasThere, document.querySelectorAll('#people > *').length];
  });
  const played = ['play video people/user-77', 'play audio undefined/undefined'];
  assert.deepEqual(heard, ['subscribe video', 'subscribe audio', ...played, 1, 1]);
  assert.deepEqual(loudOnly(complaints), []);
});

browserTest('the uid of the address is the one that joins', () => ({}), async ({ url, page }) => {
  files['/call.js'] = (fetching + joining + seeing + staying).replaceAll('https://tokens.example.com', url);
  const agora = await playAgora(page);
  await page.goto(`${site.origin}/?uid=2`);
  await until('the gateway is asked', () => agora.entered === 1);
  assert.equal(agora.joins[0].uid, 2);
});

const SECRET = 'correct-horse-battery-staple-0123456789';

browserTest('so do they on a guarded server, with the JWT of a login', () => ({ JWT_SECRET: SECRET }), async ({ url, page, complaints }) => {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const jwt = hs256({ sub: '1234', exp, agora_channels: ['test'] }, SECRET);
  const login = `const loginToken = async () => ${JSON.stringify(jwt)};\n`;
  const agora = await show(page, url, login + guardedFetching + joining + seeing + staying);
  assertPublisher(await renewAndRejoin(agora));
  assert.deepEqual(loudOnly(complaints), []);
});

browserTest('so does the module of the server', () => ({}), async ({ url, page }) => {
  const agora = await show(page, url, keeping);
  assertPublisher(await renewAndRejoin(agora));
  await publishedAgain(page);
});

browserTest('so does the package, installed and bundled in a project of its own', () => ({}), async ({ url, page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'web-client-'));
  try {
    const project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{"private":true}');
    await symlink(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'agora-token-server'));
    const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
    await promisify(execFile)('bash', ['-ec', installing], { cwd: project, env });
    const stdin = { contents: bundled, resolveDir: project };
    const { outputFiles } = await build({ bundle: true, format: 'esm', stdin, write: false });
    const agora = await show(page, url, outputFiles[0].text);
    const granted = await renewAndRejoin(agora);
    for (const grants of granted) assert.deepEqual(grants, rtc007('test', '1234', 3600, 'join_channel'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the command that serves the two files does', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'web-client-'));
  try {
    await writeFile(join(folder, 'index.html'), html);
    await writeFile(join(folder, 'call.js'), fetching);
    const port = await freePort();
    const command = `cd '${folder}' && exec ${running.trim().replace('8000', port)}`;
    const address = `http://127.0.0.1:${port}/`;
    const served = await startProcess('bash', ['-c', command], process.env, () => fetch(address).then(({ ok }) => ok, () => false));
    try {
      assert.equal(await (await fetch(address)).text(), html);
      assert.match((await fetch(`${address}call.js`)).headers.get('content-type'), /javascript/);
    } finally {
      await served.stop('SIGTERM');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
