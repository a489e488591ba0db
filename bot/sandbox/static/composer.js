// The bottom of a chat: Start, the text field, files, the command menu and the reply keyboard.
import { el, fill, iconButton } from './dom.js';
import { isPrivate, load, me, model, openChat } from './model.js';
import { toast } from './notices.js';
import { act } from './server.js';
import { bytes, word } from './words.js';

const box = document.getElementById('composer');
const drafts = new Map();
let chosenFile = null;
let asPhoto = false;
let showsCommands = false;
let showsKeys = true;

const fail = (error) => toast(error.message);
const key = () => `${model.person} ${model.open}`;

export function drawComposer() {
  const chat = openChat();
  const typed = box.contains(document.activeElement);
  const whole = (label, onclick) => el('button', { type: 'button', class: 'button whole', onclick }, label);
  const note = (text) => el('p', { class: 'note' }, text);
  field()?.removeAttribute('style'); // its height follows from its text, and makes it no other field
  if (isPrivate(chat) && me().blocked) fill(box, note(word('blocked')), whole(word('unblock'), () => act(model.person, 'unblock').then(() => load()).catch(fail)));
  else if (isPrivate(chat) && (!me().started || model.payload)) fill(box, whole(word('start'), start));
  else if (chat.migrated_to) fill(box, note(word('moved')));
  else {
    fill(box, ...[showsCommands && commandList(chat), chosenFile && fileChip(), row(chat), showsKeys && chat.keyboard && replyKeys(chat)].filter(Boolean));
    restore();
    fit();
    if (typed && !box.contains(document.activeElement)) field().focus();
  }
}

/** What was typed and ticked: a field that stays on the screen may be that of another chat. */
function restore() {
  const draft = drafts.get(key()) || '';
  if (field().value !== draft) field().value = draft;
  const tick = box.querySelector('.chip input');
  if (tick) tick.checked = asPhoto;
}

const field = () => box.querySelector('textarea');

async function start() {
  const { payload } = model;
  model.payload = '';
  history.replaceState(null, '', '/');
  try {
    await act(model.person, 'start', { payload });
    await load();
  } catch (error) { fail(error); }
}

function row(chat) {
  const text = el('textarea', { rows: 1, 'aria-label': word('write'), placeholder: chat.keyboard?.input_field_placeholder || word('write'), enterkeyhint: 'send', maxlength: 4096, dir: 'auto' });
  text.addEventListener('input', () => {
    drafts.set(key(), text.value);
    fit();
    const wants = text.value.startsWith('/') && !text.value.includes(' ');
    if (wants || showsCommands) { showsCommands = wants; drawComposer(); }
  });
  text.addEventListener('keydown', onKey);
  const picker = el('input', { type: 'file', hidden: true });
  picker.addEventListener('change', () => {
    choose(picker.files[0]);
    picker.value = ''; // the same file may be chosen again
  });
  return el('div', { class: 'composer-row' },
    chat.commands.length > 0 && el('button', { type: 'button', class: 'icon-button commands-button', 'aria-expanded': String(showsCommands), onclick: () => { showsCommands = !showsCommands; drawComposer(); } }, word('commands')),
    iconButton('attach', word('attach'), () => picker.click()), picker, text,
    chat.keyboard && iconButton('keys', word('keyboard'), () => { showsKeys = !showsKeys; drawComposer(); }),
    iconButton('send', word('send'), submit, 'send'));
}

function onKey(event) {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === 'Escape' && showsCommands) {
    showsCommands = false;
    drawComposer();
  }
}

/** Make the text field as high as its text; a field that is not on the screen cannot be measured. */
export function fit() {
  const text = field();
  if (!text?.offsetParent) return;
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, innerHeight * 0.4)}px`;
}

async function submit() {
  const text = (field()?.value || '').trim();
  const file = chosenFile;
  const from = key();
  if (!text && !file) return;
  drafts.delete(from);
  chosenFile = null;
  showsCommands = false;
  drawComposer();
  field()?.focus(); // now: when the answer comes, somebody may be elsewhere
  try {
    if (file) await act(model.person, 'attach', { chat: model.open, file, caption: text, photo: asPhoto });
    else await say(text);
  } catch (error) {
    if (!drafts.get(from)) drafts.set(from, text);
    chosenFile ||= file;
    drawComposer();
    fail(error);
  }
}

const say = (text) => act(model.person, 'send', { chat: model.open, text });

function choose(file) {
  chosenFile = file || null;
  asPhoto = Boolean(file) && /^image\/(png|jpeg|gif|webp)$/.test(file.type);
  drawComposer();
  field()?.focus();
}

function fileChip() {
  const picture = chosenFile.type.startsWith('image/');
  const tick = el('input', { type: 'checkbox', onchange: (event) => { asPhoto = event.target.checked; } });
  return el('div', { class: 'chip' }, el('span', {}, chosenFile.name), bytes(chosenFile.size),
    picture && el('label', {}, tick, word('asPhoto')), iconButton('close', word('cancel'), () => choose(null)));
}

function commandList(chat) {
  const typed = (drafts.get(key()) || '').slice(1);
  const fitting = chat.commands.filter((command) => command.command.startsWith(typed));
  return fitting.length > 0 && el('div', { class: 'commands', role: 'group', 'aria-label': word('commands') }, ...fitting.map((command) => el('button', {
    type: 'button',
    onclick: () => { showsCommands = false; drafts.delete(key()); say(`/${command.command}`).catch(fail); drawComposer(); },
  }, el('b', {}, `/${command.command}`), el('span', {}, command.description))));
}

function replyKeys(chat) {
  const press = (button) => say(button.text).catch(fail);
  return el('div', { class: 'reply-keys', role: 'group', 'aria-label': word('keyboard') }, ...chat.keyboard.keyboard.map((keys) => el('div', { class: 'row' },
    ...keys.map((button) => el('button', { type: 'button', onclick: () => press(button) }, button.text)))));
}

export const showKeys = () => { showsKeys = true; };
addEventListener('paste', (event) => { if (event.clipboardData?.files.length) choose(event.clipboardData.files[0]); });
