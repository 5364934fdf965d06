// docs/errors.md: every command in it shows the finding that it promises, and the Web SDK says what it says there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { playAgora } from './agora.mjs';
import { AXIOS_PAGE, browserTests } from './browser.mjs';
import { APP_CERTIFICATE, APP_ID, BINARY, startServer } from './server.mjs';

const timeout = 60_000;

const SDK = '<script src="https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js"></script>';
const { site, browserTest } = browserTests({ '/': `${AXIOS_PAGE['/']}${SDK}` });

const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const sections = text.split(/^## /m).slice(1).map((section) => {
  const [title, ...lines] = section.split('\n');
  return { title, commands: blocks(section), rows: lines.filter((line) => line.startsWith('| `')).map(cells) };
});

function blocks(section) {
  return Array.from(section.matchAll(/```sh\n(.*?)```/gs), ([, block]) => block);
}

/** The cells of a row, without the marks of code around them. A pipe in one is written `\|`. */
function cells(line) {
  const parts = line.slice(1, -1).split(/(?<!\\)\|/);
  return parts.map((part) => part.trim().replaceAll('\\|', '|').replace(/^`(.*)`$/, '$1'));
}

let server;
before(async () => (server = await startServer()), { timeout });
after(() => server?.stop(), { timeout });

/** Runs a command as a reader does; `inspect` ends with 1 or 2 when it has found something. */
async function run(command, variables = {}) {
  const path = `${dirname(BINARY)}:${process.env.PATH}`;
  const env = { PATH: path, APP_ID, APP_CERTIFICATE, SERVER: server.url, ...variables };
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env }).catch((failed) => {
    assert.ok([1, 2].includes(failed.code) && failed.stdout, `${command}\n${failed.stderr}`);
    return failed;
  });
  return stdout.replace(/\n$/, '');
}

const checked = sections.filter(({ commands }) => commands.length > 0);

test('there are commands for every error that is known, and for none', () => {
  const codes = checked.flatMap(({ commands }) => /--error-code (\d+)/.exec(commands[0])?.[1] ?? 'none');
  assert.deepEqual(codes, ['101', '102', '109', '110', '119', '120', 'none']);
  for (const { commands } of checked) assert.equal(commands.length, 2);
});

for (const { title, commands, rows } of checked) {
  test(`both commands of "${title}" show each of its findings`, { timeout }, async () => {
    assert.ok(rows.length > 0);
    const [inspect, curl] = commands;
    for (const [finding, , makes] of rows) {
      const TOKEN = await run(makes);
      const said = await run(inspect, { TOKEN });
      assert.match(said, new RegExp(`^  (error|warning|note) ${finding}$`, 'm'), `${makes}\n${said}`);
      const answer = await run(curl.replace('curl ', 'curl -s '), { TOKEN });
      const { findings } = JSON.parse(answer);
      assert.ok(findings.some(({ code }) => code === finding), `${makes}\n${answer}`);
    }
  });
}

test('on a guarded server curl is told about the signature with a key alone', { timeout }, async () => {
  const KEY = 'correct-horse-battery-staple-0123456789';
  const guarded = await startServer({ API_KEYS: `web:${KEY}` });
  try {
    const [, curl] = checked[0].commands;
    const TOKEN = await run('agora-token-server mint rtc --channel test --uid 1234');
    const [, header] = /Add `(-H [^`]*)` to each `curl`/.exec(text);
    const ask = async (start) => JSON.parse(await run(curl.replace('curl ', start), { TOKEN, KEY, SERVER: guarded.url }));
    assert.ok((await ask('curl -s ')).findings.some(({ code }) => code === 'signature_unchecked'));
    assert.equal((await ask(`curl -s ${header} `)).signature, 'valid');
  } finally {
    await guarded.stop();
  }
});

test('118 is shown as 109 is', { timeout }, async () => {
  const { commands, rows } = checked.find(({ title }) => title.startsWith('109 and 118'));
  for (const [finding, , makes] of rows) {
    const said = await run(commands[0].replace('109', '118'), { TOKEN: await run(makes) });
    assert.ok(said.includes(` ${finding}\n`) && said.includes('SDK error 118'), said);
  }
});

test('every link leads somewhere', async () => {
  const anchors = (document) =>
    Array.from(document.matchAll(/^#+ (.*)$/gm), ([, title]) =>
      title.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'),
    );
  for (const [, file, anchor] of text.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)) {
    const document = file ? await readFile(new URL(`../../docs/${file}`, import.meta.url), 'utf8') : text;
    assert.ok(anchors(document).includes(anchor), `${file}#${anchor}`);
  }
});

/** The access point's own number of each error. */
const ACCESS_POINT = { 101: 5, 102: 7, 109: 10, 110: 9, 118: 13, 119: 14, 120: 15 };

browserTest('the Web SDK says what stands in the first table', () => ({}), async ({ page }) => {
  const agora = await playAgora(page);
  await page.goto(site.origin);
  const rows = Array.from(text.matchAll(/^\| \[(\d+)\]\([^)]*\) \| `([^`]*)` \|/gm), ([, code, says]) => [code, says]);
  assert.deepEqual(rows.map(([code]) => code), Object.keys(ACCESS_POINT));
  for (const [code, says] of rows) {
    agora.refuse(2_010_000 + ACCESS_POINT[code]);
    const error = await page.evaluate(async (appId) => {
      AgoraRTC.setLogLevel(4);
      const client = AgoraRTC.createClient({ mode: 'rtc', codec: 'vp8' });
      return client.join(appId, 'test', 'token', 1234).catch(({ code, message }) => ({ code, message }));
    }, APP_ID);
    assert.equal(error.code, 'CAN_NOT_GET_GATEWAY_SERVER');
    assert.ok(error.message.includes(says), `${code}: ${error.message}`);
  }
});

browserTest('the Web SDK says what stands in the last table', () => ({}), async ({ page }) => {
  await playAgora(page);
  await page.goto(site.origin);
  const said = await page.evaluate(async (appId) => {
    AgoraRTC.setLogLevel(4);
    const client = AgoraRTC.createClient({ mode: 'rtc', codec: 'vp8' });
    const said = [];
    const fail = (promise) => promise.catch(({ code, message }) => said.push([code, message]));
    await fail(client.join(appId, 'test', undefined, 1234));
    await fail(client.join(appId, 'a/b', 'token', 1234));
    await client.join(appId, 'test', 'token', 1234);
    await fail(client.join(appId, 'test', 'token', 1234));
    await client.leave();
    await fail(client.renewToken('token'));
    return said;
  }, APP_ID);
  const { rows } = sections.at(-1);
  assert.equal(rows.length, said.length);
  for (const [index, [code, message]] of rows.entries()) {
    assert.equal(said[index][0], code);
    assert.ok(said[index][1].includes(message), `${said[index]}`);
  }
});
