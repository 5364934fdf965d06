// What the Web SDK says when Agora refuses a token, and the way to what is wrong with it.

import { element } from '../elements.js';

/** The number of each error, by the words in which the Web SDK tells it. */
const CODES = {
  'invalid vendor key, can not find appid': 101,
  'invalid channel name': 102,
  'dynamic key or token timeout': 109,
  'invalid token, authorized failed': 110,
  'dynamic key expired': 118,
  'static use dynamic key': 119,
  'dynamic use static key': 120,
};

/** The error about a token in an error of the SDK, `{ code, message }`; nothing when it is about something else. */
export function refusalOf({ code: name, message: said }) {
  if (name !== 'CAN_NOT_GET_GATEWAY_SERVER') return undefined;
  const known = Object.entries(CODES).find(([words]) => said.includes(words));
  if (!known) return undefined;
  const [words, code] = known;
  return { code, message: `Agora refuses the token by error ${code}, “${words}”` };
}

/** Says so, with a button. */
export const refused = ({ message }, onExplain) => [
  element(
    'div',
    { class: 'problem' },
    element('p', { class: 'error' }, element('b', { class: 'severity', 'data-sign': '✕' }, 'Not let in')),
    element('p', {}, `${message}.`),
    element('button', { type: 'button', class: 'plain small', onclick: onExplain }, 'Explain this token'),
  ),
];
