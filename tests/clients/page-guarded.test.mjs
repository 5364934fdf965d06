// The page at `/` of a server that gives tokens only to callers that it knows.

import assert from 'node:assert/strict';

import { playAgora } from './agora.mjs';
import { assertRtc, calling, minted, pageTest, part, text } from './page.mjs';
import { APP_ID, startServer, until } from './server.mjs';
import { hs256 } from './tokens.mjs';

const KEY = 'correct-horse-battery-staple-0123456789';
const SECRET = 'another-horse-and-another-battery-0123456789';

const expected = new RegExp(`status of 401|${calling.expected.source}`);
const guarded = { ...calling, settings: { API_KEYS: `web:${KEY}` }, expected };

const button = (page, name) => page.getByRole('button', { name, exact: true });
const dialog = (page) => page.getByRole('dialog');

async function give(page, key) {
  await dialog(page).getByLabel('API key or JWT').fill(key);
  await button(page, 'Use it').click();
}

/** A token of this project that another certificate signed. */
async function forged() {
  const forger = await startServer({ APP_CERTIFICATE: '0123456789abcdef0123456789abcdef' });
  try {
    return (await (await fetch(`${forger.url}/v1/tokens?channel=test&uid=1234`)).json()).token;
  } finally {
    await forger.stop();
  }
}

pageTest('it says that a key is needed, and its code has a place for it from the start', guarded, async (page) => {
  await page.getByText('you need an API key or a JWT').waitFor();
  assert.equal(await page.locator('header a[href*="channel="]').count(), 0);
  assert.match(await page.locator('#code-curl').textContent(), /-H "Authorization: Bearer \$AGORA_TOKEN_SERVER_KEY"/);
});

pageTest('with a key it mints, explains and joins, and the key is kept in memory alone', guarded, async (page) => {
  const asked = [];
  page.on('request', (request) => asked.push({ url: request.url(), method: request.method(), headers: request.headers() }));
  const agora = await playAgora(page);

  await button(page, 'Mint').click();
  await dialog(page).getByText(/^[A-Z].*key.*\.$/).first().waitFor();
  await button(page, 'Cancel').click();
  await part(page, 'mint-outcome').getByText('No token').waitFor();

  await button(page, 'Mint').click();
  await give(page, 'wrong');
  // Nothing is wrong with a field in which nobody has typed yet.
  await until('it is asked again', () => part(page, 'key').evaluate((key) => key.open));
  assert.match(await part(page, 'key-reason').innerText(), /^[A-Z].*\.$/);
  assert.ok(!(await part(page, 'key-input').evaluate((input) => input.matches(':user-invalid'))));
  await give(page, KEY);
  await part(page, 'mint-outcome').locator('pre').waitFor();
  assertRtc(await part(page, 'mint-outcome').locator('pre').innerText(), { channel: 'test', uid: '1234' });

  // Once given, it is asked for no more, and stands nowhere.
  const before = asked.length;
  await minted(page);
  await button(page, 'Explain it').click();
  await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
  await button(page, 'Join').click();
  await part(page, 'call-state').getByText('In test as 7.').waitFor();
  assertRtc(agora.joins[0].token, { channel: 'test', uid: '' });
  const posts = asked.slice(before).filter(({ method, url }) => method === 'POST' && url.includes('/v1/'));
  assert.equal(posts.length, 3);
  for (const { headers } of posts) assert.equal(headers.authorization, `Bearer ${KEY}`);
  const kept = await page.evaluate(async () => ({
    html: document.documentElement.outerHTML,
    inputs: [...document.querySelectorAll('input, textarea')].map((input) => input.value),
    storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state]),
    own: (await indexedDB.databases()).length + (await caches.keys()).length,
  }));
  assert.ok(!JSON.stringify(kept).includes(KEY));
  assert.ok(!asked.some(({ url }) => url.includes(KEY)));

  await page.reload();
  await button(page, 'Mint').click();
  await dialog(page).waitFor();
});

pageTest('without a key a forged token is not praised, and with one it is found out', guarded, async (page) => {
  await text(part(page, 'explain-form'), 'Token').fill(await forged());
  await button(page, 'Explain').click();
  const outcome = part(page, 'explain-outcome');
  await outcome.getByText('Nothing wrong is seen, but its signature was not checked.').waitFor();
  assert.match(await part(page, 'explain-news').innerText(), /its signature was not checked/);
  assert.doesNotMatch(await outcome.innerText(), /Nothing is wrong with it/);
  await button(page, 'Give a key').click();
  await give(page, KEY);
  await outcome.getByText('signature_invalid').waitFor();
  assert.match(await outcome.innerText(), /Signature\s+not of this server’s project/);
  assert.equal(await button(page, 'Give a key').count(), 0);
});

pageTest('another key can be given, or not', guarded, async (page) => {
  assert.ok(await button(page, 'Change key').isHidden());
  await button(page, 'Mint').click();
  await give(page, KEY);
  await part(page, 'mint-outcome').locator('pre').waitFor();
  await button(page, 'Change key').click();
  await button(page, 'Cancel').click();
  await minted(page);
  await button(page, 'Change key').click();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'hidden' });
  await button(page, 'Change key').click();
  await give(page, 'wrong');
  await button(page, 'Mint').click();
  await dialog(page).waitFor();
});

pageTest('a JWT is a key too', { ...guarded, settings: { JWT_SECRET: SECRET } }, async (page) => {
  const agora = await playAgora(page);
  const exp = Math.floor(Date.now() / 1000) + 600;
  await button(page, 'Mint').click();
  await give(page, hs256({ sub: '1234', exp, agora_channels: ['test'] }, SECRET));
  await part(page, 'mint-outcome').locator('pre').waitFor();
  assertRtc(await minted(page), { channel: 'test', uid: '1234' });
  await button(page, 'Explain it').click();
  await part(page, 'explain-outcome').getByText('Nothing is wrong with it.').waitFor();
  await part(page, 'call-kind').selectOption('uid');
  await part(page, 'call-uid').fill('1234');
  await button(page, 'Join').click();
  await part(page, 'call-state').getByText('In test as 1234.').waitFor();
  assert.equal(agora.joins[0].appId, APP_ID);
});
