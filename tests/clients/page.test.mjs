// The page at `/` in a real browser: its forms, and its code for other platforms.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { read006 } from './official/v006.mjs';
import { read007 } from './official/v007.mjs';
import { assertAccessible, assertRtc, choice, minted, newContext, number, pageTest, part, text, timeout } from './page.mjs';
import { APP_CERTIFICATE, startServer, until } from './server.mjs';

pageTest('it mints what the form says and shows what the token is bound to', {}, async (page) => {
  assertRtc(await minted(page), { channel: 'test', uid: '1234' });

  const form = part(page, 'mint-form');
  await text(form, 'Channel').fill('a b+c');
  await choice(form, 'User').selectOption('account');
  await text(form, 'Account').fill('alice <b>');
  await choice(form, 'Role').selectOption('subscriber');
  await number(form, 'Lifetime in seconds').fill('90');
  await page.getByText('1 minute 30 seconds. At most 24 hours.').waitFor();
  await page.getByRole('button', { name: 'Mint', exact: true }).click();
  const outcome = part(page, 'mint-outcome');
  await outcome.getByText('alice <b>').waitFor();
  assert.match(await outcome.innerText(), /channel\s+a b\+c\s+account\s+alice <b>\s+join_channel\s+until \d\d:\d\d:\d\d$/);
  await part(page, 'mint-news').getByText('The token ends in 1 minute 30 seconds.').waitFor();
  const token = await outcome.locator('pre').innerText();
  assertRtc(token, { channel: 'a b+c', uid: 'alice <b>', privileges: { join_channel: 90 }, expire: 90 });
});

pageTest('every service can be minted in every version that it has', {}, async (page) => {
  const form = part(page, 'mint-form');
  const service = choice(form, 'Service');
  const kinds = [];
  for (const name of await service.locator('option').evaluateAll((all) => all.map((one) => one.value))) {
    await service.selectOption(name);
    const versions = await choice(form, 'Version').locator('option').allInnerTexts();
    for (const version of versions) {
      await choice(form, 'Version').selectOption(version);
      const before = await part(page, 'mint-outcome').innerText();
      await page.getByRole('button', { name: 'Mint', exact: true }).click();
      await until(`a token for ${name}`, async () => (await part(page, 'mint-outcome').innerText()) !== before);
      const text = await part(page, 'mint-outcome').innerText();
      assert.match(text, new RegExp(`^Token\\s+Copy token\\s+Explain it\\s+${version}`), `${name} ${version}: ${text}`);
      kinds.push(`${name} ${version}`);
    }
  }
  assert.equal(kinds.length, 13);
  assert.ok(kinds.includes('rtc 006') && kinds.includes('recording 005') && kinds.includes('education_room_user 007'));
});

pageTest('006 has the roles of its own builders', {}, async (page) => {
  const form = part(page, 'mint-form');
  await choice(form, 'Version').selectOption('006');
  await choice(form, 'Role').selectOption('simple_admin');
  const token = await minted(page);
  assert.ok('administrate_channel' in read006('agora-access-token@1.0.2', token).privileges, token);
});

pageTest('what the server refuses is said with its reason', { expected: /status of 400/ }, async (page) => {
  await text(part(page, 'mint-form'), 'Channel').fill('é');
  await page.getByRole('button', { name: 'Mint', exact: true }).click();
  await part(page, 'mint-outcome').getByText('No token').waitFor();
  assert.match(await part(page, 'mint-outcome').innerText(), /channel has 'é' at position 1/);
});

pageTest('a field that cannot be meant is not sent', {}, async (page) => {
  await text(part(page, 'mint-form'), 'uid').fill('4294967296');
  await page.getByRole('button', { name: 'Mint', exact: true }).click();
  assert.equal(await part(page, 'mint-uid').evaluate((input) => input.validationMessage), 'A number from 0 to 4294967295');
  assert.match(await part(page, 'mint-outcome').innerText(), /^The token appears here/);
});

