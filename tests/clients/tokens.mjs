// Makes and reads tokens with the official packages.

import assert from 'node:assert/strict';
import zlib from 'node:zlib';

import accessToken1 from 'agora-access-token-1/src/AccessToken.js';
import accessToken2 from 'agora-access-token-2/src/AccessToken.js';
import agoraToken from 'agora-token/src/AccessToken2.js';

import { APP_CERTIFICATE, APP_ID } from './server.mjs';

/** The packages that know 006, by their version. */
const PACKAGES_006 = { '1.0.2': accessToken1, '2.0.4': accessToken2 };

/** The 006 token for these inputs. `privileges` maps an id to an end as Unix seconds. */
export function build006(version, { app_id, app_certificate, channel, uid, salt, ts, privileges }) {
  const token = new PACKAGES_006[version].AccessToken(app_id, app_certificate, channel, uid);
  Object.assign(token, { salt, ts, messages: privileges });
  return token.build();
}

/** What the package reads out of a 006 token. The app id is not among it: the package forgets to keep it. */
export function read006(version, text) {
  const token = new PACKAGES_006[version].AccessToken('', '', '', '');
  if (!token.fromString(text)) throw new Error(`agora-access-token ${version} refuses ${text}`);
  return {
    channel_crc: token.crc_channel_name,
    uid_crc: token.crc_uid,
    salt: token.salt,
    ts: token.ts,
    privileges: token.messages,
  };
}

/** The 007 token for one RTC service. `privileges` maps an id to seconds after `issue_ts`. */
export function build007({ app_id, app_certificate, channel, uid, salt, issue_ts, expire, privileges }) {
  const token = new agoraToken.AccessToken2(app_id, app_certificate, issue_ts, expire);
  // The constructor draws the salt and takes an issue time of 0 for none.
  Object.assign(token, { salt, issueTs: issue_ts });
  const rtc = new agoraToken.ServiceRtc(channel, uid);
  for (const [privilege, seconds] of Object.entries(privileges)) rtc.add_privilege(Number(privilege), seconds);
  token.add_service(rtc);
  const text = token.build();
  if (text === '') throw new Error('agora-token refuses to build this token');
  return text;
}

/** What the package reads out of a 007 token, and whether this certificate signed it. */
export function read007(text, app_certificate) {
  const token = new agoraToken.AccessToken2();
  if (!token.from_string(text)) throw new Error(`agora-token refuses ${text}`);
  return {
    app_id: token.appId.toString(),
    issue_ts: token.issueTs,
    expire: token.expire,
    salt: token.salt,
    verified: token.verifySignature(app_certificate),
    services: token.services.map((service) => ({
      type: service.service_type(),
      channel: service.__channel_name?.toString(),
      uid: service.__uid?.toString(),
      privileges: service.__privileges,
    })),
  };
}

/** What stands under the zlib stream of a 007 token. */
export function content007(text) {
  return zlib.inflateSync(Buffer.from(text.slice(3), 'base64'));
}

/** Asserts that a 006 token was made just now for this channel and user ('' = any), and for these privileges. */
export function assert006(text, channel, uid, privileges = { 1: 0 }) {
  assert.equal(text.slice(0, 3), '006');
  assert.equal(text.slice(3, 35), APP_ID);
  const { salt, ts, ...read } = read006('1.0.2', text);
  assert.deepEqual(read, { channel_crc: zlib.crc32(channel), uid_crc: zlib.crc32(uid), privileges });
  const lifetime = ts - Math.floor(Date.now() / 1000);
  assert.ok(lifetime > 86_400 - 10 && lifetime <= 86_400, `ends in ${lifetime} s`);
  // The package's parser does not look at the signature; its builder does.
  const inputs = { app_id: APP_ID, app_certificate: APP_CERTIFICATE, channel, uid, salt, ts, privileges };
  assert.equal(text, build006('1.0.2', inputs));
}
