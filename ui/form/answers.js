// What the page does once the server has answered: the form is filled, a way out was taken, the page has opened.
import {bring_filled, fills_form} from '../events/cards.js';
import {open_tab} from '../events/mode.js';
import {answered_act, refresh, restored, start} from '../events/page_events.js';
import {visible} from '../events/seen.js';
import {was_filled} from '../library/form_before.js';

export function filled(mode) {
  open_tab(mode);
  restored();
  // Every act ends here, also one that fills nothing; a preset's choice, or a file's settings, come by themselves.
  const by_act = answered_act();
  if (!by_act || fills_form()) was_filled(by_act);
  refresh();
  bring_filled();
}

export function begin(mode) { open_tab(start(mode)); }

export function way_taken() {
  refresh();
  const box = document.querySelector('#own-key-text input');
  if (visible(box)) { box.scrollIntoView({block: 'center'}); box.focus(); }
}
