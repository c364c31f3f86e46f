// Whoever forgets a prompt by keys is on the next one's button then; behind the last, on Undo.
import {when_started} from '../events/followers.js';

let held = null;
document.addEventListener('focusin', ({target}) => { held = target.closest('.noted') && target; });

function pass_on() {
  if (!held || held.isConnected || document.activeElement !== document.body) return;
  document.querySelector('#undo button')?.focus({preventScroll: true});
}

when_started(() => {
  new MutationObserver(pass_on).observe(document.getElementById('rail'), {childList: true, subtree: true});
});

// Whoever is on a button of the prompt book is on the same one then: of that prompt, or of the one in its place.
export function say(place, html) {
  if (place.dataset.said === html) return;
  const {activeElement: on} = document, all = () => [...place.querySelectorAll('button, summary')], at = all().indexOf(on);
  const entry = on.closest?.('[data-digest]'), inner = entry && [...entry.querySelectorAll('button, summary')].indexOf(on);
  place.dataset.said = html;
  place.innerHTML = html;
  if (at < 0) return;
  const same = entry && place.querySelector(`[data-digest="${entry.dataset.digest}"]`)?.querySelectorAll('button, summary')[inner];
  (same ?? all()[at])?.focus({preventScroll: true});
}
