// The bottom of a chat: Start, the text field, files, the command menu and the reply keyboard.
import { el, iconButton } from './dom.js';
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
  if (isPrivate(chat) && me().blocked) box.replaceChildren(note(word('blocked')), whole(word('unblock'), () => act(model.person, 'unblock').then(() => load()).catch(fail)));
  else if (isPrivate(chat) && (!me().started || model.payload)) box.replaceChildren(whole(word('start'), start));
  else if (chat.migrated_to) box.replaceChildren(note(word('moved')));
  else {
    box.replaceChildren(...[showsCommands && commandList(chat), chosenFile && fileChip(), row(chat), showsKeys && chat.keyboard && replyKeys(chat)].filter(Boolean));
    fit();
    if (typed) field().focus();
  }
}

const field = () => box.querySelector('textarea');

async function start() {
  const { payload } = model;
  model.payload = '';
  history.replaceState(null, '', '/');
  try {
    await act(model.person, 'start', { payload });
    await load();
    field()?.focus();
  } catch (error) { fail(error); }
}

function row(chat) {
  const text = el('textarea', { rows: 1, 'aria-label': word('write'), placeholder: chat.keyboard?.input_field_placeholder || word('write'), enterkeyhint: 'send', maxlength: 4096, dir: 'auto' });
  text.value = drafts.get(key()) || '';
  text.addEventListener('input', () => {
    drafts.set(key(), text.value);
    fit();
    const wants = text.value.startsWith('/') && !text.value.includes(' ');
    if (wants || showsCommands) { showsCommands = wants; drawComposer(); }
  });
  text.addEventListener('keydown', onKey);
  const picker = el('input', { type: 'file', hidden: true });
  picker.addEventListener('change', () => { choose(picker.files[0]); });
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
  if (!text && !file) return;
  drafts.delete(key());
  if (field()) field().value = '';
  chosenFile = null;
  showsCommands = false;
  drawComposer();
  try {
    if (file) await act(model.person, 'attach', { chat: model.open, file, caption: text, photo: asPhoto });
    else await say(text);
  } catch (error) {
    drafts.set(key(), text);
    chosenFile = file;
    drawComposer();
    fail(error);
  }
  field()?.focus();
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
  tick.checked = asPhoto;
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
