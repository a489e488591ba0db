// Elements are built node by node: text never becomes markup.
const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  back: ['M15 5l-7 7 7 7'],
  down: ['M5 9l7 7 7-7'],
  send: ['M4 12l16-8-6 16-3-6z', 'M11 14l9-10'],
  attach: ['M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.500 8.500a1.700 1.700 0 0 1-2.500-2.500L14.500 7.500'],
  more: ['M12 5v.01', 'M12 12v.01', 'M12 19v.01'],
  file: ['M7 3h7l4 4v14H7z', 'M14 3v4h4'],
  keys: ['M4 7h16v10H4z', 'M8 10.500h.01', 'M12 10.500h.01', 'M16 10.500h.01', 'M9 13.500h6'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
};

/** Make an element. `attributes`: plain ones, `class`, and `onname` functions; children are nodes or strings. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// What a control is about, whichever node shows it now.
const aboutOf = (node) => [node.closest('[data-id]')?.dataset.id, Object.values(node.dataset)[0] || node.getAttribute('aria-label') || node.textContent].join(' ');

/** Draw something under `parent` anew, and give the focus back to the control that had it. */
export function keepingFocus(parent, draw) {
  const held = document.activeElement;
  const about = parent !== held && parent.contains(held) && aboutOf(held);
  draw();
  if (about && !held.isConnected) [...parent.querySelectorAll('a, button')].find((node) => aboutOf(node) === about)?.focus({ preventScroll: true });
}

/** Make `nodes` the children of `parent`. What looks the same stays as it is, with its focus and a click half done. */
export function fill(parent, ...nodes) {
  keepingFocus(parent, () => {
    nodes.forEach((node, at) => {
      const old = parent.children[at];
      if (!old) parent.append(node);
      else if (!old.isEqualNode(node)) old.replaceWith(node);
    });
    while (parent.children.length > nodes.length) parent.lastChild.remove();
  });
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

export function iconButton(name, label, onclick, extra = '') {
  return el('button', { type: 'button', class: `icon-button ${extra}`, 'aria-label': label, title: label, onclick }, icon(name));
}

export function avatar(name, id, picture = '') {
  const hue = Math.abs(Number(id)) % 6;
  if (picture) return el('span', { class: 'avatar', 'aria-hidden': 'true' }, el('img', { src: picture, alt: '' }));
  return el('span', { class: `avatar hue-${hue}`, 'aria-hidden': 'true' }, [...name.trim()][0] || '?');
}
