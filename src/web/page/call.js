// Call: joins a channel with the Web SDK, which is loaded then and not before. The token is the business of the client
// that this server serves to every app.

import { element } from '../elements.js';
import { SERVER, withKey } from './ask.js';
import { refusalOf, refused } from './refused.js';
import { userField } from './services.js';
import { startTiles } from './tiles.js';
import { sentence, timeNow, words } from './shown.js';

const form = document.querySelector('#call-form');
const state = document.querySelector('#call-state');
const refusal = document.querySelector('#call-refusal');
const list = document.querySelector('#call-log');

const at = (name) => form.querySelector(`#call-${name}`);
const [camera, microphone] = [at('camera'), at('microphone')];
const short = at('short');

const SHORT = 40;
const USUAL = 3600;

const sdkUrl = document.body.dataset.webSdk;

const EVENTS = {
  'will-expire': 'The SDK warns: the token ends within 30 seconds (token-privilege-will-expire).',
  'did-expire': 'The token has ended, and the SDK has left the channel (token-privilege-did-expire).',
  renewed: 'The SDK has taken the new token (renewToken).',
  joined: 'Joined the channel.',
  rejoined: 'Joined the channel again.',
  left: 'The client is no longer in the channel.',
};

const fetched = ({ issuedAt, expiresAt }) => `Fetched a token that lasts ${words(expiresAt - issuedAt)}.`;

function log(text, isBad = false) {
  const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  const said = element('span', { class: isBad && 'bad' }, isBad ? `Error: ${text}` : text);
  list.append(element('p', {}, element('time', {}, timeNow()), said));
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

/** A call's token, as if it had been minted by the form. */
const asMinted = ({ token: { token }, settings }) => ({ token, services: [settings] });

let loading;

/** The SDK, from where the operator says. */
function loadSdk() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = sdkUrl;
    script.onload = () => (window.AgoraRTC ? resolve(window.AgoraRTC) : script.onerror());
    script.onerror = () => {
      script.remove();
      loading = undefined;
      reject(new Error(`The Web SDK cannot be loaded from ${sdkUrl}. WEB_SDK_URL says where this server's page has it from.`));
    };
    document.head.append(script);
  });
  return loading;
}