pageTest('the clocks run down to the renewal and the end', {}, async (page) => {
  await page.clock.install();
  await page.reload();
  await number(part(page, 'mint-form'), 'Lifetime in seconds').fill('90');
  await minted(page);
  const renewal = page.getByRole('timer', { name: 'Renew in' });
  const end = page.getByRole('timer', { name: 'Ends in' });
  assert.deepEqual([await renewal.innerText(), await end.innerText()], ['1:00', '1:30']);
  await page.clock.runFor(10_000);
  assert.deepEqual([await renewal.innerText(), await end.innerText()], ['0:50', '1:20']);
  await page.clock.runFor(50_000);
  assert.deepEqual([await renewal.innerText(), await end.innerText()], ['Renew it now', '0:30']);
  await part(page, 'mint-news').getByText('It is time to renew the token.').waitFor();
  await page.clock.runFor(30_000);
  assert.equal(await end.innerText(), 'It has ended');
  await part(page, 'mint-news').getByText('The token has ended.').waitFor();
});

pageTest(
  'token and code are copied',
  { options: { permissions: ['clipboard-read', 'clipboard-write'] } },
  async (page) => {
    const token = await minted(page);
    await page.getByRole('button', { name: 'Copy token' }).click();
    await part(page, 'mint-news').getByText('Copied.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
    for (const name of ['curl', 'JavaScript', 'Kotlin', 'Swift', 'Dart', 'C#']) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.getByRole('button', { name: `Copy ${name} code` }).click();
      const shown = await page.getByRole('tabpanel').locator('code').textContent();
      await until(`${name} is copied`, async () => (await page.evaluate(() => navigator.clipboard.readText())) === shown);
    }
  },
);

/** A channel and an account that every language would read otherwise, if they stood there as they are. */
const NASTY = `a'b"c\\d$e{f}</script>\u202eg\n#{h}\\(i)`;

const REQUEST = { services: [{ service: 'rtc', channel: 'test', account: NASTY }], ttl: 60, version: '006' };

/** The code for a request, written by the page's own module. */
const codeFor = async (page, body, guarded = false) => {
  const all = await page.evaluate(
    async ([body, guarded]) => {
      const { snippets } = await import('/page/snippets.js');
      return snippets({ server: location.origin, body, guarded });
    },
    [body, guarded],
  );
  return Object.fromEntries(all.map(({ id, code }) => [id, code]));
};

pageTest('every value is a literal of the language in which it stands', {}, async (page) => {
  const code = await codeFor(page, REQUEST);
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
});

pageTest('curl and JavaScript do what they say', {}, async (page, { url }) => {
  const body = { services: [{ service: 'rtm', user_id: `a'b"c\\d$e` }], ttl: 60 };
  const code = await codeFor(page, body);
  const { stdout } = await promisify(execFile)('bash', ['-c', code.curl]);
  const receipt = JSON.parse(stdout);
  assert.equal(receipt.services[0].user_id, body.services[0].user_id);
  // On a page of the server itself that has no policy: code in a string is none of the page's own.
  const token = await promisify(execFile)('node', ['--input-type=module', '-e', `${code.javascript}\nconsole.log(token);`]);
  const [service] = read007(token.stdout.trim(), APP_CERTIFICATE).services;
  assert.equal(service.user_id, body.services[0].user_id);
  assert.ok(code.curl.includes(url));
});

pageTest('the code of a guarded server names where the key goes, and no key', {}, async (page) => {
  const code = await codeFor(page, REQUEST, true);
  assert.match(code.curl, /-H "Authorization: Bearer \$AGORA_TOKEN_SERVER_KEY"/);
  for (const language of ['javascript', 'kotlin', 'swift', 'dart', 'csharp']) {
    assert.match(code[language], /Authorization/, language);
    assert.match(code[language], /Bearer/, language);
  }
});

