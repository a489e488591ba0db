// A text and its entities (offsets in UTF-16 units, as JavaScript counts) become nodes.
import { el } from './dom.js';
import { word } from './words.js';

const PLAIN = { bold: 'b', italic: 'i', underline: 'u', strikethrough: 's' };
const SAFE = /^(https?|tg|mailto):/i;

/** Return a fragment. `onCommand(text)` is called when a command in the text is pressed. */
export function rendered(text, entities = [], onCommand = () => {}) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return part(text, 0, text.length, sorted, onCommand);
}

function part(text, from, to, entities, onCommand) {
  const fragment = document.createDocumentFragment();
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const begin = Math.max(entities[i].offset, at);
    const end = Math.min(entities[i].offset + entities[i].length, to);
    if (end <= begin) continue;
    if (begin > at) fragment.append(text.slice(at, begin));
    const inner = [];
    while (i + 1 < entities.length && entities[i + 1].offset < end) inner.push(entities[++i]);
    const outer = entities[i - inner.length];
    fragment.append(wrapped(outer, text.slice(begin, end), part(text, begin, end, inner, onCommand), onCommand));
    // What follows a block starts on its own line already.
    at = BLOCKS.has(outer.type) && text[end] === '\n' ? end + 1 : end;
  }
  if (at < to) fragment.append(text.slice(at, to));
  return fragment;
}

const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);

function wrapped(entity, raw, inside, onCommand) {
  switch (entity.type) {
    case 'bold': case 'italic': case 'underline': case 'strikethrough':
      return el(PLAIN[entity.type], {}, inside);
    case 'code':
      return el('code', {}, inside);
    case 'pre':
      return el('pre', {}, el('code', { 'data-language': entity.language }, inside));
    case 'blockquote':
      return el('blockquote', {}, inside);
    case 'expandable_blockquote':
      return folded(inside, raw);
    case 'text_link':
      return link(entity.url, inside);
    case 'url':
      return link(raw, inside);
    case 'email':
      return link(`mailto:${raw}`, inside);
    case 'bot_command':
      return el('button', { type: 'button', class: 'command', onclick: () => onCommand(raw) }, inside);
    case 'spoiler':
      return spoiler(inside);
    default:
      return el('span', { class: entity.type }, inside);
  }
}

function link(url, inside) {
  if (!SAFE.test(url)) return el('span', {}, inside);
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, inside);
}

function spoiler(inside) {
  const node = el('button', { type: 'button', class: 'spoiler', 'aria-label': word('spoiler') }, inside);
  node.addEventListener('click', () => node.replaceWith(...node.childNodes));
  return node;
}

function folded(inside, raw) {
  const node = el('blockquote', { class: raw.length > 160 || raw.split('\n').length > 3 ? 'folded' : '' }, inside);
  if (node.classList.contains('folded')) {
    node.tabIndex = 0;
    node.setAttribute('role', 'button');
    const open = () => { node.classList.remove('folded'); node.removeAttribute('role'); node.removeAttribute('tabindex'); };
    node.addEventListener('click', open);
    node.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); open(); } });
  }
  return node;
}
