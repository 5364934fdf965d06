// Asks this server. Where it wants to know who asks, the user is asked for an API key or JWT, which is kept in a
// variable here and nowhere else.

import { sentence } from './shown.js';

let key = '';

const dialog = document.querySelector('#key');
const form = document.querySelector('#key-form');
const input = document.querySelector('#key-input');
const change = document.querySelector('#key-change');

/** What stands in the way of an answer: the server's problem details, or that there is none. */
export class Refusal extends Error {
  constructor(message, { status, code, retryAfter } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
}

/** Whether this server gives tokens only to callers that it knows. */
export const isGuarded = 'guarded' in document.body.dataset;

/** Whether requests carry a key. */
export const hasKey = () => key !== '';

const address = (path) => new URL(path, document.baseURI).href;

export const SERVER = address('.').replace(/\/$/, '');

/** Asks for JSON by JSON, with the key if there is one. */
export const ask = (path, body) =>
  withKey(async (headers) => {
    const response = await fetch(address(path), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }).catch(({ message }) => {
      throw new Refusal(`The server cannot be reached: ${message}`);
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    const { status } = response;
    const message = answer.detail ?? `${status} ${response.statusText}`;
    throw new Refusal(message, { status, code: answer.code, retryAfter: response.headers.get('Retry-After') });
  });

/** Calls `attempt` with the headers that say who asks; after a 401 again, with the key that the user then gives. */
export async function withKey(attempt) {
  for (;;) {
    const tried = key;
    try {
      return await attempt(key ? { Authorization: `Bearer ${key}` } : {});
    } catch (error) {
      if (error.status !== 401) throw error;
      // Another request may have been given a key meanwhile.
      if (key === tried && !(await askForKey(error.message))) throw error;
    }
  }
}

let asking;
let answer;

/** Whether the user gave a key. Two requests at once ask once. */
export function askForKey(reason) {
  asking ??= new Promise((resolve) => {
    answer = resolve;
    document.querySelector('#key-reason').textContent = sentence(reason);
    // Whatever was typed before, and that the browser found fault with it.
    form.reset();
    dialog.showModal();
  });
  return asking;
}

/** However it ends, the key stands in no element. */
function end(isGiven) {
  input.value = '';
  dialog.close();
  asking = undefined;
  answer?.(isGiven);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  key = input.value;
  change.hidden = false;
  end(true);
});
document.querySelector('#key-cancel').addEventListener('click', () => end(false));
// By the Escape key. The event comes late: by then it may be open again.
dialog.addEventListener('close', () => dialog.open || end(false));
change.addEventListener('click', () => askForKey('The requests of this page carry a key. Give another one.'));