pageTest('a token is explained against what the client gave to join', {}, async (page) => {
  const token = await minted(page);
  const form = part(page, 'explain-form');
  await text(form, 'Token').fill(token);
  await text(form, 'Channel given to join, if you know it').fill('Test');
  await choice(form, 'User given to join').selectOption('uid');
  await text(form, 'uid').fill('1235');
  await choice(form, 'Error code of the SDK, if there is one').fill('110');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  const found = part(page, 'explain-outcome');
  await found.getByText('channel_case').first().waitFor();
  const findings = await found.getByRole('listitem').allInnerTexts();
  const heads = findings.map((finding) => finding.split('\n')[0].trim());
  assert.deepEqual(heads.slice(0, 2), ['Error channel_case', 'Error uid_differs']);
  assert.ok(heads.includes('Note sdk_error_explained'), heads.join());
  for (const finding of findings) assert.match(finding, /What to do: \S/);
  assert.match(await found.innerText(), /Signature\s+valid: of this server’s project/);
  assert.match(await part(page, 'explain-news').innerText(), /^Found: 2 errors/);
});

pageTest('a token that was minted here is explained by a click, and nothing is wrong with it', {}, async (page) => {
  await minted(page);
  await page.getByRole('button', { name: 'Explain it' }).click();
  await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
  assert.equal(await part(page, 'explain-channel').inputValue(), 'test');
  assert.equal(await part(page, 'explain-uid').inputValue(), '1234');
  assert.ok(await part(page, 'explain-outcome').evaluate((card) => card === document.activeElement));
});

pageTest('what is no token is said too', {}, async (page) => {
  await text(part(page, 'explain-form'), 'Token').fill('hello <img src=x>');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await part(page, 'explain-outcome').getByText('not_a_token').waitFor();
});

/** A server before the server that lets only one key pass, and keeps what was asked of it. */
async function startGuard(toUrl, key) {
  const asked = [];
  const guard = http.createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, authorization: headers.authorization });
    if (method === 'POST' && url === '/v1/tokens' && headers.authorization !== `Bearer ${key}`) {
      const code = headers.authorization ? 'credentials_invalid' : 'credentials_missing';
      response.writeHead(401, { 'Content-Type': 'application/problem+json', 'WWW-Authenticate': 'Bearer' });
      return response.end(JSON.stringify({ status: 401, code, detail: `The key is wanted: ${code}` }));
    }
    const { port } = new URL(toUrl);
    const passed = http.request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    return request.pipe(passed);
  });
  guard.listen(0, '127.0.0.1');
  await once(guard, 'listening');
  return { url: `http://127.0.0.1:${guard.address().port}`, asked, stop: () => guard.close() };
}

test('a guarded server is asked with a key that is kept in memory alone', { timeout }, async () => {
  const key = 'correct-horse-battery-staple-0123456789';
  const server = await startServer();
  const guard = await startGuard(server.url, key);
  const context = await newContext();
  try {
    const page = await context.newPage();
    const requested = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(guard.url);
    const dialog = page.getByRole('dialog');
    const mint = () => page.getByRole('button', { name: 'Mint', exact: true }).click();

    await mint();
    await dialog.getByText('The key is wanted: credentials_missing').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await part(page, 'mint-outcome').getByText('The key is wanted: credentials_missing').waitFor();
    assert.match(await page.locator('#code-curl').textContent(), /\$AGORA_TOKEN_SERVER_KEY/);

    await mint();
    await dialog.getByLabel('API key or JWT').fill('wrong');
    await page.keyboard.press('Enter');
    await dialog.getByText('The key is wanted: credentials_invalid').waitFor();
    await dialog.getByLabel('API key or JWT').fill(key);
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await part(page, 'mint-outcome').locator('pre').waitFor();
    assertRtc(await part(page, 'mint-outcome').locator('pre').innerText(), { channel: 'test', uid: '1234' });

    // Once given, it is asked for no more, and stands nowhere.
    const before = guard.asked.length;
    await mint();
    await page.getByRole('button', { name: 'Explain it' }).click();
    await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
    const sent = guard.asked.slice(before).filter(({ method }) => method === 'POST');
    assert.deepEqual(new Set(sent.map(({ authorization }) => authorization)), new Set([`Bearer ${key}`]));
    const kept = await page.evaluate(async () => ({
      html: document.documentElement.outerHTML,
      inputs: [...document.querySelectorAll('input, textarea')].map((input) => input.value),
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
    }));
    assert.ok(!JSON.stringify(kept).includes(key));
    assert.deepEqual([kept.databases, kept.caches], [0, 0]);
    assert.ok(!requested.join().includes(key));

    await page.reload();
    await mint();
    await dialog.getByText('The key is wanted: credentials_missing').waitFor();
  } finally {
    await context.close();
    guard.stop();
    await server.stop();
  }
});

