// The room's board beside the stage: asked for every moment, and laid anew where it has changed.
import {keep_typed} from './games/games.js';
import {open_rail} from '../layout/rail.js';

const DRAWING_MS = 700, QUIET_MS = 2000, HIDDEN_MS = 10000, MOST_MS = 10000;
const PLACES = {head: '.board-head', person: '.people', game: '.games', drawing: '.strip', picture: '.strip'};
const HELD = 'button, a, select, input, summary';
const SAID_MS = 8000;
let room = null, gone = null, seen = '', timer = null, broken = 0, turn = 0, hushed = null;
let free = Promise.resolve(), let_go = () => {};
const items = new Map();  // the node of each, by their keys

const board = () => document.querySelector('#board .board');
const find = key => items.get(key);

export function begin_board(entered, then) {
  end_board();
  room = entered;
  gone = then;
  board().hidden = false;
  view('board');
  open_rail(true);
  look_now();
}

export function end_board() {
  clearTimeout(timer);
  [room, seen, broken] = [null, '', 0];
  turn += 1;
  lay([], {});
  board().hidden = true;
  delete document.getElementById('main').dataset.room;
  document.querySelector('#rail-head .views').hidden = true;
  open_rail(false);
  count(0);
}

export function look_now() {
  if (!room) return;
  clearTimeout(timer);
  turn += 1;
  look(turn);
}

// Words that pass: why something wasn't done.
export function say(words) {
  clearTimeout(hushed);
  board().querySelector('.told').textContent = words;
  if (words) hushed = setTimeout(say, SAID_MS, '');
}

async function look(mine) {
  try {
    const answer = await fetch(`./room/${room}/look?${new URLSearchParams({seen})}`);
    if (mine !== turn) return;
    if (answer.status === 404) { const told = gone; end_board(); told(); return; }
    if (!answer.ok) throw new Error(answer.statusText);
    if (answer.status !== 204) {
      const told = await answer.json();
      await free;
      heard(told, mine);
    }
    if (broken) say('');
    broken = 0;
  } catch {
    if (mine !== turn) return;
    broken += 1;
    if (broken > 1) say('The line to the room is broken; it is tried again.');
  }
  if (mine === turn) timer = setTimeout(look, pause(), mine);
}

function pause() {
  if (broken) return Math.min(MOST_MS, DRAWING_MS * 2 ** broken);
  if (document.hidden) return HIDDEN_MS;
  return board().querySelector('.drawing') ? DRAWING_MS : QUIET_MS;
}

// The pieces that are new, by their keys, and the order of all where that has changed.
function heard({seen: version, order, html}, mine) {
  if (mine !== turn) return;
  seen = version;
  lay(order, html);
  if (order) count(order.filter(key => key.startsWith('person')).length);
}

function lay(order, html) {
  const focus = focused();
  if (order) for (const [key, node] of items) if (!order.includes(key)) { node.remove(); items.delete(key); }
  for (const [key, text] of Object.entries(html)) lay_item(key, text);
  if (order) for (const place of new Set(Object.values(PLACES))) in_order(place, order);
  focus?.();
  board().querySelector('.nothing').hidden = board().querySelector('.strip').childElementCount > 0;
}

function lay_item(key, text) {
  const holder = document.createElement('template'), before = find(key);
  holder.innerHTML = text;
  const node = holder.content.firstElementChild;
  node.dataset.key = key;
  keep_typed(before, node);
  before?.replaceWith(node);
  items.set(key, node);
  lay_preview(key, node, before);
}

// What was drawn before stays until the next step of it has come.
function lay_preview(key, node, before) {
  const place = node.querySelector('[data-preview]');
  if (!place) return;
  const shown = before?.querySelector('.slot img[src]'), next = new Image();
  if (shown) place.replaceWith(shown);
  next.alt = '';
  next.onload = () => find(key)?.querySelector('.slot img')?.replaceWith(next);
  next.src = place.dataset.preview;
}

function in_order(place, order) {
  const holder = board().querySelector(place);
  const wanted = order.filter(key => PLACES[key.split(' ')[0]] === place).map(find);
  wanted.forEach((node, at) => { if (node && holder.children[at] !== node) holder.insertBefore(node, holder.children[at] ?? null); });
}

// Whoever presses by keys stays on the button, though its picture is drawn anew.
function focused() {
  const held = document.activeElement, home = held?.closest('[data-key]');
  if (!home || !board().contains(home)) return null;
  const {key} = home.dataset, at = [...home.querySelectorAll(HELD)].indexOf(held);
  return () => { if (!held.isConnected) [...find(key)?.querySelectorAll(HELD) ?? []][at]?.focus({preventScroll: true}); };
}

function count(people) {
  const place = document.querySelector('#together-open .count');
  place.hidden = !people;
  place.textContent = people || '';
}

function view(name) {
  const views = document.querySelector('#rail-head .views');
  document.getElementById('main').dataset.room = name;
  views.hidden = false;
  for (const each of views.children) each.setAttribute('aria-pressed', each.dataset.view === name);
}

// What is pressed stays as it is until it is let go: a button that is drawn anew meanwhile would hear of no click.
function hold(event) {
  let_go();
  if (event.button === 0 && event.target.closest('#board')) free = new Promise(done => { let_go = done; });
}

document.addEventListener('pointerdown', hold, true);
// The click comes right behind it.
for (const kind of ['pointerup', 'pointercancel', 'contextmenu']) document.addEventListener(kind, () => setTimeout(() => let_go()), true);
window.addEventListener('blur', () => let_go());
document.addEventListener('click', event => {
  const button = event.target.closest('#rail-head [data-view]');
  if (button) view(button.dataset.view);
});
// A picture whose file is gone: why, in its place.
document.addEventListener('error', async event => {
  const place = event.target.closest?.('#board .picture');
  if (!place) return;
  const answer = await fetch(event.target.src).catch(() => null);
  if (!answer || answer.ok || !place.isConnected) return;
  place.replaceWith(Object.assign(document.createElement('p'), {className: 'lost', role: 'status', textContent: await answer.text()}));
}, true);
document.addEventListener('visibilitychange', () => { if (!document.hidden) look_now(); });
