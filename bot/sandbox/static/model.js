// What the page knows: one person's view of the sandbox, changed by events and told to those who draw it.
import { loadState } from './server.js';
import { speak } from './words.js';

export const model = { seq: 0, bot: {}, person: 0, people: [], chats: new Map(), open: 0, payload: '', description: '', typing: new Map(), waiting: new Map() };
const listeners = new Set();

export const onChange = (listener) => listeners.add(listener);
export const changed = (what, detail) => listeners.forEach((listener) => listener(what, detail));
export const me = () => model.people.find((person) => person.id === model.person) || {};
export const openChat = () => model.chats.get(model.open);
export const isPrivate = (chat) => chat.kind === 'private';
export const nameOf = (chat) => (isPrivate(chat) ? model.bot.first_name : chat.title);
const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window keeps nothing */ } };

// While a state is on its way events are held; those it does not include yet are applied after it.
// `seq` numbers the events and says up to which one a state goes.
let asked = 0;
let loading = true;
let held = [];

/** Whose view was asked for last: it is shown, or on its way. */
export let wanted = 0;

/** Load everything as `person` sees it (or the last one chosen here). A later call makes an earlier one void. */
export async function load(person = wanted || remembered('person')) {
  asked += 1;
  wanted = Number(person);
  const turn = asked;
  loading = true;
  let state;
  try {
    state = await loadState(person).catch(() => loadState(''));
  } catch (error) {
    if (turn === asked) setTimeout(loadAgain, 2000);
    throw error;
  }
  if (turn !== asked) return;
  take(state);
  loading = false;
  changed('all');
  const kept = held;
  held = [];
  kept.forEach(apply);
}

function take(state) {
  model.seq = state.seq;
  model.bot = state.bot;
  model.people = state.people;
  model.description = state.description;
  if (model.person !== state.person) model.open = 0;
  model.person = state.person;
  wanted = state.person;
  model.chats = new Map(state.chats.map((chat) => [chat.id, { ...chat, messages: new Map(chat.messages.map((m) => [m.message_id, m])) }]));
  const open = model.open || Number(remembered(`open ${model.person}`));
  model.open = model.chats.has(open) ? open : model.person;
  remember('person', model.person);
  speak(me().language_code);
}

/** Load everything once more; what fails is tried again by itself. */
export const loadAgain = () => load().catch(() => {});

export function choose(chat) {
  model.open = chat;
  remember(`open ${model.person}`, chat);
  changed('all');
}

/** Apply one event of the stream. */
export function apply(event) {
  if (event.type === 'answer') onAnswer(event);
  else if (event.type === 'action') onAction(event);
  else if (loading) held.push(event);
  else change(event);
}

function change(event) {
  if (event.seq <= model.seq) return;
  const chat = model.chats.get(event.chat_id);
  if (event.type === 'message') onMessage(event, chat);
  else if (event.type === 'edited' && chat) {
    chat.messages.set(event.message.message_id, event.message);
    changed('message', event.message);
  } else if (event.type === 'deleted' && chat) {
    chat.messages.delete(event.message_id);
    changed('thread');
  } else if (event.type === 'read') onRead(event, chat);
  else if (['chats', 'commands', 'reload'].includes(event.type)) loadAgain();
}

function onMessage(event, chat) {
  const own = event.message.from.id === model.person;
  const before = me().started && JSON.stringify(chat?.keyboard);
  for (const person of model.people) {
    if (person.id !== event.message.from.id && (event.chat_id === person.id || (chat && event.chat_id < 0))) person.unread += 1;
    if (person.id === event.chat_id) person.started = true;
  }
  if (!chat) {
    changed('people');
    return;
  }
  chat.messages.set(event.message.message_id, event.message);
  chat.keyboard = event.keyboard;
  if (own) chat.unread = 0;
  else chat.unread += 1;
  model.typing.delete(chat.id);
  // The text field is left alone unless something around it changed: somebody may be typing.
  changed('new', { ...event, around: before !== (me().started && JSON.stringify(chat.keyboard)) });
}

function onRead(event, chat) {
  if (event.person_id !== model.person || !chat) return;
  me().unread = Math.max(0, me().unread - chat.unread);
  chat.unread = 0;
  changed('people');
}

function onAction(event) {
  model.typing.set(event.chat_id, Date.now() + 5000);
  changed('head');
  setTimeout(() => changed('head'), 5050);
}

function onAnswer(event) {
  const pressed = model.waiting.get(event.query_id);
  model.waiting.delete(event.query_id);
  if (pressed) pressed(event);
  else if (event.person_id === model.person) model.waiting.set(event.query_id, event);
}
