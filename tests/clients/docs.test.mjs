// The page that describes the server, in a real browser: what it shows, what it asks for, and its forms.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { APP_ID, startServer } from './server.mjs';

const timeout = 60_000;

let browser;
let server;

before(
  async () => {
    server = await startServer();
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--disable-gpu', '--no-first-run', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    });
  },
  { timeout },
);

after(
  async () => {
    await browser?.close();
    await server?.stop();
  },
  { timeout },
);

/** A test on the page, which must ask for nothing elsewhere and say nothing on the console. */
function docsTest(name, options, body) {
  test(name, { timeout }, async () => {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const complaints = [];
      const elsewhere = [];
      // Chromium notes there what a form gets to see on purpose.
      const isRefusal = (text) => text.includes('responded with a status of 400');
      page.on('console', (message) => isRefusal(message.text()) || complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => request.url().startsWith(`${server.url}/`) || elsewhere.push(request.url()));
      await page.goto(`${server.url}/docs`);
      await page.locator('.operation').first().waitFor();
      await body(page);
      assert.deepEqual({ complaints, elsewhere }, { complaints: [], elsewhere: [] });
    } finally {
      await context.close();
    }
  });
}

const operation = (page, id) => page.locator(`#${id}`);

async function opened(page, id) {
  await operation(page, id).locator('> summary').click();
  return operation(page, id);
}

docsTest('every operation of the description is shown and can be opened', {}, async (page) => {
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  const described = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  const shown = await page.locator('.operation').evaluateAll((all) => all.map((one) => one.id));
  assert.deepEqual(shown.toSorted(), described.toSorted());
  for (const id of described) {
    const details = await opened(page, id);
    await details.getByRole('heading', { name: 'Answers' }).waitFor();
    assert.doesNotMatch(await details.innerText(), /undefined|\[object|NaN/, id);
  }
});

docsTest('a form sends the example and shows the answer', {}, async (page) => {
  const details = await opened(page, 'get_access_token');
  await details.getByRole('button', { name: 'Send' }).click();
  await details.getByText('200 OK').waitFor();
  await details.getByRole('status').getByText(`006${APP_ID}`).waitFor();

  await details.getByLabel('uid').fill('');
  await details.getByLabel('channel', { exact: true }).fill('');
  await details.getByRole('button', { name: 'Send' }).click();
  await details.getByRole('status').getByText('channel name is required').waitFor();
});

docsTest('a form puts what is typed into the path, encoded', {}, async (page) => {
  const details = await opened(page, 'get_rtm_uid');
  await details.getByLabel('uid').fill('a b/ü');
  const asked = page.waitForRequest(/\/rtm\//);
  await details.getByRole('button', { name: 'Send' }).click();
  assert.equal(new URL((await asked).url()).pathname, '/rtm/a%20b%2F%C3%BC');
  await details.getByText('"rtmToken"').nth(0).waitFor();
  await details.getByText('200 OK').waitFor();
});

docsTest('a form posts a body, and shows an error as it is', {}, async (page) => {
  const details = await opened(page, 'post_v1_tokens');
  await details.getByRole('button', { name: 'Send' }).click();
  await details.getByText('200 OK').waitFor();
  await details.getByLabel('Body').fill('{"services":[{"service":"rtc","chanel":"a"}]}');
  await details.getByRole('button', { name: 'Send' }).click();
  await details.getByRole('status').getByText('400 Bad Request').waitFor();
  assert.match(await details.getByRole('status').innerText(), /did you mean channel\?/);
});

docsTest('the keyboard alone opens an operation and sends its form', {}, async (page) => {
  await page.locator('#get_ping > summary').focus();
  await page.keyboard.press('Enter');
  await operation(page, 'get_ping').getByRole('button').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await operation(page, 'get_ping').getByText('200 OK').waitFor();
});

docsTest('the filter leaves what has its words', {}, async (page) => {
  await page.getByLabel('Filter').fill('GET rtm');
  const visible = page.locator('.operation:visible');
  assert.ok((await visible.count()) > 1);
  for (const text of await visible.allInnerTexts()) assert.match(text, /GET/);
  await page.getByLabel('Filter').fill('');
  assert.ok((await visible.count()) > 20);
});

for (const [width, colorScheme] of [[390, 'light'], [390, 'dark'], [1440, 'light'], [1440, 'dark']]) {
  const options = { viewport: { width, height: 900 }, colorScheme };
  docsTest(`nothing is wider than a window of ${width} pixels, in ${colorScheme}`, options, async (page) => {
    for (const summary of await page.locator('.operation > summary').all()) await summary.click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    const [ground, text] = await page.evaluate(() => {
      const style = getComputedStyle(document.body);
      return [style.backgroundColor, style.color].map((color) => Number(color.match(/\d+/)[0]));
    });
    assert.equal(ground > text, colorScheme === 'light');
  });
}
