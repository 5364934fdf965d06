// Makes and reads 007 tokens with the official package's AccessToken2 and service classes.
//
// Not with its ready-made builders: they take the time from the clock, and some are wrong (the classroom's room user
// gets no privilege).

import agoraToken from 'agora-token/src/AccessToken2.js';

import { byName, nameOf, numberOf } from './names.mjs';

const { AccessToken2, Rtm2Permissions } = agoraToken;
const { ServiceRtc, ServiceRtm, ServiceStreaming, ServiceFpa, ServiceChat, ServiceFCdn, ServiceApaas } = agoraToken;
const { ServiceRtm2, ServiceConvoAI, ServiceStt } = agoraToken;

/**
 * By our name of a service: its number and privileges there, how it is made of a request's fields, and what can be
 * read out of it.
 */
const SERVICES = {
  rtc: {
    number: agoraToken.kRtcServiceType,
    privileges: {
      join_channel: ServiceRtc.kPrivilegeJoinChannel,
      publish_audio: ServiceRtc.kPrivilegePublishAudioStream,
      publish_video: ServiceRtc.kPrivilegePublishVideoStream,
      publish_data: ServiceRtc.kPrivilegePublishDataStream,
    },
    make: ({ channel, uid }) => new ServiceRtc(channel, uid),
    read: (service) => ({ channel: `${service.__channel_name}`, uid: `${service.__uid}` }),
  },
  rtm: {
    number: agoraToken.kRtmServiceType,
    privileges: { login: ServiceRtm.kPrivilegeLogin },
    make: ({ user_id }) => new ServiceRtm(user_id),
    read: (service) => ({ user_id: `${service.__user_id}` }),
  },
  streaming: {
    number: agoraToken.kStreamingServiceType,
    privileges: {
      publish_mix_stream: ServiceStreaming.kPrivilegePublishMixStream,
      publish_raw_stream: ServiceStreaming.kPrivilegePublishRawStream,
    },
    make: ({ channel, account }) => new ServiceStreaming(channel, account),
    read: (service) => ({ channel: `${service.__channel_name}`, account: `${service.__account}` }),
  },
  fpa: {
    number: agoraToken.kFpaServiceType,
    privileges: { login: ServiceFpa.kPrivilegeLogin },
    make: () => new ServiceFpa(),
    read: () => ({}),
  },
  chat: {
    number: agoraToken.kChatServiceType,
    privileges: { user: ServiceChat.kPrivilegeUser, app: ServiceChat.kPrivilegeApp },
    make: ({ user_id }) => new ServiceChat(user_id),
    read: (service) => ({ user_id: `${service.__user_id}` }),
  },
  fcdn: {
    number: agoraToken.kFCdnServiceType,
    privileges: { publish: ServiceFCdn.kPrivilegePublish, play: ServiceFCdn.kPrivilegePlay },
    make: ({ channel, account }) => new ServiceFCdn(channel, account),
    read: (service) => ({ channel: `${service.__channel_name}`, account: `${service.__account}` }),
  },
  apaas: {
    number: agoraToken.kApaasServiceType,
    privileges: {
      room_user: ServiceApaas.PRIVILEGE_ROOM_USER,
      user: ServiceApaas.PRIVILEGE_USER,
      app: ServiceApaas.PRIVILEGE_APP,
    },
    make: ({ room, user, role }) => {
      const service = new ServiceApaas(room, user, role);
      // The constructor takes role 0 for none and makes −1 of it.
      service.__role = role;
      return service;
    },
    read: (service) => ({
      room: `${service.__room_uuid}`,
      user: `${service.__user_uuid}`,
      // The parser forgets the sign of this i16.
      role: (service.__role << 16) >> 16,
    }),
  },
  rtm2: {
    number: agoraToken.kRtm2ServiceType,
    privileges: { login: ServiceRtm2.kPrivilegeLogin },
    make: ({ user_id, permissions }) => {
      const granted = new Rtm2Permissions();
      for (const [resource, permission, names] of permissions) {
        granted.add(numberOf(RESOURCES, resource), numberOf(PERMISSIONS, permission), names);
      }
      return new ServiceRtm2(user_id, granted);
    },
    read: (service) => ({
      user_id: `${service.__user_id}`,
      permissions: Object.entries(service.__permissions.details).flatMap(([resource, granted]) =>
        Object.entries(granted).map(([permission, names]) => [
          nameOf(RESOURCES, resource),
          nameOf(PERMISSIONS, permission),
          names,
        ]),
      ),
    }),
  },
  convo_ai: {
    number: agoraToken.kConvoAIServiceType,
    privileges: {},
    make: () => new ServiceConvoAI(),
    read: () => ({}),
  },
  stt: {
    number: agoraToken.kSttServiceType,
    privileges: {},
    make: () => new ServiceStt(),
    read: () => ({}),
  },
};

const RESOURCES = {
  message_channels: Rtm2Permissions.kMessageChannels,
  stream_channels: Rtm2Permissions.kStreamChannels,
  group_channels: Rtm2Permissions.kGroupChannels,
  server_groups: Rtm2Permissions.kServerGroups,
  users: Rtm2Permissions.kUsers,
};

const PERMISSIONS = { read: Rtm2Permissions.kRead, write: Rtm2Permissions.kWrite };

/**
 * The 007 token for these inputs. `services` are added in their order, each with the name of its `type`, its fields,
 * and its `privileges` as pairs of a name and seconds after `issue_ts`. `unknown` is a service of a number that the
 * package does not know: `type`, one `privilege`, its `end`.
 */
export function build007({ app_id, app_certificate, salt, issue_ts, expire, services, unknown }) {
  const token = new AccessToken2(app_id, app_certificate, issue_ts, expire);
  // The constructor draws the salt and takes an issue time of 0 for none.
  Object.assign(token, { salt, issueTs: issue_ts });
  if (unknown) {
    const service = new agoraToken.Service(unknown.type);
    service.add_privilege(unknown.privilege, unknown.end);
    token.add_service(service);
  }
  for (const { type, privileges, ...fields } of services) {
    const service = SERVICES[type].make(fields);
    for (const [name, seconds] of privileges) service.add_privilege(numberOf(SERVICES[type].privileges, name), seconds);
    token.add_service(service);
  }
  const text = token.build();
  if (text === '') throw new Error('agora-token refuses to build this token');
  return text;
}

/** What the package reads out of a 007 token, and whether this certificate signed it. */
export function read007(text, app_certificate) {
  const token = new AccessToken2();
  if (!token.from_string(text)) throw new Error(`agora-token refuses ${text}`);
  return {
    app_id: `${token.appId}`,
    issue_ts: token.issueTs,
    expire: token.expire,
    salt: token.salt,
    verified: token.verifySignature(app_certificate),
    services: token.services.map(readService),
  };
}

function readService(service) {
  const found = Object.entries(SERVICES).find(([, { number }]) => number === service.service_type());
  const [type, { privileges, read }] = found;
  return { type, privileges: byName(privileges, service.__privileges), ...read(service) };
}
