// Makes and reads 007 tokens with the official package's AccessToken2 and service classes.
//
// Not with its ready-made builders: they take the time from the clock, and some are wrong (the classroom's room user
// gets no privilege).

import agoraToken from 'agora-token/src/AccessToken2.js';

const { AccessToken2, Rtm2Permissions } = agoraToken;

/** By the number of a service: how it is made of a request's fields, and what can be read out of it. */
const SERVICES = {
  1: {
    make: ({ channel, uid }) => new agoraToken.ServiceRtc(channel, uid),
    read: (service) => ({ channel: `${service.__channel_name}`, uid: `${service.__uid}` }),
  },
  2: {
    make: ({ user_id }) => new agoraToken.ServiceRtm(user_id),
    read: (service) => ({ user_id: `${service.__user_id}` }),
  },
  3: {
    make: ({ channel, account }) => new agoraToken.ServiceStreaming(channel, account),
    read: (service) => ({ channel: `${service.__channel_name}`, account: `${service.__account}` }),
  },
  4: { make: () => new agoraToken.ServiceFpa(), read: () => ({}) },
  5: {
    make: ({ user_id }) => new agoraToken.ServiceChat(user_id),
    read: (service) => ({ user_id: `${service.__user_id}` }),
  },
  6: {
    make: ({ channel, account }) => new agoraToken.ServiceFCdn(channel, account),
    read: (service) => ({ channel: `${service.__channel_name}`, account: `${service.__account}` }),
  },
  7: {
    make: ({ room, user, role }) => {
      const service = new agoraToken.ServiceApaas(room, user, role);
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
  8: {
    make: ({ user_id, permissions }) => {
      const granted = new Rtm2Permissions();
      for (const [resource, permission, names] of permissions) granted.add(resource, permission, names);
      return new agoraToken.ServiceRtm2(user_id, granted);
    },
    read: (service) => ({
      user_id: `${service.__user_id}`,
      permissions: Object.entries(service.__permissions.details).flatMap(([resource, granted]) =>
        Object.entries(granted).map(([permission, names]) => [Number(resource), Number(permission), names]),
      ),
    }),
  },
  9: { make: () => new agoraToken.ServiceConvoAI(), read: () => ({}) },
  10: { make: () => new agoraToken.ServiceStt(), read: () => ({}) },
};

/**
 * The 007 token for these inputs. `services` are added in their order, each with its `type`, fields, and
 * `privileges` as pairs of an id and seconds after `issue_ts`.
 */
export function build007({ app_id, app_certificate, salt, issue_ts, expire, services }) {
  const token = new AccessToken2(app_id, app_certificate, issue_ts, expire);
  // The constructor draws the salt and takes an issue time of 0 for none.
  Object.assign(token, { salt, issueTs: issue_ts });
  for (const { type, privileges, ...fields } of services) {
    // Of a type that the package does not know it packs type and privileges.
    const service = SERVICES[type]?.make(fields) ?? new agoraToken.Service(type);
    for (const [privilege, seconds] of privileges) service.add_privilege(privilege, seconds);
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
    services: token.services.map((service) => ({
      type: service.service_type(),
      privileges: service.__privileges,
      ...SERVICES[service.service_type()].read(service),
    })),
  };
}
