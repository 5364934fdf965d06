/** What `fetchToken` asks for, and of whom. */
export interface FetchTokenOptions {
  /** The address of the token server. By default where this module was loaded from, if that is a server. */
  url?: string | URL;
  /** The channel that the client gives to `join`: 1 to 64 characters. Your application chooses its name. */
  channel: string;
  /** The uid that the client gives to `join`. A text is a user account. Without it and `account` anyone may join. */
  uid?: number | string;
  /** The user account that the client gives to `join` instead of a uid. */
  account?: string;
  /** What the user may do: a subscriber joins, a publisher also publishes audio, video and data. */
  role?: 'subscriber' | 'publisher';
  /** How long the token lasts, in seconds: an hour by default, a day at most. */
  ttl?: number;
  /** Headers of the request, such as an `Authorization`; or what is asked for them before each request. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Instead of the browser's `fetch`. It heeds the signal that it is given. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** Aborts the request. */
  signal?: AbortSignal;
  /** How long to wait for the answer, in milliseconds: 10,000 by default. */
  timeout?: number;
}

/** A token, and what it is bound to. Times are Unix seconds by the clock of the server. */
export interface FetchedToken {
  token: string;
  appId: string;
  channel: string;
  /** The uid, if the token is for one. */
  uid?: number;
  /** The user account, if the token is for one. */
  account?: string;
  /** When each privilege ends, by its name: `join_channel`, `publish_audio`, `publish_video`, `publish_data`. */
  privileges: Record<string, number>;
  issuedAt: number;
  expiresAt: number;
  /** When to fetch the next one: 30 seconds before the end, or halfway if the token is shorter than a minute. */
  renewAt: number;
}

/** Why there is no token. `message` is the server's own sentence, if it said one. */
export interface TokenError extends Error {
  name: 'TokenError';
  /** The server's name for it, or `timeout`, `unreachable`, `unexpected_answer`, `url_missing`. */
  code: string;
  /** Of the answer, if there was one. */
  status?: number;
  /** After how many seconds the server wants to be asked again. */
  retryAfter?: number;
  /** Whether another attempt may help. */
  retry: boolean;
}

/** Fetches a token for a user in a channel. Fails with a `TokenError`, or with the reason of the signal. */
export function fetchToken(options: FetchTokenOptions): Promise<FetchedToken>;

/** What is used of the Web SDK's client. */
export interface Client {
  readonly connectionState?: string;
  join(appId: string, channel: string, token: string | null, uid?: number | string | null): Promise<number | string>;
  renewToken(token: string): Promise<void>;
  leave(): Promise<void>;
  on(event: string, listener: (...values: any[]) => void): void;
  off(event: string, listener: (...values: any[]) => void): void;
}

export interface KeepJoinedOptions extends Omit<FetchTokenOptions, 'signal'> {
  /** The App ID of the Agora project. By default the token server's. */
  appId?: string;
  /** Instead of asking the token server itself. A token alone is renewed only when the SDK says so. */
  fetchToken?: (
    options: FetchTokenOptions,
  ) => Promise<string | ({ token: string } & Partial<FetchedToken>)>;
  /** Told of what happens. */
  onEvent?: (event: KeepJoinedEvent) => void;
  /** Told of every failure. Without `retryIn`, in seconds, there is no other attempt until the SDK asks for one. */
  onError?: (error: Error, next: { retryIn?: number }) => void;
  /** For tests: instead of the browser's. */
  timers?: { setTimeout(run: () => void, milliseconds: number): any; clearTimeout(timer: any): void };
  /** For tests: milliseconds, instead of `Date.now`. */
  now?: () => number;
  /** For tests: instead of `Math.random`. */
  random?: () => number;
}

export type KeepJoinedEvent =
  /** The SDK says that the token ends in 30 seconds; that it has ended, and that the client is out of the channel. */
  | { type: 'will-expire' | 'did-expire' }
  /** A token was fetched; was given to the SDK. */
  | { type: 'token' | 'renewed'; token: FetchedToken }
  /** The client is in the channel for the first time; is in it again, and nothing is published or subscribed yet. */
  | { type: 'joined' | 'rejoined'; uid: number | string; token: FetchedToken }
  /** The client has left for another reason, such as a call of `leave`, or a ban. It is not brought back. */
  | { type: 'left'; reason?: string };

export interface KeptJoined {
  /** The uid, once the client is in the channel for the first time. Fails when that cannot be, or is stopped before. */
  joined: Promise<number | string>;
  /** Ends it: no listener, request or timer is left. The client stays in the channel, unless it should leave. */
  stop(options?: { leave?: boolean }): Promise<void>;
}

/**
 * Joins a channel with a token, and keeps the client in it: renews the token on `token-privilege-will-expire` or when
 * it is time to, and joins again with a new one on `token-privilege-did-expire`.
 */
export function keepJoined(client: Client, options: KeepJoinedOptions): KeptJoined;
