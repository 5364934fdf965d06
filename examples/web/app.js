// A call in a page without a bundler. The Web SDK is the script before this one; the module that fetches tokens and
// keeps the client in the channel comes from the token server.
/* global AgoraRTC */

const form = document.querySelector('#call');
const { server, channel, uid, key, short, join, leave } = form.elements;
const people = document.querySelector('#people');

server.value = new URLSearchParams(location.search).get('server') ?? 'http://localhost:8080';
uid.value = 1 + Math.floor(Math.random() * 1_000_000); // yours would come from your login

function log(text) {
  const line = document.createElement('li');
  line.textContent = `${new Date().toLocaleTimeString()} ${text}`;
  document.querySelector('#log').append(line);
}

/** The place where somebody is seen. */
function tile(id) {
  const known = document.getElementById(`user-${id}`);
  if (known) return known;
  const made = document.createElement('div');
  made.id = `user-${id}`;
  people.append(made);
  return made;
}

const client = globalThis.AgoraRTC?.createClient({ mode: 'rtc', codec: 'vp8' });
if (!client) {
  join.disabled = true;
  log('the Web SDK is not there: the browser could not load it, or an extension keeps it away');
}
let session;
let tracks = [];

client?.on('user-published', async (user, kind) => {
  await client.subscribe(user, kind);
  if (kind === 'video') user.videoTrack.play(tile(user.uid));
  else user.audioTrack.play();
});
client?.on('user-left', (user) => tile(user.uid).remove());

async function openDevices() {
  try {
    tracks = await AgoraRTC.createMicrophoneAndCameraTracks();
    tracks[1].play(tile('me'));
  } catch (error) {
    log(`no camera or microphone, so you only watch: ${error.message}`);
  }
}

/** After joining again, too: with the old connection the SDK forgot what was published. */
async function publish() {
  if (tracks.length > 0) await client.publish(tracks);
}

function told({ type, uid, token, reason }) {
  if (type === 'token') log(`a token until ${new Date(token.expiresAt * 1000).toLocaleTimeString()}`);
  else log([type, uid, reason].filter(Boolean).join(' '));
  if (type === 'joined' || type === 'rejoined') publish().catch((error) => log(error.message));
  if (type === 'left') end();
}

function end() {
  for (const track of tracks) track.close();
  tracks = [];
  people.replaceChildren();
  session = undefined;
  join.disabled = false;
  leave.disabled = true;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  join.disabled = true;
  leave.disabled = false;
  try {
    const { keepJoined } = await import(new URL('/token-client.js', server.value));
    await openDevices();
    session = keepJoined(client, {
      channel: channel.value,
      uid: Number(uid.value),
      role: 'publisher',
      ttl: short.checked ? 40 : undefined,
      // Yours would be the JWT of your login. An API key is for trying it here: no page of yours may hold one.
      headers: () => (key.value ? { Authorization: `Bearer ${key.value}` } : {}),
      onEvent: told,
      onError: (error, { retryIn }) =>
        log(`${error.message}; ${retryIn ? `again in ${Math.ceil(retryIn)} s` : 'not tried again'}`),
    });
    await session.joined;
  } catch (error) {
    if (error.name !== 'AbortError') log(error.message);
    end();
  }
});

leave.addEventListener('click', async () => {
  await session?.stop({ leave: true });
  end();
});
