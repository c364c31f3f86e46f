// What is said to be missing can be fetched where it is said: a sentence that names what a button of the head gets has
// that button beside it.
import {when_started} from '../events/followers.js';

const PLACES = '.problem, #fit-note details, #left .hint, #over-page [role=status]', LATER_MS = 100;
let planned = 0;

// Behind the name stand size and licence, in the brackets of either language.
function named(said, {dataset: {gets}}) {
  const [name] = gets.split(' ('), at = said.indexOf(name);
  return at >= 0 && /^\s*[(（]/.test(said.slice(at + name.length));
}

const offered = () => [...document.querySelectorAll('#state [data-gets]:not([data-gets=""], :disabled)')];

function press(button) {
  const [place] = document.querySelectorAll(`#state [data-action="${CSS.escape(button.dataset.fetch)}"]`);
  place?.click();
  button.disabled = true;
}

function made(of) {
  const {action: fetch} = of.dataset, button = Object.assign(document.createElement('button'), {type: 'button', textContent: of.textContent});
  Object.assign(button.dataset, {fetch});
  button.addEventListener('click', () => press(button));
  return button;
}

// Within a list or a card at its end, behind a line of its own: a sentence stays whole, so that it can be put into Chinese.
function line_of(place) {
  const found = place.matches('p') ? place.nextElementSibling : place.querySelector(':scope > .fetch');
  return found?.matches('.fetch') ? found : null;
}

function fill(place, buttons) {
  const said = place.textContent, wanted = buttons.filter(each => named(said, each));
  const before = line_of(place), now = wanted.map(each => each.dataset.action).join('|');
  if ((before?.dataset.of ?? '') === now) return;
  before?.remove();
  if (!wanted.length) return;
  const line = Object.assign(document.createElement('p'), {className: 'fetch'});
  line.dataset.of = now;
  line.append(...wanted.map(made));
  if (place.matches('p')) place.after(line); else place.append(line);
}

function look() {
  planned = 0;
  const buttons = offered();
  for (const place of document.querySelectorAll(PLACES)) fill(place, buttons);
}

const plan = () => { planned ||= setTimeout(look, LATER_MS); };

when_started(() => {
  new MutationObserver(plan).observe(document.body, {childList: true, subtree: true, characterData: true});
  plan();
});
