// What keys do on the page, and the sheet that says so.
import {MODES, open_tab} from '../events/mode.js';
import {visible} from '../events/seen.js';
import {turn} from '../viewing/lightbox.js';
import {zoom_key} from '../viewing/zoom.js';

const HELP = [['Ctrl Enter', 'Generate; during a run: add to the queue'], ['Esc', 'Stop'], ['1 – 5', 'The five modes'],
  ['← →', 'Turn pages in full size'], ['+  -', 'Zoom in and out'], ['0  1', 'The whole picture, single pixels'],
  ['Shift ←', 'Move a picture that is zoomed'], ['Shift Enter', 'Select a picture'],
  ['← ↑ ↓ →', 'Go through the history'], ['Space', 'Select a picture of the history'], ['Delete', 'Move it, or what is selected, to the trash'], ['B  E', 'Brush, eraser (on the mask)'], ['R  L', 'Box, lasso'], ['[  ]', 'Brush size'], ['C', 'Another colour of the mask'],
  ['← ↑ ↓ →', 'Move the brush'], ['Space', 'Paint where the brush is; held down, move the picture'], ['Shift →', 'Draw a line with the brush'],
  ['Ctrl Z', 'Undo on the mask'], ['Shift V', 'Invert the mask'], ['?', 'This']];
let help = null;

const byId = id => document.getElementById(id);

export function lay_help() {
  help = document.createElement('dialog');
  help.id = 'help';
  help.setAttribute('aria-label', 'Keyboard');
  const kbd = keys => keys.split(' ').map(key => key && `<kbd>${key}</kbd>`).join(' ');
  const lines = HELP.map(([keys, does]) => `<dt>${kbd(keys)}</dt><dd>${does}</dd>`).join('');
  help.innerHTML = `<h2>Keyboard</h2><dl>${lines}</dl><form method="dialog"><button>Close</button></form>`;
  document.body.append(help);
}

function press(id) {
  const button = byId(id);
  if (visible(button) && !button.disabled) button.click();
  return visible(button);
}

const written = event => event.target.closest('input, textarea, select, [contenteditable]');
const plain = event => !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector('dialog[open]') && !written(event);
// Esc belongs first to what is open where it is pressed: an input method's words, a list, a sheet over the page.
const composing = event => event.isComposing || event.keyCode === 229;
const opened = place => place.closest('[role=combobox][aria-expanded=true]')
  || place.closest('[data-sure=yes]') || (CSS.supports('selector(:open)') && place.matches('select:open, input:open'));
const free_to_stop = event => !event.repeat && !composing(event) && !document.querySelector('dialog[open]') && !opened(event.target);

// A list that scrolls is a stop of Tab by itself, and is gone as soon as its box is left: the focus would fall to the page.
const leave_lists = () => document.querySelectorAll('ul[role=listbox]').forEach(list => { list.tabIndex = -1; });

function generate(event) {
  // During a run it is added to the queue, by the button that stands there then.
  if (!event.repeat && !document.querySelector('dialog[open]') && !press('generate')) press('enqueue');
  event.preventDefault();
}

const KEYS = {
  'Tab': leave_lists,
  '?': event => { if (plain(event)) help.showModal(); },
  'Escape': event => { if (free_to_stop(event)) press('stop'); },
  'ArrowRight': () => turn(1),
  'ArrowLeft': () => turn(-1),
};
MODES.forEach((name, at) => { KEYS[at + 1] = event => { if (plain(event)) open_tab(name); }; });

document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !composing(event)) generate(event);
  else if (!written(event) && zoom_key(event)) event.stopPropagation();
  else KEYS[event.key]?.(event);
}, true);
