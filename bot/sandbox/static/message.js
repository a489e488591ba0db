// One message: bubble, picture or file, text, time, and the buttons under it.
import { el, icon } from './dom.js';
import { rendered } from './entities.js';
import { act } from './server.js';
import { changed, isPrivate, model, openChat } from './model.js';
import { alertBox, toast } from './notices.js';
import { bytes, clock, word } from './words.js';

const SPINS_SECONDS = 20;
const turning = new Set(); // keys that were pressed and are not answered yet
const START_LINK = /^(?:https?:\/\/(?:t|telegram)\.me\/(\w+)|tg:\/\/resolve\?domain=(\w+))[?&]start=([\w-]{1,64})$/i;

export function messageNode(message) {
  const service = serviceText(message);
  if (service) return el('li', { class: 'service', 'data-id': message.message_id }, service);
  const own = message.from.id === model.person;
  const rows = message.reply_markup?.inline_keyboard || [];
  const bubble = el('div', { class: message.edit_date ? 'bubble edited' : 'bubble' },
    !own && !isPrivate(openChat()) && el('span', { class: 'sender' }, message.from.first_name),
    topicName(message) && el('span', { class: 'quote' }, topicName(message)),
    message.reply_to_message && el('span', { class: 'quote' }, plainText(message.reply_to_message)),
    message.photo && photo(message),
    message.document && file(message.document),
    body(message),
    el('span', { class: 'meta' }, message.edit_date ? el('span', {}, word('edited')) : null,
      el('time', { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date))));
  const node = el('li', { class: `message${own ? ' own' : ''}${rows.length ? ' has-keys' : ''}`, 'data-id': message.message_id }, bubble);
  if (rows.length) node.append(keys(message, rows));
  return node;
}

/** What a message is in one line, for the list of chats. */
export function plainText(message) {
  if (!message) return '';
  const kind = message.photo ? word('photo') : message.document?.file_name || '';
  const text = message.text || message.caption || '';
  return serviceText(message) || [kind, text.replace(/\s+/g, ' ').slice(0, 140)].filter(Boolean).join(' · ');
}

/** The topic a message stands in: named by the service message whose number it carries. */
function topicName(message) {
  const made = message.message_thread_id && model.chats.get(message.chat.id)?.messages.get(message.message_thread_id);
  return made?.forum_topic_created ? `# ${made.forum_topic_created.name}` : '';
}

function serviceText(message) {
  if (message.forum_topic_created) return `# ${message.forum_topic_created.name}`;
  if (message.new_chat_members) return `${message.from.first_name} ${word('joined')}`;
  return message.migrate_to_chat_id || message.migrate_from_chat_id ? word('upgraded') : '';
}

function body(message) {
  const node = el('div', { class: 'text', dir: 'auto' });
  const say = (text) => act(model.person, 'send', { chat: model.open, text }).catch((error) => toast(error.message));
  node.append(rendered(message.text || message.caption || '', message.text ? message.entities : message.caption_entities, say));
  node.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (link && followStartLink(link.href)) event.preventDefault();
  });
  return node;
}

/** A link that starts this very bot opens here instead of in a real Telegram. */
function followStartLink(address) {
  const match = address.match(START_LINK);
  if (!match || (match[1] || match[2]).toLowerCase() !== model.bot.username.toLowerCase()) return false;
  model.payload = match[3];
  model.open = model.person;
  changed('all');
  return true;
}

function photo(message) {
  const largest = message.photo[message.photo.length - 1];
  const source = `/sandbox/files/${encodeURIComponent(largest.file_id)}`;
  return el('a', { class: 'photo', href: source, target: '_blank', rel: 'noopener' },
    el('img', { src: source, alt: message.caption || word('photo'), width: largest.width, height: largest.height, onload: () => changed('grown') }));
}

function file(document) {
  return el('a', { class: 'file', href: `/sandbox/files/${encodeURIComponent(document.file_id)}`, download: document.file_name },
    el('span', { class: 'file-icon' }, icon('file')),
    el('span', {}, el('b', {}, document.file_name), el('small', {}, bytes(document.file_size))));
}

function keys(message, rows) {
  return el('div', { class: 'keys' }, ...rows.map((row) => el('div', { class: 'row' }, ...row.map((key) => keyNode(message, key)))));
}

function keyNode(message, key) {
  if (key.url) {
    const onclick = (event) => { if (followStartLink(key.url)) event.preventDefault(); };
    return el('a', { class: 'key link', href: key.url, target: '_blank', rel: 'noopener noreferrer', onclick }, key.text);
  }
  const onclick = () => (key.copy_text ? navigator.clipboard?.writeText(key.copy_text.text) : press(message, key));
  const busy = turning.has(pressed(message, key)) && 'true';
  return el('button', { type: 'button', class: 'key', 'data-key': key.callback_data, 'aria-busy': busy, onclick }, key.text);
}

const pressed = (message, key) => `${message.chat.id} ${message.message_id} ${key.callback_data}`;

/** Show on every node of a key, whichever is on the screen now, that it waits for an answer or no more. */
function turn(message, key, on) {
  if (on) turning.add(pressed(message, key));
  else turning.delete(pressed(message, key));
  if (message.chat.id !== model.open) return;
  for (const node of document.querySelectorAll(`[data-id="${message.message_id}"] .key`)) {
    if (node.dataset.key !== key.callback_data) continue;
    if (on) node.setAttribute('aria-busy', 'true');
    else node.removeAttribute('aria-busy');
  }
}

async function press(message, key) {
  if (turning.has(pressed(message, key))) return;
  turn(message, key, true);
  const rest = () => turn(message, key, false);
  try {
    const { query_id: query } = await act(model.person, 'press', { chat: message.chat.id, message_id: message.message_id, data: key.callback_data });
    const late = setTimeout(() => { model.waiting.delete(query); rest(); toast(word('noAnswer')); }, SPINS_SECONDS * 1000);
    const answered = (answer) => { clearTimeout(late); rest(); show(answer); };
    const early = model.waiting.get(query);
    if (early) {
      model.waiting.delete(query);
      answered(early);
    } else model.waiting.set(query, answered);
  } catch (error) {
    rest();
    toast(error.message);
  }
}

function show(answer) {
  if (answer.url) followStartLink(answer.url);
  if (!answer.text) return;
  if (answer.show_alert) alertBox(answer.text);
  else toast(answer.text);
}
