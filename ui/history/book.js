// A press in the prompt book draws it anew: whoever was on a button by keys is on the same one then, or on Undo.
import {when_started} from '../events/followers.js';

let held = null;
document.addEventListener('focusin', ({target}) => {
  const home = target.closest('.noted');
  held = home && {digest: home.dataset.digest, at: buttons(home).indexOf(target), target};
});
const buttons = home => [...home.querySelectorAll('button')];

function pass_on() {
  if (!held || held.target.isConnected || document.activeElement !== document.body) return;
  const home = document.querySelector(`.noted[data-digest="${held.digest}"]`);
  (home ? buttons(home)[held.at] : document.querySelector('#undo button'))?.focus({preventScroll: true});
}

when_started(() => {
  new MutationObserver(pass_on).observe(document.getElementById('results'), {childList: true, subtree: true});
});
