// The page at `/` in a real browser: its forms.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { read006 } from './official/v006.mjs';
import { assertRtc, choice, minted, number, pageTest, part, text, timeout } from './page.mjs';
import { startServer, until } from './server.mjs';

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
  await part(page, 'mint-news').getByText('Minted. It lasts 1 minute 30 seconds.').waitFor();
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
  assert.match(await part(page, 'mint-outcome').innerText(), /Channel has 'é' at position 1.*\.$/);
});

pageTest('a field that cannot be meant is not sent', {}, async (page) => {
  await text(part(page, 'mint-form'), 'uid').fill('4294967296');
  await page.getByRole('button', { name: 'Mint', exact: true }).click();
  assert.equal(await part(page, 'mint-uid').evaluate((input) => input.validationMessage), 'A number from 0 to 4294967295');
  assert.match(await part(page, 'mint-outcome').innerText(), /^The token appears here/);
});

pageTest('a uid that is not what was typed is told', {}, async (page) => {
  const form = part(page, 'mint-form');
  const hint = part(page, 'mint-uid-hint');
  await text(form, 'uid').fill('007');
  await hint.getByText('this is 7').waitFor();
  await text(form, 'uid').fill('0');
  await hint.waitFor({ state: 'hidden' });
  await choice(form, 'User').selectOption('account');
  await text(form, 'Account').fill('007');
  assert.ok(await hint.isHidden());
  assertRtc(await minted(page), { channel: 'test', uid: '007' });
});

pageTest('what is hidden keeps nothing from being sent', {}, async (page) => {
  await text(part(page, 'mint-form'), 'uid').fill('');
  await choice(part(page, 'mint-form'), 'Service').selectOption('rtm');
  assert.match(await minted(page), /^007/);
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
