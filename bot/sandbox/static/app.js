// The chat page: loads one person's view, draws it, and follows the stream of changes.
import { drawComposer, fit, showKeys } from './composer.js';
import { apply, load, loadAgain, model, onChange } from './model.js';
import { toast } from './notices.js';
import { listen } from './server.js';
import { drawSide } from './side.js';
import { addMessage, drawHead, drawThread, goToEnd, markRead, redrawMessage, settle } from './thread.js';
import { word } from './words.js';

const app = document.getElementById('app');
let shown = '';
let connected = true;

function show(view) {
  app.dataset.view = view;
  if (view !== 'chat') return;
  goToEnd();
  fit();
}

function drawAll() {
  drawSide();
  drawHead();
  drawThread();
  drawComposer();
  const now = `${model.person} ${model.open}`;
  if (now !== shown) goToEnd();
  shown = now;
}

const DRAW = {
  all: drawAll,
  thread: () => { drawThread(); drawSide(); },
  head: drawHead,
  people: drawSide,
  message: (message) => { redrawMessage(message); drawSide(); },
  grown: () => settle(),
  view: show,
  new: (event) => {
    if (event.chat_id === model.open) {
      addMessage(event.message);
      drawHead();
      if (event.around) {
        showKeys();
        drawComposer();
      }
    }
    drawSide();
  },
};

onChange((what, detail) => DRAW[what](detail));

const address = new URLSearchParams(location.search);
const payload = address.get('start');
show(payload || !matchMedia('(max-width: 720px)').matches ? 'chat' : 'list');

async function begin() {
  await load(Number(address.get('person')) || undefined);
  if (payload && /^[\w-]{1,64}$/.test(payload)) {
    model.payload = payload;
    model.open = model.person;
    drawAll();
  }
}

// The stream opens first and everything is loaded after it: the model holds what happens in between.
let begun = false;
listen((event) => {
  if (event.type !== 'hello') apply(event);
  else if (begun) loadAgain();
  else {
    begun = true;
    begin().catch(() => {});
  }
}, (up) => {
  if (!up && connected) toast(word('lost'));
  connected = up;
});
addEventListener('focus', markRead);
