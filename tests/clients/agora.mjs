// Agora's side of the Web SDK, as far as joining a channel goes: the access point that looks at the token, and the
// gateway that says when it ends. Everything else that the SDK asks for stays unanswered, at home.

import { fileURLToPath } from 'node:url';

/** The SDK, where pages get it from: `agora-rtc-sdk-ng` of npm in the place of the vendor's CDN. */
export const SDK_FILE = new URL('AgoraRTC_N-production.js', import.meta.resolve('agora-rtc-sdk-ng'));

const ELSEWHERE = /^https?:\/\/(?!127\.0\.0\.1[:/])/;
const ACCESS_POINT = /\/api\/v2\/transpond\/webrtc/;
const CDN = /^https:\/\/download\.agora\.io\/sdk\/release\/AgoraRTC_N/;

/** What the access point's answers are about: the gateways of a channel, and those of a proxy for lack of one. */
const CHOOSE_SERVER = 4_096;
const PROXY_FALLBACK = 4_194_310;

/**
 * Plays Agora for a page. `joins` are what the SDK asked the access point for, `{ appId, channel, uid, token }`;
 * `entered` is how often the gateway let it in, and `renewals` the tokens that it was given since; `gateway(type)` has
 * the gateway tell the SDK something; `refuse(code)` has the access point refuse the next join.
 */
export async function playAgora(page) {
  const agora = { joins: [], entered: 0, renewals: [] };
  const answers = new Map(); // by session: the SDK asks several access points at once, and again
  let refusal = 0;
  let gateway;

  await page.route(ELSEWHERE, async (route) => {
    const request = route.request();
    if (CDN.test(request.url())) return route.fulfill({ contentType: 'text/javascript', path: fileURLToPath(SDK_FILE) });
    const asked = ACCESS_POINT.test(request.url()) && readRequest(request.postDataBuffer());
    if (!asked?.token) return route.abort();
    const { session, ...join } = asked;
    if (!answers.has(session)) {
      agora.joins.push(join);
      answers.set(session, answerOf(join, refusal));
      refusal = 0;
    }
    return route.fulfill({ json: answers.get(session), headers: { 'Access-Control-Allow-Origin': '*' } });
  });

  await page.routeWebSocket(/^wss:\/\/127-0-0-1\.edge\./, (connection) => {
    connection.onMessage((text) => {
      const { _id, _type, _message } = JSON.parse(text);
      if (_type === 'renew_token') agora.renewals.push(_message.token);
      const message = _type === 'join_v3' ? welcome(agora.joins.at(-1).uid, _message) : {};
      const answer = { _id, _result: 'success', _message: message };
      if (_id) connection.send(JSON.stringify(answer));
      if (_type !== 'join_v3') return;
      gateway = connection;
      agora.entered += 1;
    });
  });

  agora.gateway = (type) => gateway.send(JSON.stringify({ _type: type, _message: {} }));
  agora.refuse = (code) => (refusal = code);
  return agora;
}

/** What the SDK asks the access point for: a form, one of whose fields is JSON. Nothing, if it is something else. */
function readRequest(form) {
  const [, text] = /name="request"\r\n\r\n(.*)\r\n/.exec(form.toString('latin1')) ?? [];
  const { appid: appId, sid: session, request_bodies: bodies } = JSON.parse(text ?? '{}');
  const { cname: channel, uid, key: token } = bodies?.[0].buffer ?? {};
  return { appId, session, channel, uid, token };
}

function answerOf({ channel, uid }, code) {
  const about = (flag, edges) => ({
    uri: 23,
    buffer: { code, flag, uid: uid || 7, cid: 1, cname: channel, cert: 'ticket', edges_services: edges, detail: {} },
  });
  const bodies = [about(CHOOSE_SERVER, [{ ip: '127.0.0.1', port: 4700 }]), about(PROXY_FALLBACK, [])];
  return { response_body: bodies, detail: {}, enter_ts: Date.now(), opid: 1 };
}

/** The gateway's answer to who comes in. The media server that it names is not there. */
function welcome(uid, { ortc }) {
  return {
    uid: uid || 7,
    cid: 1,
    vid: 1,
    rejoin_token: 'again',
    peers: [],
    attributes: { userAttributes: {} },
    ortc: {
      cname: 'media',
      iceParameters: {
        candidates: [{ foundation: '1', protocol: 'udp', priority: 1, ip: '127.0.0.1', port: 9, type: 'host' }],
        iceUfrag: 'none',
        icePwd: 'n'.repeat(24),
      },
      dtlsParameters: {
        role: 'server',
        fingerprints: [{ algorithm: 'sha-256', fingerprint: Array(32).fill('00').join(':') }],
      },
      rtpCapabilities: ortc.rtpCapabilities,
    },
  };
}
