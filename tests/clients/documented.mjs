import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** The documented client code, asking the server at this address. */
export async function documentedSource(url) {
  const source = await readFile(new URL('documented.js', import.meta.url), 'utf8');
  assert.ok(source.includes("url: 'https://<heroku url>/"));
  return source.replaceAll('https://<heroku url>', url);
}
