// What the page does once the server has answered: the form is filled, a way out was taken, the page has opened.
import {bring_filled} from '../events/cards.js';
import {open_tab} from '../events/mode.js';
import {refresh, restored, start} from '../events/page_events.js';
import {visible} from '../events/seen.js';

export function filled(mode) {
  open_tab(mode);
  restored();
  refresh();
  bring_filled();
}

export function begin(mode) { open_tab(start(mode)); }

export function way_taken() {
  refresh();
  const box = document.querySelector('#own-key-text input');
  if (visible(box)) { box.scrollIntoView({block: 'center'}); box.focus(); }
}
