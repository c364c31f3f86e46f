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
