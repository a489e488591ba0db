// The mailbox page: the list, one mail, its parts.
import { el, fill } from './dom.js';
import { listen } from './server.js';
import { bytes } from './words.js';

const box = document.getElementById('mail');
const list = document.getElementById('mails');
const pane = document.getElementById('one');
let open = Number(location.hash.slice(1)) || 0;
let mails = [];
let smtpPort = 0;
let asked = 0;
let chosen = 0;

const get = async (address) => (await fetch(address)).json();
const when = (text) => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(text));

async function load() {
  asked += 1;
  const turn = asked;
  const state = await get('/sandbox/mail');
  if (turn !== asked) return;
  ({ mails, smtp_port: smtpPort } = state);
  box.classList.toggle('is-empty', mails.length === 0);
  if (!mails.some((mail) => mail.number === open)) open = 0;
  drawList();
  if (!open) drawNothing();
}

function drawList() {
  fill(list, ...mails.map((mail) => el('button', { type: 'button', class: 'mail-row', 'data-mail': mail.number, 'aria-current': String(mail.number === open), onclick: () => show(mail.number) },
    el('strong', { dir: 'auto' }, mail.subject || '(no subject)'), el('span', {}, `to ${mail.to}`), el('span', {}, when(mail.received_at)))));
}

function drawNothing() {
  pane.replaceChildren(el('div', { class: 'nothing' }, el('h2', {}, mails.length ? 'Choose a mail' : 'No mail yet'),
    el('p', {}, mails.length ? 'Every mail sent to this machine is listed here.' : 'Mail sent to this sandbox is kept here and goes nowhere else.'),
    !mails.length && el('p', {}, 'SMTP ', el('code', {}, `127.0.0.1:${smtpPort}`))));
}

async function show(number) {
  chosen += 1;
  const turn = chosen;
  const mail = await get(`/sandbox/mail/${number}`);
  if (turn !== chosen) return;
  open = number;
  history.replaceState(null, '', `#${number}`);
  box.dataset.view = 'one';
  drawList();
  const field = (name, value) => [el('dt', {}, name), el('dd', {}, value)];
  const content = el('div', { id: 'content', role: 'tabpanel', class: 'content' });
  const tabs = el('div', { class: 'tabs', role: 'tablist' });
  const kinds = [mail.html && ['HTML', () => frame(number)], ['Text', () => el('pre', { dir: 'auto' }, mail.text || 'This mail has no text part.')],
    ['Headers', () => el('pre', {}, mail.headers.map(([name, value]) => `${name}: ${value}`).join('\n'))]].filter(Boolean);
  const choose = (tab) => {
    [...tabs.querySelectorAll('button')].forEach((button, at) => button.setAttribute('aria-selected', String(at === tab)));
    const fresh = kinds[tab][1]();
    fresh.id = 'content';
    document.getElementById('content').replaceWith(fresh);
  };
  tabs.append(...kinds.map(([name], at) => el('button', { type: 'button', role: 'tab', 'aria-controls': 'content', onclick: () => choose(at) }, name)),
    el('a', { href: `/sandbox/mail/${number}/raw` }, 'Download'));
  pane.replaceChildren(el('button', { type: 'button', class: 'mail-back', onclick: () => { box.dataset.view = 'list'; } }, '‹ Mailbox'),
    el('h2', { dir: 'auto' }, mail.subject || '(no subject)'),
    el('dl', {}, ...field('From', mail.from), ...field('To', mail.to), ...field('Envelope from', mail.envelope_from), ...field('Received', when(mail.received_at)), ...field('Size', bytes(mail.size))),
    attachments(number, mail.attachments), tabs, content);
  choose(0);
  pane.focus();
}

const frame = (number) => el('iframe', { src: `/sandbox/mail/${number}/html`, sandbox: 'allow-popups allow-popups-to-escape-sandbox', title: 'HTML of this mail' });

function attachments(number, files) {
  if (!files.length) return '';
  return el('ul', { class: 'attachments', 'aria-label': 'Attachments' }, ...files.map((file, at) => el('li', {},
    el('a', { href: `/sandbox/mail/${number}/parts/${at}` }, `${file.name} (${bytes(file.size)})`))));
}

document.getElementById('clear').addEventListener('click', async () => {
  await fetch('/sandbox/mail', { method: 'DELETE' });
  open = 0;
  chosen += 1;
  load();
});
await load();
if (open) show(open);
listen((event) => { if (event.type === 'mail' || event.type === 'hello') load(); }, () => {});
