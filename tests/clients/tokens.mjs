// What the tests expect of a token.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import zlib from 'node:zlib';

import { build006, read006 } from './official/v006.mjs';
import { read007 } from './official/v007.mjs';
import { APP_CERTIFICATE, APP_ID } from './server.mjs';

const PACKAGE = 'agora-access-token@1.0.2';

/** Asserts that a 006 token was made just now for this channel and user ('' = any), and for these privileges. */
export function assert006(text, channel, uid, privileges = { join_channel: 0 }) {
  assert.equal(text.slice(0, 3), '006');
  assert.equal(text.slice(3, 35), APP_ID);
  const { salt, ts, ...read } = read006(PACKAGE, text);
  assert.deepEqual(read, { channel_crc: zlib.crc32(channel), uid_crc: zlib.crc32(uid), privileges });
  const lifetime = ts - Math.floor(Date.now() / 1000);
  assert.ok(lifetime > 86_400 - 10 && lifetime <= 86_400, `ends in ${lifetime} s`);
  // The package's parser does not look at the signature; its builder does.
  const inputs = { app_id: APP_ID, app_certificate: APP_CERTIFICATE, channel, uid, salt, ts };
  assert.equal(text, build006(PACKAGE, { ...inputs, privileges: Object.entries(privileges) }));
}

/** What a 007 token grants, once its project and signature are checked: its seconds, and its services. */
export function grants007(text) {
  const { app_id, verified, expire, services } = read007(text, APP_CERTIFICATE);
  assert.deepEqual({ app_id, verified }, { app_id: APP_ID, verified: true });
  return { expire, services };
}

/** What `grants007` tells of a token for a channel and user, all of whose privileges last as long as itself. */
export const rtc007 = (channel, uid, expire, ...privileges) => ({
  expire,
  services: [{ type: 'rtc', channel, uid, privileges: Object.fromEntries(privileges.map((name) => [name, expire])) }],
});

/** A JWT of one's own login, with this secret. */
export function hs256(claims, secret) {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signed = parts.join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
