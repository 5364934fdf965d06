// What can be asked for, by service, and the fields of a user that several forms have.

import { element } from '../elements.js';

const IN_CHANNEL = ['channel', 'user', 'role'];

/** The fields and versions of each service. `/docs` has what is rarer: lists of privileges, permissions, classrooms. */
const SERVICES = {
  rtc: { label: 'Voice and video', fields: IN_CHANNEL, versions: ['007', '006'] },
  rtm: { label: 'Signaling', fields: ['user_id'], versions: ['007', '006'] },
  rtc_with_rtm: { label: 'Voice, video and signaling', fields: IN_CHANNEL },
  chat: { label: 'Chat', fields: ['user_id'] },
  convo_ai_with_rtc: { label: 'Conversational AI with voice and video', fields: IN_CHANNEL },
  stt_with_rtc: { label: 'Speech to text with voice and video', fields: IN_CHANNEL },
  streaming: { label: 'Streaming gateway', fields: ['channel', 'user'] },
  fcdn: { label: 'Fusion CDN', fields: ['channel', 'user'] },
  education_room_user: { label: 'Flexible classroom', fields: ['room', 'user_id', 'room_role'] },
  media_channel: { label: 'Channel key: join', fields: ['channel', 'user'], versions: ['005'] },
  recording: { label: 'Channel key: record', fields: ['channel', 'user'], versions: ['005'] },
};

const ROLES = {
  publisher: 'Publisher: join and publish',
  subscriber: 'Subscriber: join',
  attendee: 'Attendee: as publisher',
  admin: 'Admin: as publisher',
};

const ROLES_006 = {
  ...ROLES,
  admin: 'Admin',
  simple_publisher: 'Moderator: may invite others',
  simple_admin: 'Channel administrator',
};

export const serviceNames = () =>
  Object.entries(SERVICES).map(([value, { label }]) => [value, `${label} (${value})`]);

export const fieldsOf = (service) => SERVICES[service].fields;
export const versionsOf = (service) => SERVICES[service].versions ?? ['007'];
export const rolesOf = (version) => Object.entries(version === '006' ? ROLES_006 : ROLES);

/** Gives a list new entries, `[value, text]`, and keeps what was chosen if it is still there. */
export function fill(select, entries) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, text]) => element('option', { value }, text)));
  if (entries.some(([value]) => value === before)) select.value = before;
}

const MAX_UID = 4294967295;

/**
 * The two fields of a user: which kind, and the value. `read()` answers `{ uid }`, `{ account }` or `{}`; a mistake
 * stands in the field's validity, so that the browser tells of it. `none` is what the user means who is not given.
 */
export function userField(kind, input, none, onChange = () => {}, allowsAccount = () => true) {
  const label = input.labels[0].querySelector('span');
  const hint = element('p', { class: 'quiet hint', id: `${input.id}-hint`, 'aria-live': 'polite' });
  input.closest('.pair').append(hint);
  input.setAttribute('aria-describedby', hint.id);
  const kinds = () => [
    ['uid', 'Numeric uid'],
    ...(allowsAccount() ? [['account', 'User account']] : []),
    ['none', none],
  ];
  const check = () => {
    const { value } = input;
    let problem = '';
    if (kind.value === 'uid') {
      if (!/^[0-9]+$/.test(value) || Number(value) > MAX_UID) problem = `A number from 0 to ${MAX_UID}`;
    } else if (kind.value === 'account' && !value) {
      problem = 'An account has at least one character';
    }
    input.setCustomValidity(problem);
    const isCut = kind.value === 'uid' && !problem && /^0./.test(value);
    hint.textContent = isCut ? `A number has no zeros before it: this is ${Number(value)}. A user account keeps them.` : '';
  };
  const render = () => {
    fill(kind, kinds());
    label.textContent = kind.value === 'account' ? 'Account' : 'uid';
    // What is hidden is not checked.
    input.disabled = kind.value === 'none' || Boolean(input.closest('[hidden]'));
    input.inputMode = kind.value === 'uid' ? 'numeric' : 'text';
    check();
  };
  const update = () => {
    render();
    onChange();
  };
  kind.addEventListener('change', update);
  input.addEventListener('input', update);
  render();
  return {
    update,
    read() {
      if (kind.value === 'none') return {};
      return kind.value === 'uid' ? { uid: Number(input.value) } : { account: input.value };
    },
  };
}
