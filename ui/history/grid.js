// The history as a grid: one stop of Tab, gone through by arrows; pictures are selected, and something is done with them.
import {all_keys, in_columns, key_of, reveal, tile_of, when_laid} from './leaves.js';
import {searched} from './search.js';
import {when_started} from '../events/followers.js';
import {tell} from '../events/page_events.js';
import {is_marked, mark, mark_all, marked_keys, unmark_all} from '../viewing/marks.js';

const LONG_MS = 450, STILL_PX = 10, TILE = '#history-shelf .tile[data-run]', STOPS = 'button, select, summary';
const ACTS = [['star', 'Favourite'], ['board', 'Board'], ['unboard', 'Take off'], ['zip', 'Zip'], ['delete', 'Delete'], ['restore', 'Restore']];
const EVENTS = {star: 'star-chosen', board: 'board-choose', unboard: 'board-take', zip: 'zip-chosen', delete: 'delete-chosen', restore: 'restore-chosen'};
let current = null, anchor = null, selecting = false, held = null, silent = false;

// Only the current tile's buttons are stops of Tab: nobody goes through eight of each of a thousand.
when_laid(nodes => {
  current ??= nodes[0]?.dataset.run ? key_of(nodes[0]) : null;
  for (const node of nodes) stop_at(node, key_of(node) === current);
});
function stop_at(tile, on) { for (const each of tile.querySelectorAll(STOPS)) each.tabIndex = on ? 0 : -1; }

function stand_on(tile) {
  if (key_of(tile) === current) return;
  for (const each of document.querySelectorAll(TILE)) if (each === tile || key_of(each) === current) stop_at(each, each === tile);
  current = key_of(tile);
}

function go(at, event) {
  const keys = all_keys(), tile = keys.length && reveal(Math.min(Math.max(at, 0), keys.length - 1));
  if (!tile) return;
  event.preventDefault();
  event.stopPropagation();
  stand_on(tile);
  tile.querySelector('.picture, button')?.focus({preventScroll: true});
  if (event.shiftKey) choose_to(key_of(tile));
}

// From where the last one was selected, as in any list.
function choose_to(name) {
  const keys = all_keys(), from = keys.indexOf(anchor ?? name), to = keys.indexOf(name);
  if (from < 0 || to < 0) { anchor = name; mark_all([name], tile_of); return; }
  mark_all(keys.slice(Math.min(from, to), Math.max(from, to) + 1), tile_of);
}

function toggle(tile) { anchor = key_of(tile); mark(tile); }

const rows = () => Math.max(1, Math.floor(innerHeight / (document.querySelector(TILE)?.offsetHeight || innerHeight))) * in_columns();
const MOVES = {
  ArrowLeft: at => at - 1, ArrowRight: at => at + 1, ArrowUp: at => at - in_columns(), ArrowDown: at => at + in_columns(),
  Home: () => 0, End: () => Infinity, PageUp: at => at - rows(), PageDown: at => at + rows(),
};

const held_down = event => event.ctrlKey || event.metaKey;
const DEEDS = {
  ' ': (tile, event) => { if (!event.repeat) toggle(tile); },
  'Delete': (tile, event) => { if (!event.repeat) erase(tile); },
  'a': () => mark_all(all_keys(), tile_of),
};

// What a key on a tile means; undefined where it means nothing here.
function deed_of({key, target, ...event}) {
  if (event.altKey || target.closest('select')) return undefined;
  if (key === 'a') return event.held ? DEEDS.a : undefined;
  if (key === ' ' && !target.matches('.picture, [data-mark]')) return undefined;
  return event.held ? undefined : DEEDS[key];
}

