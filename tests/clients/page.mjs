// The page at `/` in a browser, for the tests of its parts; a local server has the real Web SDK in the place of its
// vendor's.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { read007 } from './official/v007.mjs';
import { APP_CERTIFICATE, APP_ID, startServer } from './server.mjs';

export const timeout = 60_000;

const require = createRequire(import.meta.url);
const AXE = require.resolve('axe-core/axe.min.js');
const SDK = require.resolve('agora-rtc-sdk-ng'); // its main file is the one of the CDN

let browser;
let vendor;

/** What was asked of the vendor. */
export const vendorRequests = [];

/** A page of its own; the caller closes its context. */
export const newContext = (options) => browser.newContext(options);

before(
  async () => {
    vendor = http.createServer(async (request, response) => {
      vendorRequests.push(request.url);
      response.setHeader('Content-Type', 'text/javascript');
      response.end(await readFile(SDK));
    });
    vendor.listen(0, '127.0.0.1');
    await once(vendor, 'listening');
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--disable-gpu',
        '--no-first-run',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
      ],
    });
  },
  { timeout },
);

after(
  async () => {
    await browser?.close();
    vendor?.close();
    vendor?.closeAllConnections();
  },
  { timeout },
);

export const sdkUrl = () => `http://127.0.0.1:${vendor.address().port}/sdk.js`;

/** The options of a test with a call: what the browser says of what is not there, and whom the SDK asks. */
export const calling = {
  expected: /net::ERR_|Agora-SDK|AgoraRTC/,
  mayAsk: (url) => url === sdkUrl() || /agora\.io|sd-rtn\.com/.test(new URL(url).host) || url.startsWith('blob:'),
};

/**
 * A test on the page. It must break no rule of its policy, say nothing on the console but what `expected` matches, and
 * ask for nothing elsewhere; `body` gets the page, the server, and what was asked of elsewhere in vain.
 */
export function pageTest(name, { settings = {}, args = [], options = {}, expected = /^$/, mayAsk = () => false } = {}, body) {
  test(name, { timeout }, async () => {
    const server = await startServer({ WEB_SDK_URL: sdkUrl(), ...settings }, args);
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const complaints = [];
      const elsewhere = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !expected.test(message.text())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await context.exposeBinding('reportViolation', (_, violation) => complaints.push(violation));
      await page.addInitScript(() =>
        addEventListener('securitypolicyviolation', (event) =>
          window.reportViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}:${event.columnNumber}`),
        ),
      );
      page.on('request', (request) => {
        if (!request.url().startsWith(`${server.url}/`) && !mayAsk(request.url())) elsewhere.push(request.url());
      });
      await page.goto(server.url);
      await page.locator('#code-curl code').filter({ hasText: 'curl' }).waitFor();
      await body(page, server);
      assert.deepEqual({ complaints, elsewhere }, { complaints: [], elsewhere: [] });
    } finally {
      await context.close();
      await server.stop();
    }
  });
}

export const part = (page, id) => page.locator(`#${id}`);
export const text = (form, name) => form.getByRole('textbox', { name, exact: true });
export const number = (form, name) => form.getByRole('spinbutton', { name, exact: true });
export const choice = (form, name) => form.getByRole('combobox', { name, exact: true });

/** Mints with what the form says now; answers the token. */
export async function minted(page) {
  await page.getByRole('button', { name: 'Mint', exact: true }).click();
  const token = part(page, 'mint').getByLabel('The token', { exact: true }).locator('pre');
  await token.waitFor();
  return token.innerText();
}

export const publishing = { join_channel: 3600, publish_audio: 3600, publish_video: 3600, publish_data: 3600 };

export function assertRtc(token, { channel, uid, privileges = publishing, expire = 3600 }) {
  const { salt, issue_ts, ...read } = read007(token, APP_CERTIFICATE);
  assert.ok(salt > 0);
  assert.ok(Math.abs(issue_ts - Date.now() / 1000) < 10, `issued at ${issue_ts}`);
  assert.deepEqual(read, { app_id: APP_ID, expire, verified: true, services: [{ type: 'rtc', channel, uid, privileges }] });
}

/** Asserts that axe finds nothing at all on the page as it is now. */
export async function assertAccessible(page, state) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => window.axe.run(document));
  const found = violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.map((node) => node.target.join()) }));
  assert.deepEqual(found, [], state);
}