export function startCall(explain) {
  document.querySelector('#sdk-host').textContent = new URL(sdkUrl).host;
  at('kind').value = 'none';
  const user = userField(at('kind'), at('uid'), 'Automatic');
  at('kind').value = 'none';
  user.update();
  const tiles = startTiles(document.querySelector('#call-tiles'));
  let call;

  // Who joins where nobody is let in should know it beforehand.
  at('demo').hidden = !('demo' in document.body.dataset);
  if (!at('demo').hidden) at('join').setAttribute('aria-describedby', 'call-demo');

  const render = () => {
    const focused = document.activeElement;
    at('join').disabled = Boolean(call);
    at('leave').disabled = !call;
    short.disabled = Boolean(call) && !call.isJoined;
    short.textContent = call ? `Take a ${SHORT}-second token` : `Join with a ${SHORT}-second token`;
    for (const field of form.querySelectorAll('#call-channel, #call-kind, #call-role')) field.disabled = Boolean(call);
    at('uid').disabled = Boolean(call) || at('kind').value === 'none';
    // The focus goes on to what can be done next.
    if (form.contains(focused) && focused.disabled) at(call ? 'leave' : 'join').focus();
  };

  async function join(firstTtl) {
    const settings = { channel: at('channel').value, role: at('role').value, ...user.read() };
    const mine = { ttl: firstTtl, local: new Map() };
    call = mine;
    refusal.replaceChildren();
    render();
    try {
      state.textContent = `Loading the Web SDK from ${new URL(sdkUrl).host} …`;
      const [AgoraRTC, tokens] = await Promise.all([loadSdk(), import(`${SERVER}/token-client.js`)]);
      if (call !== mine) return;
      AgoraRTC.setLogLevel(2); // its warnings
      AgoraRTC.onAutoplayFailed = () => (document.querySelector('#call-sound').hidden = false);
      const client = AgoraRTC.createClient({ mode: 'rtc', codec: 'vp8' });
      Object.assign(mine, { AgoraRTC, client, tokens, settings });
      state.textContent = `Joining ${settings.channel} …`;
      watch(mine);
      const { joined, stop } = tokens.keepJoined(client, {
        ...settings,
        fetchToken: (request) => fetchToken(mine, request),
        onEvent: (event) => onEvent(mine, event),
        onError: (error, { retryIn }) => {
          const message = refusalOf(error)?.message ?? error.message;
          log(retryIn ? `${message}. Next attempt in ${words(Math.ceil(retryIn))}.` : sentence(message), true);
        },
      });
      mine.stop = stop;
      // What was sent is shown at once; it is published when the client has joined.
      if (camera.checked) await send(mine, 'video');
      if (microphone.checked) await send(mine, 'audio');
      await joined;
    } catch (error) {
      if (call !== mine) return;
      if (!mine.stop) log(error.message, true); // else it has been told
      await leave('Not in a call.');
      const why = refusalOf(error);
      if (why && mine.token) refusal.replaceChildren(...refused(why, () => explain(asMinted(mine), why.code)));
    }
  }

  /** The next token; those after it last as long as usual. */
  async function fetchToken(mine, { signal } = {}) {
    const { tokens, settings, ttl } = mine;
    const token = await withKey((headers) => tokens.fetchToken({ url: SERVER, ...settings, ttl, headers, signal }));
    Object.assign(mine, { ttl: USUAL, token });
    return token;
  }

  function onEvent(mine, { type, uid, token, reason }) {
    if (call !== mine) return;
    log(type === 'token' ? fetched(token) : EVENTS[type]);
    if (type === 'joined' || type === 'rejoined') {
      mine.isJoined = true;
      render();
      state.textContent = `In ${mine.settings.channel} as ${uid}.`;
      tiles.nameLocal(uid);
      // After an expiry the SDK has forgotten what was published.
      for (const track of mine.local.values()) publish(mine, track);
    }
    if (type === 'did-expire') {
      mine.isJoined = false;
      render();
    }
    if (type === 'left') leave(`Left the channel: ${reason}.`);
  }

  /** What others do, and what the connection does. */
  function watch(mine) {
    const { client } = mine;
    client.on('connection-state-change', (now, before, reason) => {
      if (call === mine) log(`Connection: ${before} → ${now}${reason ? ` (${reason})` : ''}`);
    });
    client.on('user-joined', ({ uid }) => {
      log(`${uid} has come.`);
      tiles.come(uid);
    });
    client.on('user-left', ({ uid }) => {
      log(`${uid} has gone.`);
      tiles.go(uid);
    });
    client.on('user-published', async (other, kind) => {
      try {
        await client.subscribe(other, kind);
        tiles.play(other.uid, kind, kind === 'video' ? other.videoTrack : other.audioTrack);
      } catch (error) {
        log(`${kind} of ${other.uid} cannot be received: ${error.message}`, true);
      }
    });
    client.on('user-unpublished', ({ uid }, kind) => tiles.mute(uid, kind));
  }

  async function send(mine, kind) {
    if (mine.settings.role === 'subscriber' || mine.local.has(kind)) return;
    const box = kind === 'video' ? camera : microphone;
    try {
      const { AgoraRTC } = mine;
      const track = await (kind === 'video' ? AgoraRTC.createCameraVideoTrack() : AgoraRTC.createMicrophoneAudioTrack());
      if (call !== mine || !box.checked) return track.close();
      mine.local.set(kind, track);
      tiles.playLocal(kind, track);
      if (mine.isJoined) await publish(mine, track);
    } catch (error) {
      box.checked = false;
      const why = window.isSecureContext ? error.message : 'browsers give camera and microphone to pages with HTTPS only';
      log(`${kind === 'video' ? 'Camera' : 'Microphone'}: ${why}`, true);
    }
  }

  async function publish({ client }, track) {
    try {
      await client.publish(track);
    } catch (error) {
      log(`Not sent: ${error.message}`, true);
    }
  }

  async function unsend(mine, kind) {
    const track = mine.local.get(kind);
    if (!track) return;
    mine.local.delete(kind);
    track.close();
    tiles.muteLocal(kind);
    if (mine.isJoined) await mine.client.unpublish(track).catch(({ message }) => log(message, true));
  }

  async function leave(text = 'Left the channel.') {
    const mine = call;
    if (!mine) return;
    call = undefined;
    render();
    state.textContent = text;
    for (const track of mine.local.values()) track.close();
    tiles.clear();
    document.querySelector('#call-sound').hidden = true;
    await mine.stop?.();
    await mine.client?.leave().catch(() => {}); // it may not have joined
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    list.replaceChildren();
    join(USUAL);
  });
  short.addEventListener('click', async () => {
    if (!call) {
      if (!form.reportValidity()) return;
      list.replaceChildren();
      return join(SHORT);
    }
    try {
      const mine = Object.assign(call, { ttl: SHORT });
      const token = await fetchToken(mine);
      log(fetched(token));
      await mine.client.renewToken(token.token);
      log('The SDK has taken it: its warning comes in ten seconds.');
    } catch (error) {
      log(error.message, true);
    }
  });
  at('leave').addEventListener('click', () => {
    log('Left the channel.');
    leave();
  });
  for (const [box, kind] of [[camera, 'video'], [microphone, 'audio']]) {
    box.addEventListener('change', () => call?.client && (box.checked ? send(call, kind) : unsend(call, kind)));
  }
  document.querySelector('#call-sound').addEventListener('click', ({ currentTarget }) => {
    currentTarget.hidden = true;
    at('leave').focus();
    tiles.playSound();
  });
  window.addEventListener('pagehide', () => leave());
  render();
}