function keyed(event) {
  const tile = event.target.closest?.(TILE);
  if (event.key === 'Escape') leave(event, tile ?? event.target.closest?.('#marked'));
  else if (tile && MOVES[event.key] && !held_down(event) && !event.altKey && !event.target.closest('select')) move(tile, event);
  else if (tile) {
    const deed = deed_of({key: event.key, target: event.target, altKey: event.altKey, held: held_down(event)});
    if (deed) { deed(tile, event); swallow(event); }
  }
}
function leave(event, place) {
  if (!place || !(marked_keys().length || selecting)) return;
  unmark_all();
  select_by_press(false);
  swallow(event);
}
function move(tile, event) {
  anchor ??= event.shiftKey ? key_of(tile) : null;
  go(MOVES[event.key](all_keys().indexOf(key_of(tile))), event);
}
function swallow(event) { event.preventDefault(); event.stopPropagation(); }

// What is selected, if this one is; else this one.
function erase(tile) {
  if (tile.classList.contains('gone')) return;
  if (is_marked(key_of(tile))) carry_out('delete');
  else tell('act', {act: 'delete-chosen', pictures: key_of(tile)});
}

function carry_out(act) {
  const pictures = marked_keys().join(' ');
  if (['delete', 'restore', 'unboard'].includes(act)) unmark_all();
  tell('act', {act: EVENTS[act], pictures, board: searched().board});
}

function clicked(event) {
  const tile = event.target.closest(TILE);
  if (silent && tile) { silent = false; swallow(event); return; }
  const picture = tile && event.target.closest('.picture'), control = event.ctrlKey || event.metaKey;
  if (!picture || !(control || event.shiftKey || selecting)) return;
  if (event.shiftKey && event.detail) { choose_to(key_of(tile)); anchor = key_of(tile); } else toggle(tile);
  swallow(event);
}

// A finger that rests on a picture selects it; from then on a tap does, until nothing is selected.
function touched(event) {
  clearTimeout(held?.timer);
  held = null;
  silent = false;
  const tile = event.pointerType === 'touch' && event.target.closest('.picture')?.closest(TILE);
  if (!tile) return;
  const timer = setTimeout(() => { held = null; silent = true; toggle(tile); select_by_press(true); navigator.vibrate?.(10); }, LONG_MS);
  held = {timer, x: event.clientX, y: event.clientY};
}
function moved(event) {
  if (!held || (event.type === 'pointermove' && Math.hypot(event.clientX - held.x, event.clientY - held.y) < STILL_PX)) return;
  clearTimeout(held.timer);
  held = null;
}

function select_by_press(on) {
  selecting = on;
  const button = document.getElementById('history-select');
  button?.setAttribute('aria-pressed', on);
}

function lay_acts() {
  const place = document.querySelector('#marked .acts-of-marks');
  for (const [act, title] of ACTS) {
    const button = Object.assign(document.createElement('button'), {type: 'button', textContent: title});
    button.dataset.chosen = act;
    place.append(button);
  }
  place.addEventListener('click', event => {
    const button = event.target.closest('[data-chosen]');
    if (button) carry_out(button.dataset.chosen);
  });
  document.querySelector('#marked [data-unmark]').addEventListener('click', () => select_by_press(false));
  document.addEventListener('input', event => { if (event.target.closest('#history-search')) look_at_search(event); });
  look_at_search();
}

// In the trash there is nothing but the way back, and only on a board something to be taken off it.
function look_at_search(event) {
  setTimeout(() => {
    const {trash, board} = searched(), bar = document.getElementById('marked');
    if (event && Boolean(trash) !== (bar.dataset.side === 'trash')) unmark_all();
    bar.dataset.side = trash ? 'trash' : board && board !== 'all' ? 'board' : 'all';
  });
}

document.addEventListener('focusin', event => { const tile = event.target.closest(TILE); if (tile) stand_on(tile); });
document.addEventListener('keydown', keyed, true);
document.addEventListener('click', clicked, true);
document.addEventListener('click', event => { if (event.target.closest('#history-select')) select_by_press(!selecting); });
document.addEventListener('pointerdown', touched, {capture: true, passive: true});
for (const kind of ['pointermove', 'pointerup', 'pointercancel', 'scroll']) document.addEventListener(kind, moved, {capture: true, passive: true});
document.addEventListener('contextmenu', event => { if ((held || silent) && event.target.closest(TILE)) event.preventDefault(); });
when_started(lay_acts);
