// A picture of the stage or the history is dragged to a mode's tab, or onto the canvas, which takes it by its reference.
import {send_to} from '../events/cards.js';
import {MODES, mode} from '../events/mode.js';

const WITHOUT_MODE = 'image_to_image';  // where it goes from the mode that begins with words alone
let dragged = null, over = null;

// Where it would go: a mode, and what shows it. What isn't one is left to the browser.
function place_of({target}) {
  const tab = target.closest?.('[role=tab][id^=tab-]');
  if (tab) return {place: tab, into: tab.disabled ? null : tab.id.slice('tab-'.length, -'-button'.length)};
  const canvas = target.closest?.(dragged.closest('#stage') ? '.easel' : '.easel, #stage');
  return {place: canvas, into: canvas && (mode() === MODES[0] ? WITHOUT_MODE : mode())};
}

function show(place) {
  if (over === place) return;
  over?.removeAttribute('data-dropping');
  over = place;
  over?.setAttribute('data-dropping', '');
}

document.addEventListener('dragstart', event => {
  dragged = event.target.closest?.('.picture')?.closest('[data-run][data-index]') ?? null;
  if (dragged?.classList.contains('gone')) dragged = null;
  if (dragged) event.dataTransfer.effectAllowed = 'copyLink';
});
document.addEventListener('dragend', () => { dragged = null; show(null); });

// Before anybody takes it for a file from elsewhere.
for (const kind of ['dragenter', 'dragover']) document.addEventListener(kind, event => {
  if (!dragged) return;
  event.stopPropagation();
  const {place, into} = place_of(event), taken = into && into !== MODES[0];
  show(taken ? place : null);
  if (!taken) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'copy';
}, true);
document.addEventListener('drop', event => {
  if (!dragged) return;
  event.preventDefault();
  event.stopPropagation();
  const {into} = place_of(event);
  if (into && into !== MODES[0]) send_to(dragged, into);
  dragged = null;
  show(null);
}, true);
