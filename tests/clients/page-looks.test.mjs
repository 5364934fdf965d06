// The page at `/` for whoever has no mouse, sees little, or has a small screen.

import assert from 'node:assert/strict';

import { playAgora } from './agora.mjs';
import { assertAccessible, calling, choice, minted, pageTest, part, text } from './page.mjs';

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

const focused = (page) =>
  page.evaluate(() => ({ id: document.activeElement.id, name: document.activeElement.textContent.trim() }));

/** Presses Tab until a button has the focus, and then Enter. */
async function press(page, name) {
  for (let step = 0; step < 60; step++) {
    if ((await focused(page)).name === name) return page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way to ${name}`);
}

const KEY = 'correct-horse-battery-staple-0123456789';

pageTest(
  'every button that comes and goes is reached by the keyboard, and the focus is never lost',
  { ...calling, settings: { API_KEYS: `web:${KEY}` }, expected: new RegExp(`status of 401|${calling.expected.source}`) },
  async (page, { url }) => {
    const agora = await playAgora(page);
    const headers = { 'X-API-Key': KEY };
    const { token } = await (await fetch(`${url}/v1/tokens?channel=test&uid=1234`, { headers })).json();
    await part(page, 'explain-token').focus();
    await page.keyboard.insertText(token);
    await press(page, 'Explain');
    await part(page, 'explain-outcome').getByText('Nothing wrong is seen').waitFor();
    await press(page, 'Give a key');
    await press(page, 'Cancel');
    assert.equal((await focused(page)).name, 'Give a key');
    await press(page, 'Give a key');
    await page.keyboard.insertText(KEY);
    await press(page, 'Use it');
    await part(page, 'explain-outcome').getByText('valid: of this server’s project').waitFor();
    await page.getByRole('link', { name: 'All URLs' }).focus();
    await press(page, 'Change key');
    await press(page, 'Cancel');
    assert.equal((await focused(page)).id, 'key-change');

    await part(page, 'call-channel').focus();
    await press(page, 'Join');
    assert.equal((await focused(page)).id, 'call-leave');
    await part(page, 'call-state').getByText('In test as 7.').waitFor();
    await press(page, 'Take a 40-second token');
    await part(page, 'call-log').getByText('its warning comes in ten seconds').waitFor();
    assert.equal(agora.renewals.length, 1);
    await page.evaluate(() => window.AgoraRTC.onAutoplayFailed());
    await press(page, 'Play sound');
    assert.equal((await focused(page)).id, 'call-leave');
    await press(page, 'Leave');
    await part(page, 'call-state').getByText('Left the channel.').waitFor();
    assert.equal((await focused(page)).id, 'call-join');
    await press(page, 'Join with a 40-second token');
    assert.equal((await focused(page)).id, 'call-leave');
    await part(page, 'call-state').getByText('In test as 7.').waitFor();
  },
);

pageTest('what mints is in sight on a laptop', { options: { viewport: { width: 1440, height: 900 } } }, async (page) => {
  const mint = page.getByRole('button', { name: 'Mint', exact: true });
  const { y, height } = await mint.boundingBox();
  assert.ok(y + height <= 900, `it ends at ${y + height}`);
});

pageTest('on a phone no line of code is broken, and neither is the row of languages', { options: { viewport: { width: 390, height: 844 } } }, async (page) => {
  const lines = await page.locator('#code-curl code').evaluate((code) => {
    const { lineHeight } = getComputedStyle(code);
    return [code.getBoundingClientRect().height / parseFloat(lineHeight), code.textContent.split('\n').length];
  });
  assert.equal(Math.round(lines[0]), lines[1]);
  const tops = await page.getByRole('tab').evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().top));
  assert.equal(new Set(tops).size, 1);
  const sizes = await page.locator('#code-curl').evaluate((panel) =>
    [...panel.querySelectorAll('pre, code')].map((one) => getComputedStyle(one).fontSize),
  );
  assert.equal(new Set(sizes).size, 1);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [390, 768, 1440]) {
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
