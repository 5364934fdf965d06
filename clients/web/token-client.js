// Tokens for Agora's Web SDK from an agora-token-server: fetch one, and stay in a channel with it.
// The types stand in token-client.d.ts, with what each option means.

const failure = (message, details) => Object.assign(new Error(message), { name: 'TokenError' }, details);

/** Where this module came from: the server itself, unless it was bundled. */
const home = () => {
  const { href } = new URL('.', import.meta.url);
  if (href.startsWith('http')) return href;
  throw failure('url is missing: the address of the token server', { code: 'url_missing', retry: false });
};

/** Fetches a token for a user in a channel. */
export async function fetchToken({ url, channel, uid, account, role, ttl, headers, fetch, signal, timeout = 10_000 }) {
  const at = `${url ?? home()}`.replace(/\/*$/, '/v1/tokens');
  // To the SDK a text is a user account, even one of digits.
  const user = typeof uid === 'string' ? { account: uid } : { uid, account };
  const sent = new Headers(typeof headers === 'function' ? await headers() : headers);
  sent.set('Content-Type', 'application/json');
  const deadline = AbortSignal.timeout(timeout);
  let response;
  let text;
  try {
    response = await (fetch ?? globalThis.fetch)(at, {
      method: 'POST',
      headers: sent,
      body: JSON.stringify({ ttl, services: [{ service: 'rtc', channel, ...user, role }] }),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    const [code, what] = deadline.aborted
      ? ['timeout', `does not answer within ${timeout / 1000} s`]
      : ['unreachable', `cannot be reached: ${cause.message}`];
    throw failure(`${at} ${what}`, { code, retry: true, cause });
  }
  const { ok, status } = response;
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    // The page of a proxy, say: its status tells enough.
  }
  const { token, services, app_id: appId, issued_at: issuedAt, expires_at: expiresAt, renew_at: renewAt } = answer ?? {};
  if (ok && token && services) return { ...services[0], token, appId, issuedAt, expiresAt, renewAt };
  throw failure(answer?.detail ?? answer?.error ?? `${at} answers ${status} without a token`, {
    status,
    code: answer?.code ?? 'unexpected_answer',
    retryAfter: +response.headers.get('Retry-After') || undefined,
    // What it has refused it refuses again.
    retry: ok || status > 499 || status === 408 || status === 429,
  });
}

/** In milliseconds. The SDK's event at `renewAt` goes first; the timer is there for when it does not come. */
const HEAD_START = 2_000;

/** In milliseconds: the first wait is a second, each next one twice as long, and none longer than this. */
const LONGEST_WAIT = 30_000;

/** In milliseconds: a browser takes a longer one for none. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Joins a channel with a token, and keeps the client in it: new tokens come in time. */
export function keepJoined(client, options) {
  const { appId, onEvent, onError, timers = globalThis, now = Date.now, random = Math.random, ...request } = options;
  const { channel, uid, account } = request;
  const stopping = new AbortController();
  const { signal } = stopping;

  let want = 'join'; // what the next token is for: 'join', 'renew', or '' while all is well
  let due = Infinity; // when to renew if nothing is said
  let notBefore = 0; // when the next attempt may be made
  let quietUntil = 0; // until then a request to renew is about the token before
  let failures = 0;
  let joins = 0;
  let lastJoin = -Infinity;
  let isJoined = false;
  let wasJoined = false;
  let user = account ?? uid ?? null;
  let wake; // ends a wait
  let interrupt; // ends the wait for the SDK
  let settle;
  const joined = new Promise((...both) => (settle = both));
  joined.catch(() => {}); // onError has it too

  const tell = (callback, ...values) => {
    try {
      callback?.(...values);
    } catch (error) {
      // The application's own mistake belongs on its console, and stops nothing here.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  const report = (type, details) => tell(onEvent, { type, ...details });

  const ask = (what) => {
    if (want === 'join' || want === what) return;
    want = what;
    wake?.();
    interrupt?.();
  };

  const expired = () => {
    isJoined = false;
    ask('join');
  };

  const listeners = {
    'token-privilege-will-expire'() {
      report('will-expire');
      if (now() >= quietUntil) ask('renew');
    },
    'token-privilege-did-expire'() {
      report('did-expire');
      expired();
    },
    'connection-state-change'(state, before, reason) {
      if (state !== 'DISCONNECTED' || !isJoined) return;
      if (reason === 'TOKEN_EXPIRE' || reason === 'NETWORK_ERROR') return expired();
      end();
      report('left', { reason });
    },
  };

  const end = (error) => {
    stopping.abort();
    for (const event in listeners) client.off(event, listeners[event]);
    wake?.();
    interrupt?.();
    settle[1](error);
  };

  /** Waits that long, or until something happens. */
  const pause = async (wait) => {
    let timer;
    await new Promise((resolve) => {
      wake = resolve;
      if (wait < Infinity) timer = timers.setTimeout(resolve, Math.min(wait, LONGEST_TIMER));
    });
    timers.clearTimeout(timer);
  };

  /** How long to wait before the next attempt, in seconds. */
  const backoff = () => (Math.min(LONGEST_WAIT, 1_000 * 2 ** failures++) * (0.5 + random() / 2)) / 1000;

  const wait = (seconds) => (notBefore = now() + seconds * 1000);

  const join = async (token) => {
    const attempt = ++joins;
    const isCurrent = () => !signal.aborted && attempt === joins;
    // After an expiry the SDK has left by itself. If it still tries to join, it would refuse.
    if (attempt > 1 && (client.connectionState ?? 'DISCONNECTED') !== 'DISCONNECTED') await client.leave();
    if (!isCurrent()) return;
    const given = await client.join(appId ?? token.appId, channel, token.token, user);
    if (!isCurrent()) return;
    user = given;
    isJoined = true;
    settle[0](given);
    report(wasJoined ? 'rejoined' : 'joined', { uid: given, token });
    wasJoined = true;
  };

  const renew = async (token) => {
    await client.renewToken(token.token);
    if (signal.aborted) return;
    quietUntil = now() + HEAD_START;
    report('renewed', { token });
  };

  /** Fetches a token and uses it. */
  const step = async () => {
    const answer = await (options.fetchToken ?? fetchToken)({ ...request, signal });
    if (signal.aborted) return;
    const token = answer.token ? answer : { token: answer };
    report('token', { token });
    // By durations: the clocks of server and browser may differ.
    due = now() + Math.max(0, token.renewAt - token.issuedAt) * 1000 + HEAD_START || Infinity;
    const task = want;
    // Whatever is asked for while the SDK joins is about this token. Renewals asked for while it renews are not.
    if (task === 'join') want = '';
    const working = (task === 'join' ? join : renew)(token);
    try {
      await Promise.race([working, new Promise((resolve) => (interrupt = resolve))]);
    } catch (error) {
      if (task === 'join' || client.connectionState === 'DISCONNECTED') want = 'join';
      throw error;
    }
    if (task === 'renew') {
      if (want === task) want = '';
      failures = notBefore = 0;
    } else {
      // Tokens that end at once would make it join without a pause.
      if (now() - lastJoin > 2 * LONGEST_WAIT) failures = notBefore = 0;
      else wait(backoff());
      lastJoin = now();
    }
  };

  /** Whether another attempt cannot help: so says the token server, or the SDK before it was ever in the channel. */
  const isFinal = ({ retry, data, code }) =>
    retry === false || (!wasJoined && (data?.retry === false || /^INVALID/.test(code)));

  const failed = (error) => {
    if (!isFinal(error)) {
      const retryIn = Math.max(backoff(), error.retryAfter ?? 0);
      wait(retryIn);
      return tell(onError, error, { retryIn });
    }
    tell(onError, error, {});
    if (want === 'join') return end(error);
    // Still in the channel. The SDK's next event is the next chance.
    want = '';
    due = Infinity;
  };

  const run = async () => {
    while (!signal.aborted) {
      const at = want ? notBefore : due;
      if (now() < at) {
        await pause(at - now());
        continue;
      }
      want ||= 'renew';
      await step().catch((error) => signal.aborted || failed(error ?? {}));
    }
  };

  for (const event in listeners) client.on(event, listeners[event]);
  // Timers stand still while a tab or the machine sleeps.
  const onWake = () => wake?.();
  globalThis.document?.addEventListener('visibilitychange', onWake, { signal });
  globalThis.addEventListener?.('online', onWake, { signal });
  run();

  return {
    joined,
    async stop({ leave } = {}) {
      end(new DOMException('stopped', 'AbortError'));
      if (leave) await client.leave();
    },
  };
}
