// Full size: a picture over the page, from which one turns to the next.
import {lay_over, visible} from './seen.js';

let box = null, shown = -1;

export function lay_lightbox() {
  box = document.createElement('dialog');
  box.id = 'lightbox';
  box.setAttribute('aria-label', 'Full size');
  box.innerHTML = '<button type="button" class="close" aria-label="Close">✕</button><img alt="">';
  box.addEventListener('click', event => { if (event.target.tagName !== 'IMG') box.close(); });
  lay_over(box);
}

export const open_picture = button => show(pictures().indexOf(button));

// Turn to the next one, or back by -1, if it is open.
export function turn(by) { if (box?.open) show(shown + by); }

function pictures() { return [...document.querySelectorAll('[data-open]')].filter(visible); }

function show(index) {
  const all = pictures();
  if (!all.length) return;
  shown = (index + all.length) % all.length;
  const picture = box.querySelector('img'), inner = all[shown].querySelector('img');
  picture.src = all[shown].dataset.open || inner.src;
  picture.alt = inner.alt;
  if (!box.open) box.showModal();
}
