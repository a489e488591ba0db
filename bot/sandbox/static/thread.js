// The open chat: its heading, its messages, and where the reader is in them.
import { avatar, el, fill, icon, iconButton, keepingFocus } from './dom.js';
import { messageNode } from './message.js';
import { changed, isPrivate, load, me, model, nameOf, openChat } from './model.js';
import { toast } from './notices.js';
import { act, loadOlder } from './server.js';
import { day, word } from './words.js';

const NEAR = 120;
const thread = document.getElementById('thread');
const list = document.getElementById('messages');
const toEnd = document.getElementById('to-end');
let atEnd = true;
let menuOf = 0; // the chat whose menu is open
let drawn = ''; // whose chat the list shows

export function drawHead() {
  const chat = openChat();
  const typing = (model.typing.get(chat.id) || 0) > Date.now();
  const under = isPrivate(chat) ? word('bot') : `${chat.members} ${word('members')}`;
  fill(
    document.getElementById('chat-head'),
    iconButton('back', word('back'), () => changed('view', 'list'), 'back'),
    avatar(nameOf(chat), chat.id, isPrivate(chat) ? '/static/icon.svg' : ''),
    el('div', { class: 'names' }, el('h1', {}, nameOf(chat)), el('p', { 'aria-live': 'polite' }, typing ? word('typing') : under)),
    menu(chat),
  );
}

function menu(chat) {
  const items = el('div', { class: 'menu-list' });
  const toggle = (open) => {
    menuOf = open ? chat.id : 0;
    items.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
  };
  const button = iconButton('more', word('more'), () => { toggle(items.hidden); if (!items.hidden) items.querySelector('button')?.focus(); });
  toggle(menuOf === chat.id);
  const close = () => { toggle(false); button.focus(); };
  const item = (key, name, danger) => el('button', { type: 'button', class: danger ? 'danger' : '', onclick: () => { close(); run(name, chat); } }, word(key));
  if (isPrivate(chat)) items.append(me().blocked ? item('unblock', 'unblock') : item('block', 'block', true));
  else {
    const inside = ['member', 'administrator'].includes(chat.bot_status);
    items.append(inside ? item('remove', 'remove', true) : item('invite', 'invite'));
    if (chat.kind === 'group' && !chat.migrated_to) items.append(item('upgrade', 'upgrade'));
  }
  const box = el('div', { class: 'menu', 'data-of': chat.id }, button, items);
  box.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
  box.addEventListener('focusout', (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget)) toggle(false); });
  return box;
}

const run = (name, chat) => act(model.person, name, { chat: chat.id }).then(() => load()).catch((error) => toast(error.message));

export function drawThread() {
  const chat = openChat();
  const nodes = [];
  if (chat.more) nodes.push(el('li', { class: 'older' }, el('button', { type: 'button', class: 'button quiet', onclick: () => older(chat.id) }, word('older'))));
  let shown = '';
  for (const message of chat.messages.values()) {
    const date = day(message.date);
    if (date !== shown) nodes.push(el('li', { class: 'day' }, date));
    shown = date;
    nodes.push(messageNode(message));
  }
  if (!chat.messages.size) nodes.push(emptyNode(chat));
  const now = `${model.person} ${chat.id}`;
  if (now !== drawn) list.replaceChildren(); // the same words in another chat are another message
  drawn = now;
  fill(list, ...nodes);
  toEnd.setAttribute('aria-label', word('toEnd'));
  if (!toEnd.firstChild) toEnd.append(icon('down'));
  settle();
}

const emptyNode = (chat) => el('li', { class: 'empty' },
  el('h2', {}, word('empty')), el('p', {}, (isPrivate(chat) && model.description) || word('hint')));

/** Put one new message at the end, without touching the others. */
export function addMessage(message) {
  const chat = openChat();
  const before = [...chat.messages.values()].at(-2);
  if (!before || day(before.date) !== day(message.date)) return drawThread();
  list.append(messageNode(message));
  return settle(message.from.id === model.person);
}

/** Draw one changed message again, in its place. */
export function redrawMessage(message) {
  const old = list.querySelector(`[data-id="${message.message_id}"]`);
  if (!old || message.chat.id !== model.open) return;
  keepingFocus(list, () => old.replaceWith(messageNode(message)));
  settle();
}

export function settle(always = false) {
  if (atEnd || always) {
    thread.scrollTop = thread.scrollHeight;
    atEnd = true;
  }
  toEnd.hidden = atEnd;
  markRead();
}

export function goToEnd() {
  atEnd = true;
  settle();
}

export function markRead() {
  const chat = openChat();
  if (chat && chat.unread && atEnd && document.visibilityState === 'visible' && thread.offsetParent !== null) {
    act(model.person, 'read', { chat: chat.id }).catch(() => {});
  }
}

async function older(id) {
  const { messages, more } = await loadOlder(id, model.chats.get(id).messages.keys().next().value);
  const chat = model.chats.get(id); // it may have been loaded anew meanwhile, or left
  if (!chat) return;
  const height = thread.scrollHeight;
  chat.messages = new Map([...messages.map((m) => [m.message_id, m]), ...chat.messages]);
  chat.more = more;
  if (id !== model.open) return;
  atEnd = false;
  drawThread();
  thread.scrollTop = thread.scrollHeight - height;
}

thread.addEventListener('scroll', () => {
  atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR;
  toEnd.hidden = atEnd;
  markRead();
}, { passive: true });
toEnd.addEventListener('click', goToEnd);
document.addEventListener('visibilitychange', markRead);
new ResizeObserver(() => { if (atEnd) thread.scrollTop = thread.scrollHeight; }).observe(thread);