test('with PAGE=off there is nothing at / and the rest is there', { timeout }, async () => {
  const server = await startServer({ PAGE: 'off' });
  try {
    const status = async (path) => (await fetch(server.url + path)).status;
    assert.deepEqual(await Promise.all(['/', '/page.js', '/page.css', '/page/mint.js'].map(status)), [404, 404, 404, 404]);
    assert.deepEqual(await Promise.all(['/docs', '/style.css', '/access_token?channel=a'].map(status)), [200, 200, 200]);
  } finally {
    await server.stop();
  }
});

pageTest('every control is reached by the keyboard, in the order in which it is read', {}, async (page) => {
  await minted(page);
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const reached = [];
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { activeElement: now } = document;
      if (now === document.body) return null;
      const style = getComputedStyle(now);
      const seen = style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
      return { name: now.id || now.textContent.trim().slice(0, 24), seen };
    });
    if (!at) break;
    assert.ok(at.seen, `one sees that ${at.name} has the focus`);
    reached.push(at.name);
  }
  const wanted = [
    'Skip to the forms', '/access_token?channel=te', 'Mint', 'Explain', 'Call', 'All URLs',
    'mint-service', 'mint-channel', 'mint-kind', 'mint-uid', 'mint-role', 'mint-ttl', 'mint-version', 'Mint',
    'Copy token', 'Explain it', 'The token', 'tab-curl', 'The code', 'Copy',
    'explain-token', 'explain-channel', 'explain-kind', 'explain-code', 'Explain',
    'call-channel', 'call-kind', 'call-role', 'call-camera', 'call-microphone', 'call-join', 'call-short', 'call-log',
  ];
  const named = reached.map((name) => (name.startsWith('007eJx') ? 'The token' : name.startsWith('curl ') ? 'The code' : name));
  assert.deepEqual(named, wanted);
});

pageTest('the keyboard alone mints, changes the language of the code, and explains', {}, async (page) => {
  await part(page, 'mint-channel').focus();
  await page.keyboard.press('Enter');
  await part(page, 'mint-outcome').locator('pre').waitFor();
  await page.getByRole('tab', { name: 'curl' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { selected: true }).innerText(), 'JavaScript');
  await page.keyboard.press('End');
  assert.equal(await page.getByRole('tab', { selected: true }).innerText(), 'C#');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { selected: true }).innerText(), 'curl');
  await page.getByRole('button', { name: 'Explain it' }).focus();
  await page.keyboard.press('Enter');
  await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 1440]) {
    const options = { viewport: { width, height: 900 }, colorScheme };
    pageTest(`axe finds nothing at ${width} pixels in ${colorScheme}, and nothing is wider`, { options }, async (page) => {
      const check = async (state) => {
        await assertAccessible(page, state);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, state);
      };
      await check('at first');
      await minted(page);
      await text(part(page, 'explain-form'), 'Channel given to join, if you know it').fill('Test');
      await page.getByRole('button', { name: 'Explain it' }).click();
      await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
      await check('with a token');
      await text(part(page, 'explain-form'), 'Channel given to join, if you know it').fill('Test');
      await choice(part(page, 'explain-form'), 'Error code of the SDK, if there is one').fill('109');
      await page.getByRole('button', { name: 'Explain', exact: true }).click();
      await part(page, 'explain-outcome').getByText('channel_case').first().waitFor();
      await check('with findings');
      await page.evaluate(() => void import('/page/ask.js').then(({ askForKey }) => askForKey('The key is wanted.')));
      await page.getByRole('dialog').waitFor();
      await check('asking for a key');
    });
  }
}
