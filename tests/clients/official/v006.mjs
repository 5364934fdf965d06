// Makes and reads 006 tokens with the official packages.

import accessToken1 from 'agora-access-token-1/src/AccessToken.js';
import accessToken2 from 'agora-access-token-2/src/AccessToken.js';

import { byName, numberOf } from './names.mjs';

const PACKAGES = {
  'agora-access-token@1.0.2': accessToken1,
  'agora-access-token@2.0.4': accessToken2,
};

/** Our name of a privilege → Agora's number. All are in 2.0.4; 1.0.2 lacks the last. */
const { priviledges } = accessToken2;
const PRIVILEGES = {
  join_channel: priviledges.kJoinChannel,
  publish_audio: priviledges.kPublishAudioStream,
  publish_video: priviledges.kPublishVideoStream,
  publish_data: priviledges.kPublishDataStream,
  publish_audio_cdn: priviledges.kPublishAudiocdn,
  publish_video_cdn: priviledges.kPublishVideoCdn,
  request_publish_audio: priviledges.kRequestPublishAudioStream,
  request_publish_video: priviledges.kRequestPublishVideoStream,
  request_publish_data: priviledges.kRequestPublishDataStream,
  invite_publish_audio: priviledges.kInvitePublishAudioStream,
  invite_publish_video: priviledges.kInvitePublishVideoStream,
  invite_publish_data: priviledges.kInvitePublishDataStream,
  administrate_channel: priviledges.kAdministrateChannel,
  rtm_login: priviledges.kRtmLogin,
};

/** The 006 token for these inputs. `privileges` are pairs of a name and an end as Unix seconds. */
export function build006(name, { app_id, app_certificate, channel, uid, salt, ts, privileges }) {
  const token = new PACKAGES[name].AccessToken(app_id, app_certificate, channel, uid);
  // The package draws one salt for the whole process, and takes the clock's time.
  Object.assign(token, { salt, ts });
  for (const [name, end] of privileges) token.addPriviledge(numberOf(PRIVILEGES, name), end);
  return token.build();
}

/**
 * What the package reads out of a 006 token. The App ID is not among it (the package forgets to keep it), and it
 * cannot check a signature.
 */
export function read006(name, text) {
  const token = new PACKAGES[name].AccessToken('', '', '', '');
  if (!token.fromString(text)) throw new Error(`${name} refuses ${text}`);
  return {
    channel_crc: token.crc_channel_name,
    uid_crc: token.crc_uid,
    salt: token.salt,
    ts: token.ts,
    privileges: byName(PRIVILEGES, token.messages),
  };
}
