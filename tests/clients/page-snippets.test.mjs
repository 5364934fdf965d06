// The page's code for other platforms: it says what the form says, is of its language, and does what it says.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Language, Parser } from 'web-tree-sitter';

import { snippets } from '../../src/web/page/snippets.js';
import { read007 } from './official/v007.mjs';
import { pageTest, part, text, timeout } from './page.mjs';
import { APP_CERTIFICATE, startServer } from './server.mjs';

/** A channel and an account that every language would read otherwise, if they stood there as they are. */
const NASTY = `a'b"c\\d$e{f}</script>\u202eg\n#{h}\\(i)`;

const REQUEST = { services: [{ service: 'rtc', channel: 'test', account: NASTY }], ttl: 60, version: '006' };

/** The code for a request, written by the page's own module. */
const codeFor = (body, { server = 'https://tokens.example.com', guarded = false } = {}) =>
  Object.fromEntries(snippets({ server, body, guarded }).map(({ id, code }) => [id, code]));

test('every value is a literal of the language in which it stands', () => {
  const code = codeFor(REQUEST);
  const literals = {
    kotlin: String.raw`"a'b\"c\\d\$e{f}</script>\u202eg\u000a#{h}\\(i)"`,
    swift: String.raw`"a'b\"c\\d$e{f}</script>\u{202e}g\u{a}#{h}\\(i)"`,
    dart: String.raw`'a\'b"c\\d\$e{f}</script>\u{202e}g\u{a}#{h}\\(i)'`,
    csharp: String.raw`"a'b\"c\\d$e{f}</script>\u202eg\u000a#{h}\\(i)"`,
    javascript: String.raw`"a'b\"c\\d$e{f}\u003c/script>\u202eg\u000a#{h}\\(i)"`,
    curl: String.raw`"a'\''b\"c\\d$e{f}</script>\u202eg\n#{h}\\(i)"`,
  };
  for (const [language, literal] of Object.entries(literals)) {
    assert.ok(code[language].includes(literal), `${language} has ${literal}:\n${code[language]}`);
    assert.doesNotMatch(code[language], /\u202e|undefined|\[object/, language);
  }
});

pageTest('the code says what the form says, and what comes next in each SDK', {}, async (page, { url }) => {
  await text(part(page, 'mint-form'), 'Channel').fill('room-7');
  const shown = async (name) => {
    await page.getByRole('tab', { name, exact: true }).click();
    return page.getByRole('tabpanel').locator('code').textContent();
  };
  const body = '{"services":[{"service":"rtc","channel":"room-7","uid":1234,"role":"publisher"}],"ttl":3600}';
  assert.equal(await shown('curl'), `curl '${url}/v1/tokens' \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`);
  const javascript = await shown('JavaScript');
  assert.ok(javascript.includes(`import { keepJoined } from "${url}/token-client.js";`), javascript);
  assert.match(javascript, /channel: "room-7",\n  uid: 1234,\n  role: "publisher",\n  ttl: 3600,\n  onError: console.error,\n}\)/);
  assert.match(await shown('Kotlin'), /engine\.joinChannel\(token, "room-7", 1234, options\)/);
  assert.match(await shown('Swift'), /joinChannel\(byToken: token, channelId: "room-7", uid: 1234, mediaOptions: options\)/);
  assert.match(await shown('Dart'), /joinChannel\(token: token, channelId: 'room-7', uid: 1234, options: options\)/);
  assert.match(await shown('C#'), /engine\.JoinChannel\(token, "room-7", "", 1234\);/);
  // What cannot be meant is not written: an empty uid would be anyone's.
  await text(part(page, 'mint-form'), 'uid').fill('');
  await text(part(page, 'mint-form'), 'Channel').fill('room-8');
  assert.equal(await shown('JavaScript'), javascript);
});

test('curl and JavaScript do what they say', { timeout }, async (t) => {
  const { url, stop } = await startServer();
  t.after(stop);
  const body = { services: [{ service: 'rtm', user_id: `a'b"c\\d$e` }], ttl: 60 };
  const code = codeFor(body, { server: url });
  const { stdout } = await promisify(execFile)('bash', ['-c', code.curl]);
  const receipt = JSON.parse(stdout);
  assert.equal(receipt.services[0].user_id, body.services[0].user_id);
  const token = await promisify(execFile)('node', ['--input-type=module', '-e', `${code.javascript}\nconsole.log(token);`]);
  const [service] = read007(token.stdout.trim(), APP_CERTIFICATE).services;
  assert.equal(service.user_id, body.services[0].user_id);
  assert.ok(code.curl.includes(url));
});

test('the code of a guarded server names where the key goes, and no key', () => {
  const code = codeFor(REQUEST, { guarded: true });
  assert.match(code.curl, /-H "Authorization: Bearer \$AGORA_TOKEN_SERVER_KEY"/);
  for (const language of ['javascript', 'kotlin', 'swift', 'dart', 'csharp']) {
    assert.match(code[language], /Authorization/, language);
    assert.match(code[language], /Bearer/, language);
  }
});

/** Every kind of request that the form can make, with names that are hard to write. */
const NAMES = ['test', NASTY, '${x} $(y) `z` {{}} %s', `'''"""\\\\'\\"`, '\u2028\u{1f600} é'];
const REQUESTS = NAMES.flatMap((name) => [
  { services: [{ service: 'rtc', channel: name, uid: 4294967295, role: 'publisher' }], ttl: 3600 },
  { services: [{ service: 'rtc', channel: name, account: name, role: 'subscriber' }], ttl: 1, version: '006' },
  { services: [{ service: 'rtc_with_rtm', channel: name, role: 'publisher' }], ttl: 3600 },
  { services: [{ service: 'rtm', user_id: name }], ttl: 60 },
  { services: [{ service: 'education_room_user', room: name, user: name, role: -1 }], ttl: 60 },
  { services: [{ service: 'recording', channel: name, uid: 0 }], ttl: 60, version: '005' },
]);

const GRAMMARS = { javascript: 'javascript', kotlin: 'kotlin', swift: 'swift', dart: 'dart', csharp: 'c_sharp' };

for (const [id, grammar] of Object.entries(GRAMMARS)) {
  test(`the code in ${id} is read by a parser of the language`, { timeout }, async () => {
    await Parser.init();
    const file = fileURLToPath(import.meta.resolve(`tree-sitter-wasms/out/tree-sitter-${grammar}.wasm`));
    const parser = new Parser().setLanguage(await Language.load(file));
    for (const body of REQUESTS) {
      for (const guarded of [false, true]) {
        const code = codeFor(body, { guarded })[id];
        const wrong = [];
        const look = (node) => {
          if (node.isError || node.isMissing) wrong.push(`line ${node.startPosition.row + 1}: ${node.text}`);
          node.children.forEach(look);
        };
        look(parser.parse(code).rootNode);
        assert.deepEqual(wrong, [], code);
      }
    }
  });
}
