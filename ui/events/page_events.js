// One look at the whole form a moment after anything in it may have changed, and one place that tells what was pressed.
import {tell_backend, tell_prompt, tell_started, tell_values} from './followers.js';

const PAUSE_MS = 120, PATIENCE_MS = 10000, UNSEEN_MS = 500, MOST_LOST = 3, FORM = '#panel, #head', SEARCH = '#history-search';
const STORAGE = 'z-image-playground';
const TOLD = ['act', 'remix', 'vary', 'way', 'promised', 'enqueue'];  // each an event of this component
const ACTS = ['act', 'remix'];  // those behind which the form may be filled
let acted = false;  // while one is answered, Gradio drops the next
let started = false, waiting = null, asked = null, again = false, stale = false;
let seen = null, planned = false, backend = null;
let signals = null, opens = false;  // the component, once it is there; whether the page is
let first = null, typed = {}, lost = 0, typing = null;
let recalled = false;  // whether the form's memory lies in it: what stands there from then on isn't what was written before it
let laid = '', meant = '', drawn_by = '', fitting = false;  // what the form is fitted to, what its values began with, what draws now

const trigger = (event, given) => signals?.trigger(event, given);

export function look(pause = PAUSE_MS) {
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger('look'), started ? pause : 0);
}

// The form's memory comes a moment after the form: what a visitor has written by then is theirs, and stays.
function write_down(values) {
  first ??= values;
  typed = Object.fromEntries(Object.entries(values).filter(([name, value]) => !same(value, first[name])));
}

// Gradio tells that the page is there before any of it is painted; a page in the background is never painted.
const painted = () => new Promise(go => { requestAnimationFrame(() => setTimeout(go)); setTimeout(go, UNSEEN_MS); });

