// One look at the whole form a moment after anything in it may have changed: an event at each control costs the page a second.
const PAUSE_MS = 120, PATIENCE_MS = 10000, FORM = '#compose, #settings, #head';
let started = false, waiting = null, asked = null, again = false, stale = false;
let seen = null, words = null, grid = null, backend = props.backend;

function look(pause = PAUSE_MS) {
  clearTimeout(waiting);
  if (started) waiting = setTimeout(() => trigger('look'), pause);
}

function ask(event, given) {
  // An answer that is lost must not end the looking.
  asked = setTimeout(answered, PATIENCE_MS);
  trigger(event, {...given, turn: `${performance.now()}`});
}

function answered() {
  clearTimeout(asked);
  asked = null;
  if (again || stale) { again = false; look(0); }
}

window.playground_form = {
  look,
  // The form is as the visitor left it: from here on, changes are theirs.
  start: () => { if (!started) { started = stale = true; look(0); } },
  // What isn't in the form has changed: runs, keys, money.
  refresh: () => { stale = true; look(0); },
  seen: (...given) => {
    const values = Object.fromEntries(props.names.map((name, at) => [name, given[at]]));
    const now = JSON.stringify(values), written = JSON.stringify([values.prompt, values.styles, values.backend]);
    const plan = JSON.stringify(props.grid.map(name => values[name]));
    if (asked !== null) { again = true; return; }
    if (written !== words) window.playground_tokens?.(values.prompt);
    const planned = grid !== null && plan !== grid, before = backend;
    const changed = now !== seen, switched = values.backend !== before;
    [seen, words, grid, backend] = [now, written, plan, values.backend];
    if (switched) { window.playground.choose_backend(backend); ask('switched', {values, before}); }
    else if (stale) { stale = false; ask('refreshed', {values}); }
    else if (changed) ask('changed', {values, planned});
  },
};

const inside = event => event.target.closest && event.target.closest(FORM);
const typing = event => event.target.closest('#prompt');
for (const kind of ['change', 'click', 'pointerup', 'focusout']) {
  document.addEventListener(kind, event => { if (inside(event)) look(); }, true);
}
document.addEventListener('input', event => {
  if (!inside(event)) return;
  if (typing(event)) window.playground_tokens?.(event.target.value); else look();
}, true);
document.addEventListener('keyup', event => { if (inside(event) && !typing(event)) look(); }, true);
watch('value', answered);
// Should the form's memory never answer, a form without it has to work all the same.
setTimeout(window.playground_form.start, PATIENCE_MS);
