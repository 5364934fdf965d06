// Mint: a form that becomes a request, its token with what it is bound to and how long it lasts, and the same request
// in code.

import { element } from '../elements.js';
import { SERVER, ask, isGuarded } from './ask.js';
import { fieldsOf, fill, rolesOf, serviceNames, userField, versionsOf } from './services.js';
import { snippets } from './snippets.js';
import { clock, copyButton, fact, plain, problem, show, time, when, words } from './shown.js';

const form = document.querySelector('#mint-form');
const outcome = document.querySelector('#mint-outcome');
const news = document.querySelector('#mint-news');

const at = (name) => form.querySelector(`#mint-${name}`);
const service = at('service');
const version = at('version');
const role = at('role');
const ttl = at('ttl');

export function startMinting(explain) {
  fill(service, serviceNames());
  const user = userField(at('kind'), at('uid'), 'Any user', update, () => version.value !== '005');

  /** What the form says, as `/v1/tokens` takes it. */
  function written() {
    const shown = fieldsOf(service.value);
    const values = {
      channel: () => ({ channel: at('channel').value }),
      user: () => user.read(),
      user_id: () => ({ [service.value === 'education_room_user' ? 'user' : 'user_id']: at('user-id').value }),
      room: () => ({ room: at('room').value }),
      room_role: () => ({ role: Number(at('room-role').value) }),
      role: () => ({ role: role.value }),
    };
    const fields = Object.assign({ service: service.value }, ...shown.map((name) => values[name]()));
    const others = version.value === '007' ? {} : { version: version.value };
    return { services: [fields], ttl: Number(ttl.value), ...others };
  }

  const code = codeIn(document.querySelector('#snippet-tabs'), document.querySelector('#snippet-panels'));

  /** While the form says nothing that can be meant, the code stays what it was. */
  function update() {
    if (form.checkValidity()) code(snippets({ server: SERVER, body: written(), guarded: isGuarded }));
  }

  /** Shows the fields of the service; those that are hidden neither count nor are checked. */
  function offer() {
    fill(version, versionsOf(service.value).map((name) => [name, name]));
    fill(role, rolesOf(version.value));
    const shown = fieldsOf(service.value);
    for (const field of form.querySelectorAll('[data-field]')) {
      field.hidden = !shown.includes(field.dataset.field);
      for (const input of field.querySelectorAll('input')) input.disabled = field.hidden;
    }
    at('ttl-words').textContent = ttl.validity.valid ? `${words(Number(ttl.value))}. At most 24 hours.` : 'From 1 to 86400 seconds.';
    user.update();
  }

  form.addEventListener('input', offer);
  offer();

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    news.textContent = 'Waiting for the token …';
    try {
      const receipt = await ask('v1/tokens', written());
      show(outcome, ...receiptOf(receipt, explain));
      news.textContent = `Minted. It lasts ${words(receipt.expires_at - receipt.issued_at)}.`;
    } catch (error) {
      show(outcome, ...problem('No token', error));
      news.textContent = '';
    }
  });
}

function receiptOf(receipt, explain) {
  const { token, issued_at: issued, renew_at: renew, expires_at: ends } = receipt;
  return [
    element(
      'div',
      { class: 'row' },
      element('h3', {}, 'Token'),
      element(
        'div',
        { class: 'buttons' },
        copyButton('Copy token', () => token, news),
        element('button', { type: 'button', class: 'plain small', onclick: () => explain(receipt) }, 'Explain it'),
      ),
    ),
    element('pre', { class: 'token', tabindex: 0, 'aria-label': 'The token' }, token),
    element(
      'div',
      { class: 'clocks' },
      clock('Renew in', 'Renew it now', renew - issued, when(renew), () => {
        news.textContent = 'It is time to renew the token.';
      }),
      clock('Ends in', 'It has ended', ends - issued, when(ends), () => {
        news.textContent = 'The token has ended.';
      }),
    ),
    element(
      'dl',
      { class: 'facts' },
      fact('Version', receipt.version),
      fact('App ID', element('code', {}, receipt.app_id)),
      fact('Issued', when(issued)),
    ),
    receipt.services.map(boundTo),
  ];
}

/** A service of the token with all that it says. */
function boundTo({ service, privileges, ...fields }) {
  const values = Object.entries(fields).flatMap(([name, value]) =>
    fact(name, name === 'uid' && value === 0 ? 'any user' : element('code', {}, plain(value))),
  );
  const ends = Object.entries(privileges);
  return [
    element('h3', {}, 'Bound to ', element('code', {}, service)),
    element('dl', { class: 'facts' }, values, ends.flatMap(([name, end]) => fact(name, ['until ', time(end)]))),
  ];
}

/** Tabs with code, by the pattern of the ARIA guide: arrow keys move between them. Answers what shows new code. */
function codeIn(tabs, panels) {
  let shown;
  const select = (id, focus) => {
    for (const tab of tabs.children) {
      const isIt = tab.dataset.id === id;
      tab.setAttribute('aria-selected', isIt);
      tab.tabIndex = isIt ? 0 : -1;
      if (isIt && focus) tab.focus();
    }
    for (const panel of panels.children) panel.hidden = panel.dataset.id !== id;
  };
  tabs.addEventListener('keydown', (event) => {
    const all = [...tabs.children];
    const now = all.indexOf(document.activeElement);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(all.at(to % all.length).dataset.id, true);
  });
  const build = ({ id, name }) => {
    const tab = element('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': `code-${id}` }, name);
    const text = element('code');
    const panel = element(
      'div',
      { role: 'tabpanel', id: `code-${id}`, 'aria-labelledby': `tab-${id}`, class: 'code' },
      element('pre', { tabindex: 0, role: 'group', 'aria-label': `${name} code` }, text),
      copyButton('Copy', () => text.textContent, news, `Copy ${name} code`),
    );
    tab.dataset.id = panel.dataset.id = id;
    tab.addEventListener('click', () => select(id));
    tabs.append(tab);
    panels.append(panel);
    return text;
  };
  return (all) => {
    if (!shown) {
      shown = new Map(all.map((snippet) => [snippet.id, build(snippet)]));
      select(all[0].id);
    }
    for (const { id, code } of all) shown.get(id).textContent = code;
  };
}