// The page is there, maybe before the component that asks for what belongs on it.
export async function open() {
  opens = true;
  if (!signals) return;
  await painted();
  if (document.activeElement === document.body) document.querySelector('#prompt textarea')?.focus({preventScroll: true});
  look();
  const kept = remembered();
  if (kept?.maker) meant = kept.maker;
  ask('opened', {kept});
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function ask(event, given) {
  asked = setTimeout(() => unanswered(event), PATIENCE_MS);
  trigger(event, {...given, turn: `${performance.now()}`});
}

// An answer that is lost is asked for again, a few times; it must not end the looking.
function unanswered(event) {
  asked = null;
  if (lost++ >= MOST_LOST) return;
  if (event === 'switched') { backend = laid = ''; fitting = false; }  // whether the form was fitted is no longer known
  seen = null;
  stale = true;
  look(0);
}

function answered() {
  lost = 0;
  clearTimeout(asked);
  asked = null;
  if (again || stale) { again = false; look(0); }
}

function remembered() {
  // A browser may forbid storage, and what lies there may be anybody's.
  try { return JSON.parse(localStorage.getItem(STORAGE)); } catch { return null; }
}

function remember(kept) {
  try { localStorage.setItem(STORAGE, JSON.stringify(kept)); } catch { /* Then the form begins empty. */ }
}

// No look at the form is worth each letter of the prompt, so it is kept as it stands, whatever was remembered with it.
function with_prompt(kept) {
  const box = document.querySelector('#prompt textarea');
  return box && started ? {...kept, recipe: {mode: 'text_to_image', ...kept?.recipe, prompt: box.value}} : kept;
}
function keep_prompt() {
  clearTimeout(typing);
  typing = null;
  remember(with_prompt(remembered()));
}

// What follows the form in the browser alone.
function follow(values) {
  document.getElementById('main').dataset.cache = values.accelerator__cache;
  tell_values(values, signals.props);
}

export function tell(event, given) {
  if (ACTS.includes(event)) acted = true;
  if (TOLD.includes(event)) trigger(event, given);
}

// Whether what was answered just now was pressed on a card.
export function answered_act() {
  const was = acted;
  acted = false;
  return was;
}

// The form is as the visitor left it: from here on, each change is told. Returns the mode to stand in.
export function start(mode) {
  if (started) return mode;
  started = stale = true;
  if ('backend' in typed) backend = '';  // what the form was fitted to meanwhile is no longer sure
  tell_started(typed);
  if (Object.keys(typed).length) trigger('kept'); else look(0);
  return typed.mode ?? mode;
}

// The backend that the form was last fitted to.
export const chosen_backend = () => backend;

export const typed_values = () => signals.props.names.map(name => name in typed ? typed[name] : {__type__: 'update'});

// What was brought back into the form was meant as it stands, whatever model is at hand.
export function restored() { meant = ''; }

// Another model may draw by now than the form was fitted to: this page, or another one, has switched it.
function told_maker(maker) {
  drawn_by = maker;
  tell_backend(backend, maker);
  if (fitting) { fitting = false; laid = meant = maker; }
  else if (maker !== laid) again = true;
}

// The same, told by how the backend stands.
export function heard_maker(maker) {
  if (fitting || !maker?.startsWith(`${backend}|`) || maker === drawn_by) return;
  drawn_by = maker;
  look(0);
}

// What isn't in the form has changed: runs, keys, money.
export function refresh(pause = 0) { stale = true; look(pause); }

export function see(...given) {
  const {sheet, ...others} = Object.fromEntries(signals.props.names.map((name, at) => [name, given[at]])), values = {...sheet, ...others};
  if (!started) { if (!recalled) write_down(values); return; }
  follow(values);
  const before_it = planned;
  planned ||= grid_touched(values);
  if (asked !== null) { again = true; return; }
  const now = JSON.stringify(values), before = backend, changed = now !== seen || planned !== before_it;
  [seen, backend] = [now, values.backend];
  if (backend !== before || drawn_by !== laid) { choose_backend(backend); fitting = true; ask('switched', {values, planned, before, laid, meant}); }
  else {
    meant ||= laid;
    if (stale) { stale = false; ask('refreshed', {values, planned}); }
    else if (changed) ask('changed', {values, planned});
  }
}

// Nobody waits for the price of a grid that was never touched or opened.
const grid_touched = values => document.getElementById('grid-run')?.closest('details').open
  || Object.entries(signals.props.grid).some(([name, begun]) => values[name] !== begun);

export function choose_backend(name) {
  document.querySelectorAll('.fold[data-of]').forEach(each => { each.hidden = each.dataset.of !== name; });
  tell_backend(name, drawn_by);
}

const within = (event, place) => event.target.closest && event.target.closest(place);
function touched(event) {
  if (within(event, SEARCH)) refresh(PAUSE_MS);
  else if (within(event, '#prompt') && event.type === 'input') {
    tell_prompt(event.target.value);
    clearTimeout(typing);
    typing = setTimeout(keep_prompt, PAUSE_MS);
  }
  else if (within(event, FORM) && !(within(event, '#prompt') && event.type === 'keyup')) look();
}
for (const kind of ['input', 'change', 'click', 'pointerup', 'keyup', 'focusout']) document.addEventListener(kind, touched, true);
window.addEventListener('pagehide', () => { if (typing) keep_prompt(); });
document.addEventListener('click', event => {
  if (event.target.closest('#grid-run')) trigger('grid');
  const button = event.target.closest('button.press');
  if (button) trigger('pressed', {button: button.id});
});
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && within(event, '#own-key-text')) document.getElementById('own-key-keep').click();
});

export function mount_signals({props, trigger: told, watch}) {
  signals = {props, trigger: told};
  backend = props.backend;
  laid = meant = drawn_by = props.maker;
  watch('value', () => {
    recalled = true;
    const {kept, going, promised, grid, maker} = JSON.parse(props.value || '{}');
    if (kept) remember(with_prompt(kept));
    if (maker) told_maker(maker);
    if (typeof grid === 'string') document.getElementById('grid-price').innerHTML = grid;
    if (going) trigger('follow');
    if (promised) trigger('promised');
    answered();
  });
  if (opens) open();
  // Should nothing ever answer the opening, a form without its memory has to work all the same.
  setTimeout(start, PATIENCE_MS);
}

// Each change of it says that something around the form is new.
export function mount_news({props, watch}) {
  watch('value', () => {
    refresh();
    if (props.value.endsWith(props.promised)) tell('promised');
  });
}
