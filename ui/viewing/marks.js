// Two pictures of the stage or the history are marked, by their corner or a press with Shift, and compared by one press.
import {open_duel} from './duel.js';
import {when_started} from '../events/followers.js';

const MOST = 2, PLACES = '.card, .tile', NARROW = matchMedia('(max-width: 900px)'), AIR_PX = 8;
let marked = [], bar = null;

const key = home => `${home.dataset.run}/${home.dataset.index}`;

// What a comparison shows of a picture; it is kept here, since the page draws cards and tiles anew.
function seen(home) {
  const picture = home.querySelector('.picture'), inner = picture.querySelector('img');
  const facts = [...home.querySelector('.facts').childNodes].map(each => each.cloneNode(true));
  return {key: key(home), run: home.dataset.run, small: inner.currentSrc || inner.src, whole: picture.dataset.open || inner.src, words: inner.alt, facts};
}

function mark(home) {
  const name = key(home), before = marked.length;
  marked = marked.filter(each => each.key !== name);
  if (marked.length === before) marked = [...marked, seen(home)].slice(-MOST);
  show();
}

// What goes to the trash can't be compared any more.
function forget(deleted) {
  const {run} = deleted.closest('[data-run]')?.dataset ?? {}, left = marked.filter(each => !run || each.run !== run);
  if (left.length === marked.length) return;
  marked = left;
  show();
}

function clear() { marked = []; show(); }

function show() {
  show_marks();
  bar.hidden = !marked.length;
  bar.querySelector('.pair-of-marks').replaceChildren(...marked.map(({small, words}) => Object.assign(document.createElement('img'), {src: small, alt: words})));
  bar.querySelector('.said').textContent = marked.length < MOST ? 'Mark another picture to compare the two' : '2 pictures are marked';
  bar.querySelector('[data-duel]').hidden = marked.length < MOST;
  lift();
}

function show_marks() {
  for (const each of document.querySelectorAll('[data-mark]')) {
    const at = marked.findIndex(one => one.key === key(each.closest(PLACES)));
    if (each.getAttribute('aria-pressed') === `${at >= 0}` && each.textContent === (at < 0 ? '' : `${at + 1}`)) continue;
    each.setAttribute('aria-pressed', at >= 0);
    each.textContent = at < 0 ? '' : at + 1;
  }
}

// Over the bar of prompt and Generate where that stands at the foot.
function lift() { bar.style.bottom = NARROW.matches ? `${document.getElementById('compose').offsetHeight + AIR_PX}px` : ''; }

function pressed(event) {
  const deleted = event.target.closest('[data-act=delete]');
  if (deleted) { forget(deleted); return; }
  const home = event.target.closest(event.shiftKey ? '[data-mark], .picture' : '[data-mark]')?.closest('[data-run][data-index]');
  if (!home?.querySelector('[data-mark]')) return;
  event.preventDefault();
  event.stopPropagation();
  mark(home);
}

function lay_bar() {
  bar = document.createElement('div');
  Object.assign(bar, {id: 'marked', hidden: true});
  bar.setAttribute('role', 'region');
  bar.setAttribute('aria-label', 'Marked pictures');
  bar.innerHTML = `<span class="pair-of-marks" translate="no"></span><span class="said" role="status"></span>
    <button type="button" data-duel>Compare</button><button type="button" data-unmark aria-label="Unmark" title="Unmark">✕</button>`;
  bar.addEventListener('click', event => {
    if (event.target.closest('[data-duel]')) open_duel(...marked);
    if (event.target.closest('[data-unmark]')) clear();
  });
  document.getElementById('main').append(bar);
  new ResizeObserver(lift).observe(document.getElementById('compose'));
}

document.addEventListener('click', pressed, true);
// A press with Shift would mark words, too.
document.addEventListener('mousedown', event => { if (event.shiftKey && event.target.closest('.picture')) event.preventDefault(); }, true);
when_started(() => {
  lay_bar();
  for (const place of ['stage', 'rail']) new MutationObserver(show_marks).observe(document.getElementById(place), {childList: true, subtree: true});
});
