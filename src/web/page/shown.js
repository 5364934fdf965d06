// What the parts of the page show alike: times, clocks, buttons that copy, and what went wrong.

import { element } from '../elements.js';

/** Seconds in words: `1 hour`, `1 minute 30 seconds`. */
export function words(seconds) {
  const parts = [
    ['day', Math.floor(seconds / 86400)],
    ['hour', Math.floor((seconds % 86400) / 3600)],
    ['minute', Math.floor((seconds % 3600) / 60)],
    ['second', Math.floor(seconds % 60)],
  ];
  const named = parts.filter(([, count]) => count > 0).map(([name, count]) => `${count} ${name}${count === 1 ? '' : 's'}`);
  return named.join(' ') || '0 seconds';
}

const digits = (seconds) => {
  const two = (number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
};

const asDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const asTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Unix seconds as day and time of this device's zone, for machines too. */
const dated = (format) => (unix) => {
  const date = new Date(unix * 1000);
  return Number.isNaN(date.valueOf())
    ? element('span', {}, String(unix))
    : element('time', { datetime: date.toISOString() }, format.format(date));
};

export const when = dated(asDate);
export const time = dated(asTime);

/** Now, as `13:05:59`. */
export const timeNow = () => asTime.format(new Date());

/**
 * What the server says about a request, for a form: a sentence. Where a field stands in the JSON tells nothing to
 * someone who sees one field of that name.
 */
export function sentence(text) {
  const plain = text.replaceAll(/\bservices\[\d+\]\./g, '');
  return plain.charAt(0).toUpperCase() + plain.slice(1) + (/[.!?…]$/.test(plain) ? '' : '.');
}

/** A name and a value of a list of facts. */
export const fact = (name, value) => [element('dt', {}, name), element('dd', {}, value)];

/** A value of JSON as one reads it. */
export const plain = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** Puts something new in a card and reads on there. */
export function show(card, ...content) {
  card.replaceChildren(...content.flat(Infinity));
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: 'nearest' });
}

/** A problem, and what to do about it if that is known. */
export const problem = (title, { message, status, retryAfter }) => [
  element(
    'div',
    { class: 'problem' },
    element('p', { class: 'error' }, element('b', { class: 'severity', 'data-sign': '✕' }, title)),
    element('p', {}, sentence(message)),
    status === 429 && retryAfter ? element('p', {}, `Try again in ${words(Number(retryAfter))}.`) : null,
  ),
];

/**
 * A clock that runs down from so many seconds. It counts this device's seconds from now on, whatever the device takes
 * for the time of day. It stops once it is out of the document.
 */
export function clock(label, over, seconds, end, onEnd) {
  const value = element('b', { role: 'timer', 'aria-label': label });
  const bar = element('progress', { max: seconds, 'aria-label': label });
  const caption = element('span', { class: 'quiet' }, label);
  const start = performance.now();
  const tick = () => {
    const left = Math.max(0, Math.ceil(seconds - (performance.now() - start) / 1000));
    value.textContent = left ? digits(left) : over;
    bar.value = left;
    if (left) return setTimeout(() => value.isConnected && tick(), 1000 - ((performance.now() - start) % 1000));
    return onEnd();
  };
  // Once it is in the document.
  queueMicrotask(tick);
  return element('div', { class: 'clock' }, caption, value, bar, element('span', { class: 'quiet' }, 'at ', end));
}

/** A button that copies a text and says so in `news`; where the browser does not let it, the text is to be selected. */
export function copyButton(label, text, news, name = undefined) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      news.textContent = 'Copied.';
    } catch {
      news.textContent = 'This browser copies only from pages with HTTPS: select the text and copy it.';
    }
  };
  return element('button', { type: 'button', class: 'plain small', 'aria-label': name, onclick: copy }, label);
}
