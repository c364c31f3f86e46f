// Together: one press makes a room; its sheet has the link, an invitation, or why one can't come in. The room one is in
// is the one that the page's address names, so that a reload and every press of Generate know it.
import {begin_board, end_board, look_now, say} from './board.js';
import {listen_to_games} from './games/games.js';
import {bring} from '../events/arrivals.js';
import {copy} from '../events/clipboard.js';
import {refresh} from '../events/page_events.js';
import {lay_over} from '../events/seen.js';

const NAME = 'z-image-name', NOTED = 'z-image-strangers', ROOM = 'room';
// A finger would get its keys over the sheet before it was read.
const TWICE_MS = 3000;
const FIRST = matchMedia('(pointer: coarse)').matches ? '[autofocus], .main, button' : '[autofocus], input[name=name], button';
let sheet = null, trigger = null, room = null, opening = -TWICE_MS;

const named = () => new URLSearchParams(location.search).get(ROOM);

// A browser may forbid storage; then a name is typed anew.
function kept_name() { try { return localStorage.getItem(NAME) ?? ''; } catch { return ''; } }
function keep_name(name) { try { if (name) localStorage.setItem(NAME, name); } catch { /* It was used once. */ } }

function ask(act, given = {}) { trigger('ask', {do: act, ...given}); }

export function mount_together({props, trigger: told, watch}) {
  trigger = told;
  lay_sheet();
  listen_to_games(ask);
  watch('value', () => { if (props.value) answered(JSON.parse(props.value)); });
  document.addEventListener('click', pressed);
  window.addEventListener('popstate', () => { if (named() !== room) location.reload(); });
}

function lay_sheet() {
  sheet = document.createElement('dialog');
  sheet.id = 'together-sheet';
  sheet.setAttribute('aria-label', 'Together');
  lay_over(sheet);
  sheet.addEventListener('submit', submitted);
}

function pressed(event) {
  const button = event.target.closest('#together-open, #together-sheet button, #board [data-do]');
  if (!button) { if (event.target === sheet) sheet.close(); return; }
  const {do: act, sure, number, reaction} = button.dataset;
  if (button.id === 'together-open') open_or_show();
  else if ('copy' in button.dataset) copy_link();
  else if ('close' in button.dataset) sheet.close();
  else if ('alone' in button.dataset) go_alone();
  else if (sure) { button.textContent = sure; delete button.dataset.sure; }
  else if (act === 'open') make_room();
  else if (act) ask(act, {number, reaction, ...button.closest('[data-run]')?.dataset});
}

function open_or_show() {
  if (room) ask('sheet');
  else if (named()) ask('invited');
  else make_room();
}

function make_room() {
  if (performance.now() - opening < TWICE_MS) return;  // A second press of two would make a second room.
  opening = performance.now();
  ask('open', {name: kept_name()});
}

function submitted(event) {
  event.preventDefault();
  const name = event.target.elements.name.value;
  keep_name(name.trim());
  ask(event.target.dataset.do, {name});
}

function answered({room: entered, sheet: html, said, note, start}) {
  if (note) show_note(note, start);
  if (entered) enter(entered);
  else if (entered === null) stay_out(html);
  if (html) show(html);
  else if (html === '') sheet.close();
  if (said) tell(said);
  look_now();
}

// Once for each start of the server, until it was understood.
function show_note(html, start) {
  let understood = null;
  try { understood = localStorage.getItem(NOTED); } catch { /* Then it is told each time. */ }
  if (understood === start || document.getElementById('strangers')) return;
  const note = document.createElement('section');
  Object.assign(note, {id: 'strangers', innerHTML: html});
  note.setAttribute('aria-label', 'Strangers');
  note.querySelector('[data-understood]').addEventListener('click', () => {
    note.remove();
    try { localStorage.setItem(NOTED, start); } catch { /* As above. */ }
  });
  document.getElementById('head').after(note);
}

function enter(entered) {
  if (entered === room) return;
  const moved = named() !== entered;
  room = entered;
  if (moved) go_to(entered);
  begin_board(room, () => ask('invited'));
  refresh();
  if (sheet.open) bring(document.getElementById('board'));
}

// What the sheet says of a room is about the one in the address, which stays until it is answered.
function stay_out(told) {
  if (!room) return;
  room = null;
  end_board();
  if (!told) go_to(null);
  refresh();
}

function go_alone() {
  sheet.close();
  go_to(null);
  refresh();
}

function go_to(place) {
  const address = new URL(location.href);
  if (place) address.searchParams.set(ROOM, place); else address.searchParams.delete(ROOM);
  if (address.href !== location.href) history.pushState(history.state, '', address);
}

function show(html) {
  const field = sheet.querySelector(':focus')?.id;
  sheet.innerHTML = html;
  sheet.setAttribute('aria-label', sheet.querySelector('h2').textContent);
  const name = sheet.querySelector('input[name=name]');
  if (name && !name.value) name.value = kept_name();
  if (!sheet.open) sheet.showModal();
  (document.getElementById(field) ?? sheet.querySelector(FIRST))?.focus();
  if (opening > 0) { opening = -TWICE_MS; copy_link(); }
}

async function copy_link() {
  const link = sheet.querySelector('#together-link');
  if (!link) return;
  if (!await copy(link.value, sheet.querySelector('[data-copy]'))) {
    tell('This browser keeps its clipboard shut: the link is marked, copy it yourself.');
    link.select();
  }
}

function tell(words) {
  const place = sheet.open ? sheet.querySelector('[role=status]') : null;
  if (place) place.textContent = words; else say(words);
}
