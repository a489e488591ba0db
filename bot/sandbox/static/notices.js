// Short notices: a toast that goes by itself, a box that waits for OK, a small form.
import { el } from './dom.js';
import { word } from './words.js';

const SHOWN_MS = 4000;

export function toast(text) {
  const node = el('div', { class: 'toast' }, text);
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), SHOWN_MS);
}

function open(...children) {
  const dialog = document.getElementById('dialog');
  dialog.replaceChildren(...children);
  dialog.showModal();
  return dialog;
}

export function alertBox(text) {
  const dialog = open(el('p', { id: 'dialog-text' }, text),
    el('div', { class: 'row' }, el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, word('ok'))));
  dialog.setAttribute('aria-labelledby', 'dialog-text');
}

/** Ask for a few fields. `fields` are labels with inputs; `done` gets their values by name. */
export function form(title, fields, done) {
  const inputs = fields.map(([name, label, input]) => { input.name = name; return el('label', {}, label, input); });
  const body = el('form', { method: 'dialog' }, el('p', { id: 'dialog-text' }, el('b', {}, title)), ...inputs,
    el('div', { class: 'row' },
      el('button', { type: 'button', class: 'button quiet', onclick: () => dialog.close() }, word('cancel')),
      el('button', { type: 'submit', class: 'button' }, word('add'))));
  body.addEventListener('submit', (event) => {
    event.preventDefault();
    dialog.close();
    done(Object.fromEntries(new FormData(body)));
  });
  const dialog = open(body);
  dialog.setAttribute('aria-labelledby', 'dialog-text');
}
