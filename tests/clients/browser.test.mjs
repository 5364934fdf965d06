// The documented code and its relatives in a real browser, on a page of another origin.

import assert from 'node:assert/strict';

import { AXIOS_PAGE, browserTests } from './browser.mjs';
import { documentedSource } from './documented.mjs';
import { APP_ID } from './server.mjs';
import { assert006 } from './tokens.mjs';

const { site, browserTest } = browserTests(AXIOS_PAGE);

const noSettings = () => ({});

/** Runs the documented code on the page; the answer is the token. */
async function runDocumented(page, url) {
  await page.goto(site.origin);
  await page.addScriptTag({ content: await documentedSource(url) });
  // The code tells of a failure by console.log and settles never.
  const failure = page
    .waitForEvent('console', { predicate: (message) => message.type() === 'log' })
    .then((message) => Promise.reject(new Error(message.text())));
  failure.catch(() => {});
  return Promise.race([page.evaluate(() => fetchToken(123456, 'ChannelA')), failure]);
}

/** What the page's fetch reads: `{ status, body }`, or `{ refused }` when the browser lets it read nothing. */
function fetchFromPage(page, address, headers = {}) {
  return page.evaluate(
    ([address, headers]) =>
      fetch(address, { headers }).then(
        async (response) => ({ status: response.status, body: await response.json() }),
        (error) => ({ refused: String(error) }),
      ),
    [address, headers],
  );
}

function assertPreflight(request, headers) {
  assert.equal(request.method, 'OPTIONS');
  assert.equal(request.headers.origin, site.origin);
  assert.equal(request.headers['access-control-request-method'], 'GET');
  assert.equal(request.headers['access-control-request-headers'], headers);
}

browserTest('the documented code passes its preflight and gets a token', noSettings, async ({ url, relay, page }) => {
  assert006(await runDocumented(page, url), 'test', '1234');
  const [preflight, request, ...others] = relay.requests();
  assertPreflight(preflight, 'content-type');
  assert.equal(request.method, 'GET');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.deepEqual(others, []);
});

browserTest(
  'fetch with Authorization and X-Requested-With passes its preflight and gets a token',
  noSettings,
  async ({ url, relay, page }) => {
    await page.goto(site.origin);
    const headers = { Authorization: 'Bearer abc', 'X-Requested-With': 'XMLHttpRequest' };
    const { status, body } = await fetchFromPage(page, `${url}/access_token?channel=test&uid=1234`, headers);
    assert.equal(status, 200);
    assert006(body.token, 'test', '1234');
    const [preflight, request] = relay.requests();
    assertPreflight(preflight, 'authorization,x-requested-with');
    assert.equal(request.headers.authorization, 'Bearer abc');
  },
);

browserTest('a page can read why its request was refused', noSettings, async ({ url, relay, page }) => {
  await page.goto(site.origin);
  const simple = await fetchFromPage(page, `${url}/access_token?uid=1234`);
  assert.equal(simple.status, 400);
  assert.match(simple.body.error, /channel/);
  const unknown = await fetchFromPage(page, `${url}/no-such-path`);
  assert.equal(unknown.status, 404);
  assert.deepEqual(relay.requests().map(({ method }) => method), ['GET', 'GET']);

  const withAxios = await page.evaluate(
    (address) =>
      axios
        .get(address, { headers: { 'Content-Type': 'application/json' }, data: {} })
        .catch(({ response }) => ({ status: response.status, body: response.data })),
    `${url}/access_token?uid=1234`,
  );
  assert.deepEqual(withAxios, simple);
  assertPreflight(relay.requests()[2], 'content-type');
});

browserTest(
  "CORS_ALLOW_ORIGIN with the page's origin lets it in",
  () => ({ CORS_ALLOW_ORIGIN: site.origin }),
  async ({ url, relay, page }) => {
    assert006(await runDocumented(page, url), 'test', '1234');
    assertPreflight(relay.requests()[0], 'content-type');
    const refused = await fetchFromPage(page, `${url}/access_token?uid=1234`);
    assert.equal(refused.status, 400);
  },
);

browserTest(
  'CORS_ALLOW_ORIGIN with another origin keeps the page out and lets clients without one in',
  () => ({ CORS_ALLOW_ORIGIN: 'https://app.example.com' }),
  async ({ url, relay, page, complaints }) => {
    await assert.rejects(runDocumented(page, url), /Network Error/);
    assert.match(complaints.join('\n'), /blocked by CORS policy/);
    // The preflight was refused, so the request itself never went out.
    assert.deepEqual(relay.requests().map(({ method }) => method), ['OPTIONS']);

    const simple = await fetchFromPage(page, `${url}/access_token?channel=test&uid=1234`);
    assert.deepEqual(simple, { refused: 'TypeError: Failed to fetch' });

    const response = await fetch(`${url}/access_token?channel=test&uid=1234`);
    assert.equal(response.status, 200);
    assert006((await response.json()).token, 'test', '1234');
  },
);

browserTest('the address bar shows the token as JSON', noSettings, async ({ url, page }) => {
  const response = await page.goto(`${url}/access_token?channel=test&uid=1234`);
  assert.equal(response.status(), 200);
  const { token } = JSON.parse(await page.locator('pre').innerText());
  assert006(token, 'test', '1234');
});

browserTest('the start page leads to a token by a click', noSettings, async ({ url, page, complaints }) => {
  const response = await page.goto(url, { waitUntil: 'networkidle' });
  assert.equal(response.status(), 200);
  assert.match(response.headers()['content-type'], /^text\/html/);
  assert.deepEqual(complaints, []);
  await page.locator('a[href*="access_token"]').first().click();
  await page.getByText(`006${APP_ID}`).first().waitFor();
});
