// A clock, a token server and an SDK client for tests, which do only what the test says.

/** Lets everything that is ready run. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Time that passes when the test says so. In its place, timers are as a browser's. */
export class FakeClock {
  time = 1_700_000_000_000;
  #timers = new Map();
  #next = 1;

  now = () => this.time;

  setTimeout = (run, wait) => {
    const at = this.time + wait;
    this.#timers.set(this.#next, { at, run });
    return this.#next++;
  };

  clearTimeout = (id) => void this.#timers.delete(id);

  /** How many timers are set. */
  get waiting() {
    return this.#timers.size;
  }

  /** Lets time pass, and each timer run in its turn. */
  async advance(wait) {
    const end = this.time + wait;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, run }] = due;
      this.#timers.delete(id);
      this.time = Math.max(this.time, at);
      run();
    }
    this.time = end;
    await settled();
  }

  /** Time passes and no timer runs, nor gets nearer to running: the machine sleeps. */
  sleep(wait) {
    this.time += wait;
    for (const timer of this.#timers.values()) timer.at += wait;
  }
}

/** An answer that refuses, in problem details. */
export const refusal = (status, problem, headers = {}) => () =>
  new Response(JSON.stringify(problem), { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });

/** Answers `fetch` with tokens `token 1`, `token 2`, … unless something else is said. */
export class FakeServer {
  requests = [];
  aborted = 0;
  skew = 0;
  #clock;
  #issued = 0;
  #once = [];
  #always;

  constructor(clock) {
    this.#clock = clock;
  }

  /** How the next request is answered. */
  next(answer) {
    this.#once.push(answer);
  }

  /** How every request is answered; nothing: with tokens again. */
  fail(answer) {
    this.#always = answer;
  }

  /** The next request is answered when the function that this returns is called. */
  hold() {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    this.next((request) => held.then(() => this.#token(request)));
    return release;
  }

  fetch = async (url, { method, headers, body, signal }) => {
    const request = { url, method, headers: Object.fromEntries(headers), body: JSON.parse(body), time: this.#clock.time };
    this.requests.push(request);
    const answer = this.#once.shift() ?? this.#always ?? ((asked) => this.#token(asked));
    const aborted = new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        this.aborted += 1;
        reject(signal.reason);
      }),
    );
    return Promise.race([answer(request), aborted]);
  };

  #token({ body }) {
    const issued = Math.floor((this.#clock.time + this.skew) / 1000);
    const ttl = body.ttl ?? 3600;
    const [{ role, ...service }] = body.services;
    const end = issued + ttl;
    return Response.json({
      token: `token ${++this.#issued}`,
      version: '007',
      app_id: 'app',
      issued_at: issued,
      expires_at: end,
      renew_at: end - Math.min(30, Math.floor(ttl / 2)),
      services: [{ ...service, privileges: { join_channel: end } }],
    });
  }
}

/** What the SDK's client does, without a network. */
export class FakeClient {
  connectionState = 'DISCONNECTED';
  calls = [];
  afterJoin = () => {};
  #listeners = [];
  #failures = {};

  on(event, listener) {
    this.#listeners.push({ event, listener });
  }

  off(event, listener) {
    this.#listeners = this.#listeners.filter((one) => one.event !== event || one.listener !== listener);
  }

  get listeners() {
    return this.#listeners.length;
  }

  emit(event, ...values) {
    for (const one of [...this.#listeners]) if (one.event === event) one.listener(...values);
  }

  /** The next call of a method fails with this. */
  fail(method, error) {
    this.#failures[method] = error;
  }

  async join(...given) {
    this.calls.push(['join', ...given]);
    this.#failIfSaid('join');
    if (this.connectionState !== 'DISCONNECTED') throw Object.assign(new Error('joined'), { code: 'INVALID_OPERATION' });
    this.connectionState = 'CONNECTED';
    setImmediate(this.afterJoin);
    return given[3] ?? 99;
  }

  async renewToken(token) {
    this.calls.push(['renewToken', token]);
    this.#failIfSaid('renewToken');
  }

  async leave() {
    this.calls.push(['leave']);
    this.disconnect('LEAVE');
  }

  /** The connection ends. */
  disconnect(reason) {
    const before = this.connectionState;
    this.connectionState = 'DISCONNECTED';
    this.emit('connection-state-change', 'DISCONNECTED', before, reason);
  }

  /** The token ends: first the connection does, then the event comes, as from the SDK. */
  expire() {
    this.disconnect('TOKEN_EXPIRE');
    this.emit('token-privilege-did-expire');
  }

  #failIfSaid(method) {
    const error = this.#failures[method];
    delete this.#failures[method];
    if (error) throw error;
  }
}
