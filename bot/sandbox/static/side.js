// The left column: whose telephone this is, and that person's chats.
import { avatar, el, fill } from './dom.js';
import { plainText } from './message.js';
import { choose, isPrivate, load, me, model, nameOf, changed, wanted } from './model.js';
import { form, toast } from './notices.js';
import { act } from './server.js';
import { clock, LANGUAGES, word } from './words.js';

const byId = (id) => document.getElementById(id);

export function drawSide() {
  byId('people-label').textContent = word('people');
  fill(byId('people'), ...model.people.map(personNode));
  byId('chats').setAttribute('aria-label', word('chats'));
  fill(byId('chats'), ...sortedChats().map(chatRow));
  fill(
    byId('side-foot'),
    el('button', { type: 'button', onclick: addPerson }, word('addPerson')),
    el('button', { type: 'button', onclick: addGroup }, word('newGroup')),
    el('a', { href: '/mail' }, word('mailbox')),
  );
}

const badge = (count) => count > 0 && el('span', { class: 'badge', 'aria-label': `${count} ${word('unread')}` }, count > 99 ? '99+' : String(count));

function personNode(person) {
  const chosen = person.id === model.person;
  const node = el('button', { type: 'button', class: 'person', role: 'radio', 'aria-checked': chosen ? 'true' : 'false', tabindex: chosen ? 0 : -1, 'data-person': person.id, onclick: () => become(person.id) },
    avatar(person.first_name, person.id), el('span', { class: 'name' }, person.first_name),
    el('small', {}, LANGUAGES[person.language_code] || person.language_code), !chosen && badge(person.unread));
  node.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = model.people.findIndex((each) => each.id === wanted);
    become(model.people[(at + step + model.people.length) % model.people.length].id)
      .then(() => byId('people').contains(document.activeElement) && document.querySelector('.person[aria-checked="true"]').focus());
  });
  return node;
}

const become = (id) => load(id).catch((error) => toast(error.message));

function sortedChats() {
  return [...model.chats.values()].sort((a, b) => newest(b) - newest(a));
}

const last = (chat) => [...chat.messages.values()].pop();
const newest = (chat) => last(chat)?.date || 0;

function chatRow(chat) {
  const message = last(chat);
  const picture = isPrivate(chat) ? '/static/icon.svg' : '';
  const open = () => { choose(chat.id); changed('view', 'chat'); };
  return el('button', { type: 'button', class: 'chat-row', 'aria-current': chat.id === model.open ? 'true' : 'false', 'data-chat': chat.id, onclick: open },
    avatar(nameOf(chat), chat.id, picture),
    el('span', { class: 'lines' },
      el('span', { class: 'top' }, el('strong', {}, nameOf(chat)), message && el('time', {}, clock(message.date))),
      el('span', { class: 'bottom' }, el('span', {}, plainText(message) || word('empty')), badge(chat.unread))));
}

function addPerson() {
  const languages = Object.entries(LANGUAGES).map(([code, name]) => el('option', { value: code }, name));
  form(word('addPerson'), [
    ['first_name', word('name'), el('input', { required: true, maxlength: 64, autocomplete: 'off' })],
    ['language', word('language'), el('select', {}, ...languages)],
  ], (values) => act(0, '', values).then(({ id }) => load(id)).catch((error) => toast(error.message)));
}

function addGroup() {
  form(word('newGroup'), [['title', word('title'), el('input', { required: true, maxlength: 128, autocomplete: 'off' })]],
    (values) => act(me().id, 'group', values).then(async ({ id }) => { await load(); choose(id); changed('view', 'chat'); }).catch((error) => toast(error.message)));
}
