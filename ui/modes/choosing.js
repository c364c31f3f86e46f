// A mode was chosen: its own part of the form comes, and the easel is laid out for it.
import {say_strength} from './strength.js';
import {lay_out, read_margins} from '../canvas/frame.js';
import {MODES, chosen_mode, stand_in} from '../events/mode.js';

// Returns the mode, and which part of each mode is there, as updates of Gradio's.
export function choose_mode() {
  const mode = chosen_mode();
  stand_in(mode);
  lay_out();
  when_there(`#own-${mode} input`, () => { say_strength(); read_margins(); });
  return [mode, ...MODES.map(each => ({...(each === mode && {visible: true}), __type__: 'update'}))];
}

function when_there(what, then, frames = 120) {
  if (document.querySelector(what)) then();
  else if (frames) requestAnimationFrame(() => when_there(what, then, frames - 1));
}
