// A headless browser on pages of an origin of their own. No page has a Playwright route: with one, Playwright answers
// the preflight itself.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { extname } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { startRelay, startServer } from './server.mjs';

const TYPES = { '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

/**
 * A browser and a site that serves these files, `{ path: URL }`, for the tests of a file: `site.origin` is known once
 * they run, and `browserTest` makes a test with a server, a relay that sees what the browser sends to it, and a page.
 */
export function browserTests(files, timeout = 60_000) {
  const site = {};
  let browser;
  let listener;

  before(
    async () => {
      listener = http.createServer(async (request, response) => {
        const { pathname } = new URL(request.url, 'http://localhost');
        const file = files[pathname];
        if (!file) return response.writeHead(404).end();
        response.setHeader('Content-Type', TYPES[extname(pathname)] ?? 'text/html');
        response.end(file instanceof URL ? await readFile(file) : file);
      });
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      site.origin = `http://127.0.0.1:${listener.address().port}`;
      browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: [
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
        ],
      });
    },
    { timeout },
  );

  after(
    async () => {
      await browser?.close();
      listener?.close();
      listener?.closeAllConnections();
    },
    { timeout },
  );

  function browserTest(name, settings, body) {
    test(name, { timeout }, async () => {
      const server = await startServer(settings());
      const relay = await startRelay(server.port);
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        const complaints = [];
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(String(error)));
        await body({ url: relay.url, relay, page, complaints });
      } finally {
        await context.close();
        await relay.stop();
        await server.stop();
      }
    });
  }

  return { site, browserTest };
}

/** The page of the tests that need none of their own: it has axios. */
export const AXIOS_PAGE = {
  '/': '<!doctype html><link rel="icon" href="data:,"><script src="/axios.js"></script>',
  '/axios.js': new URL('dist/axios.min.js', import.meta.resolve('axios')),
};
