// One look at the whole form a moment after anything in it may have changed, and one place that tells what was pressed.
const PAUSE_MS = 120, PATIENCE_MS = 10000, UNSEEN_MS = 500, MOST_LOST = 3, FORM = '#compose, #settings, #head', SEARCH = '#history-search';
const STORAGE = 'z-image-playground';
const TOLD = ['act', 'remix', 'vary', 'way', 'promised'];  // each an event of this component
let started = false, waiting = null, asked = null, again = false, stale = false;
let seen = null, written = null, planned = false, edge = null, backend = props.backend;
let first = null, typed = {}, lost = 0, typing = null;

function look(pause = PAUSE_MS) {
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

async function open() {
  await painted();
  if (document.activeElement === document.body) document.querySelector('#prompt textarea')?.focus({preventScroll: true});
  look();
  ask('opened', {kept: remembered()});
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
  if (event === 'switched') backend = '';  // whether the form was fitted is no longer known
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
  try { return JSON.parse(localStorage.getItem(STORAGE)); } catch (error) { return null; }
}

function remember(kept) {
  try { localStorage.setItem(STORAGE, JSON.stringify(kept)); } catch (error) { /* Then the form begins empty. */ }
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
  const now = JSON.stringify([values.prompt, values.styles, values.backend]);
  if (now !== written) window.playground_tokens?.(values.prompt);
  window.playground_settings?.(values.prompt ?? '');
  written = now;
  document.getElementById('main').dataset.cache = values.accelerator__cache;
  window.playground_map?.(values);
  window.playground_easel?.within(props.outpainted[values.backend]);
  const wide = [values.inpaint__mask_grow, values.inpaint__mask_feather];
  if (`${wide}` !== edge) window.playground_easel?.edge(...wide);
  edge = `${wide}`;
}

window.playground_form = {
  look,
  tell: (event, given) => { if (TOLD.includes(event)) trigger(event, given); },
  open,
  // The form is as the visitor left it: from here on, each change is told. Returns the mode to stand in.
  start: mode => {
    if (started) return mode;
    started = stale = window.playground_started = true;
    document.dispatchEvent(new Event('playground-started'));
    if ('backend' in typed) backend = '';  // what the form was fitted to meanwhile is no longer sure
    window.playground_sheet?.fill(typed);
    if (Object.keys(typed).length) trigger('kept'); else look(0);
    return typed.mode ?? mode;
  },
  typed: () => props.names.map(name => name in typed ? typed[name] : {__type__: 'update'}),
  // What isn't in the form has changed: runs, keys, money.
  refresh: (pause = 0) => { stale = true; look(pause); },
  seen: (...given) => {
    const {sheet, ...others} = Object.fromEntries(props.names.map((name, at) => [name, given[at]])), values = {...sheet, ...others};
    if (!started) { write_down(values); return; }
    follow(values);
    // Nobody waits for the price of a grid that was never touched or opened.
    const before_it = planned;
    planned ||= document.getElementById('grid-run')?.closest('details').open || Object.entries(props.grid).some(([name, first]) => values[name] !== first);
    if (asked !== null) { again = true; return; }
    const now = JSON.stringify(values), before = backend, changed = now !== seen || planned !== before_it;
    [seen, backend] = [now, values.backend];
    if (backend !== before) { window.playground.choose_backend(backend); ask('switched', {values, planned, before}); }
    else if (stale) { stale = false; ask('refreshed', {values, planned}); }
    else if (changed) ask('changed', {values, planned});
  },
};

const within = (event, place) => event.target.closest && event.target.closest(place);
function touched(event) {
  if (within(event, SEARCH)) window.playground_form.refresh(PAUSE_MS);
  else if (within(event, '#prompt') && event.type === 'input') {
    window.playground_tokens?.(event.target.value);
    window.playground_settings?.(event.target.value);
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
watch('value', () => {
  const {kept, going, promised, grid} = JSON.parse(props.value || '{}');
  if (kept) remember(with_prompt(kept));
  if (typeof grid === 'string') document.getElementById('grid-price').innerHTML = grid;
  if (going) trigger('follow');
  if (promised) trigger('promised');
  answered();
});
if (window.playground_opens) open();
// Should nothing ever answer the opening, a form without its memory has to work all the same.
setTimeout(() => window.playground_form.start(), PATIENCE_MS);
