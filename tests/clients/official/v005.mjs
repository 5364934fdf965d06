// Makes 005 channel keys with the official packages. None of them can read one.

import accessToken1 from 'agora-access-token-1/src/DynamicKey5.js';
import accessToken2 from 'agora-access-token-2/src/DynamicKey5.js';
import agoraToken from 'agora-token/src/DynamicKey5.js';

const PACKAGES = {
  'agora-access-token@1.0.2': accessToken1,
  'agora-access-token@2.0.4': accessToken2,
  'agora-token@2.0.6': agoraToken,
};

/** The 005 key for these inputs. `kind` says which builder makes it. */
export function build005(name, { app_id, app_certificate, kind, channel, uid, salt, issue_ts, end_ts }) {
  const dynamicKey = PACKAGES[name];
  const inputs = [app_id, app_certificate, channel, issue_ts, salt, uid, end_ts];
  switch (kind) {
    case 'media_channel':
      return dynamicKey.generateMediaChannelKey(...inputs);
    case 'recording':
      return dynamicKey.generateRecordingKey(...inputs);
    case 'public_sharing':
      return dynamicKey.generatePublicSharingKey(...inputs);
    case 'upload_nothing':
      return dynamicKey.generateInChannelPermissionKey(...inputs, dynamicKey.noUpload);
    case 'upload_audio_and_video':
      return dynamicKey.generateInChannelPermissionKey(...inputs, dynamicKey.audioVideoUpload);
    default:
      throw new Error(`no such key: ${kind}`);
  }
}
