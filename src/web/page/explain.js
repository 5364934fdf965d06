// Explain: a token, and what a client gave to `join`, become findings with advice.

import { element } from '../elements.js';
import { ask, askForKey, hasKey, isGuarded } from './ask.js';
import { userField } from './services.js';
import { fact, plain, problem, show, when } from './shown.js';

const form = document.querySelector('#explain-form');
const outcome = document.querySelector('#explain-outcome');
const news = document.querySelector('#explain-news');

const at = (name) => form.querySelector(`#explain-${name}`);

/** How a severity is told, to those who see no colours too. */
const SEVERITIES = {
  error: { sign: '✕', word: 'Error' },
  warning: { sign: '!', word: 'Warning' },
  note: { sign: 'i', word: 'Note' },
};

const SIGNATURES = {
  valid: 'valid: of this server’s project',
  valid_secondary: 'valid: of the secondary certificate',
  invalid: 'not of this server’s project',
  unchecked: 'not checked',
};

export function startExplaining() {
  at('kind').value = 'none';
  const user = userField(at('kind'), at('uid'), 'Not known');
  at('kind').value = 'none';
  user.update();

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    news.textContent = 'Waiting for the findings …';
    const question = { token: at('token').value, ...user.read() };
    if (at('channel').value) question.channel = at('channel').value;
    if (at('code').value) question.error_code = Number(at('code').value);
    try {
      const report = await ask('v1/tokens/inspect', question);
      show(outcome, ...reported(report));
      news.textContent = summary(report);
    } catch (error) {
      show(outcome, ...problem('Not read', error));
      news.textContent = '';
    }
  });

  /** Fills the form with a token that was minted here, and the error that it led to if it did; and sends it. */
  function explain({ token, services: [service] }, errorCode = '') {
    at('token').value = token;
    at('channel').value = service.channel ?? '';
    const isKnown = service.uid > 0 || service.account !== undefined;
    at('kind').value = !isKnown ? 'none' : service.account === undefined ? 'uid' : 'account';
    at('uid').value = service.account ?? (service.uid || '');
    at('code').value = errorCode;
    user.update();
    form.requestSubmit();
  }

  return { explain };
}

const UNCHECKED = 'Nothing wrong is seen, but its signature was not checked.';

/** Whether all that can be said of a token is that nothing is wrong as far as one sees. */
const isHalfSeen = ({ signature, findings }) =>
  signature === 'unchecked' && findings.every(({ severity }) => severity === 'note');

function summary(report) {
  const { findings } = report;
  if (isHalfSeen(report)) return UNCHECKED;
  const count = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const parts = Object.entries(SEVERITIES)
    .map(([severity, { word }]) => [count(severity), word.toLowerCase()])
    .filter(([number]) => number)
    .map(([number, word]) => `${number} ${word}${number === 1 ? '' : 's'}`);
  return parts.length ? `Found: ${parts.join(', ')}.` : 'Nothing is wrong with it.';
}

function reported(report) {
  return [
    element('h3', {}, 'Findings'),
    isHalfSeen(report) ? element('p', {}, UNCHECKED) : report.findings.length ? [] : fine(),
    report.findings.length ? element('ul', { class: 'findings' }, report.findings.map(findingOf)) : [],
    report.version ? [element('h3', {}, 'What it holds'), held(report)] : [],
    report.services.map(serviceOf),
  ];
}

const fine = () =>
  element(
    'div',
    { class: 'finding fine' },
    element('p', {}, element('span', { class: 'severity', 'data-sign': '✓' }, 'Nothing is wrong with it.')),
    element('p', {}, 'If the SDK still refuses it, give the channel, the user and the error code in the form.'),
  );

function findingOf({ code, severity, message, advice }) {
  const { sign, word } = SEVERITIES[severity];
  return element(
    'li',
    { class: `finding ${severity}` },
    element('p', {}, element('span', { class: 'severity', 'data-sign': sign }, word), ' ', element('code', { class: 'quiet' }, code)),
    element('p', {}, message),
    element('p', {}, element('b', {}, 'What to do: '), advice),
    code === 'signature_unchecked' && isGuarded && !hasKey() ? giveKey() : undefined,
  );
}

function held({ version, app_id: appId, issued_at: issued, expires_at: ends, signature }) {
  return element(
    'dl',
    { class: 'facts' },
    fact('Version', version),
    appId ? fact('App ID', element('code', {}, appId)) : [],
    issued ? fact('Issued', when(issued)) : [],
    ends ? fact('Ends', when(ends)) : [],
    fact('Signature', SIGNATURES[signature]),
  );
}

function serviceOf({ type, name, privileges, ...fields }) {
  const values = Object.entries(fields).flatMap(([field, value]) =>
    fact(field, value === '' ? 'any user' : element('code', {}, plain(value))),
  );
  const granted = Object.entries(privileges).flatMap(([privilege, end]) =>
    fact(privilege, end ? ['until ', when(end)] : 'as long as the token'),
  );
  return [
    element('h3', {}, 'Opens ', element('code', {}, name ?? (type === null ? 'something' : `service ${type}`))),
    element('dl', { class: 'facts' }, values, granted),
  ];
}

/** A guarded server tells only callers whether a signature is right. */
function giveKey() {
  const give = async () => {
    if (await askForKey('With an API key or JWT it says whether the signature is right')) form.requestSubmit();
  };
  return element('button', { type: 'button', class: 'plain small', onclick: give }, 'Give a key');
}
