// What a press brings comes on screen by itself, gently; not for one who types, paints or scrolls meanwhile.
import {when_started} from './followers.js';

const BRINGS = '#generate, #stop, #compare, #grid-run, [data-act=vary], #over-page [data-go], #recoverable [data-run]';
const AIR = 16, SETTLED_MS = 700, MODIFIERS = ['Control', 'Shift', 'Alt', 'Meta'];
const still = matchMedia('(prefers-reduced-motion: reduce)');
let stage = null, awaiting = null, pressed_at = 0;

// Scrolls the page and the pane that it stands in, no further than needed; of what is taller the top is shown. What lies
// over the page's foot is left out by the style sheet's scroll-padding.
export function bring(place) {
  if (!place) return;
  const taller = place.getBoundingClientRect().height > room(place);
  place.scrollIntoView({block: taller ? 'start' : 'nearest', behavior: still.matches ? 'auto' : 'smooth'});
}

// The height in which a place can stand on screen, in pixels.
export function room(place) {
  const padding = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom) || 0;
  return Math.min(innerHeight - padding, place.closest('#results')?.clientHeight || Infinity) - 2 * AIR;
}

function arrived() {
  if (!awaiting) return;
  const going = stage.querySelector('.progress'), over = !going && stage.querySelector('.card, .problem, .stopped, .grid, .compare');
  if (going && awaiting === 'begin') { awaiting = 'end'; bring(stage); }
  if (!over || performance.now() - pressed_at < 50) return;
  bring(stage);
  const mine = pressed_at;
  // The page settles behind it: prices, what is left, the history.
  setTimeout(() => { if (awaiting && mine === pressed_at) { awaiting = null; bring(stage); } }, SETTLED_MS);
}

document.addEventListener('click', event => {
  if (!event.target.closest(BRINGS)) return;
  awaiting = 'begin';
  pressed_at = performance.now();
}, true);
function busy(event) {
  if (!event.isTrusted || event.timeStamp <= pressed_at || event.repeat || MODIFIERS.includes(event.key)) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return;
  awaiting = null;
}
for (const kind of ['keydown', 'input', 'pointerdown', 'wheel', 'touchmove']) document.addEventListener(kind, busy, {capture: true, passive: true});

// Generate and Stop take each other's place; whoever was on one by keys is on the other then.
let held = null;
document.addEventListener('focusin', event => { held = event.target; });
function pass_on() {
  if (!held || held.isConnected || document.activeElement !== document.body) return;
  if (['generate', 'stop'].includes(held.id)) document.querySelector('#generate, #stop')?.focus({preventScroll: true});
}
// A key that is still held down since Generate must not stop what it began.
document.addEventListener('keydown', event => { if (event.repeat && event.target.id === 'stop') event.preventDefault(); }, true);

when_started(() => {
  stage = document.getElementById('stage');
  new MutationObserver(() => requestAnimationFrame(arrived)).observe(stage, {childList: true, subtree: true});
  new MutationObserver(pass_on).observe(document.getElementById('go'), {childList: true, subtree: true});
});
