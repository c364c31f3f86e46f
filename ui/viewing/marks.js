// Pictures of the stage and the history are selected: by their corner, a press with Ctrl or Shift, or by keys. Two of them
// are compared; what else can be done with several, modules further up add to the bar.
import {open_duel} from './duel.js';
import {when_started} from '../events/followers.js';

const PAIR = 2, SEEN = 3, PLACES = '.card, .tile', NARROW = matchMedia('(max-width: 900px)'), AIR_PX = 8;
const marked = new Map();  // by run and index: what a comparison shows, as far as it was seen
let bar = null, find = () => null;

const key = home => `${home.dataset.run}/${home.dataset.index}`;

// What is kept of a picture, since the page draws cards and tiles anew.
function seen(home) {
  const picture = home?.querySelector('.picture'), inner = picture?.querySelector('img');
  if (!inner) return null;
  const facts = [...home.querySelector('.facts')?.childNodes ?? []].map(each => each.cloneNode(true));
  return {key: key(home), small: inner.currentSrc || inner.src, whole: picture.dataset.open || inner.src, words: inner.alt, facts};
}

export const is_marked = name => marked.has(name);
export const marked_keys = () => [...marked.keys()];

export function mark(home) {
  if (!marked.delete(key(home))) marked.set(key(home), seen(home));
  show();
}

// What goes to the trash can't be compared any more.
function forget(deleted) {
  const {run} = deleted.closest('[data-run]')?.dataset ?? {}, gone = [...marked.keys()].filter(name => run && name.startsWith(`${run}/`));
  for (const name of gone) marked.delete(name);
  if (gone.length) show();
}

// Selects these too; how a tile that isn't in the page looks is asked of `tile`.
export function mark_all(names, tile) {
  find = tile;
  for (const name of names) if (!marked.has(name)) marked.set(name, null);
  show();
}

export function unmark_all() { marked.clear(); show(); }

function look_at(name) {
  if (!marked.get(name)) marked.set(name, seen(find(name)));
  return marked.get(name);
}

function show() {
  show_marks();
  const first = [...marked.keys()].slice(0, SEEN).map(look_at).filter(Boolean), count = marked.size;
  bar.hidden = !count;
  bar.querySelector('.pair-of-marks').replaceChildren(...first.map(({small, words}) => Object.assign(document.createElement('img'), {src: small, alt: words})));
  bar.querySelector('.said').textContent = count === 1 ? '1 picture is selected' : `${count} pictures are selected`;
  bar.querySelector('[data-duel]').hidden = count !== PAIR || first.length < PAIR;
  document.getElementById('main').toggleAttribute('data-marked', count > 0);
  lift();
}

function show_marks() {
  const names = [...marked.keys()];
  for (const each of document.querySelectorAll('[data-mark]')) {
    const at = marked.size ? names.indexOf(key(each.closest(PLACES))) : -1, said = at < 0 ? '' : names.length > PAIR ? '✓' : `${at + 1}`;
    if (each.getAttribute('aria-pressed') === `${at >= 0}` && each.textContent === said) continue;
    each.setAttribute('aria-pressed', at >= 0);
    each.textContent = said;
  }
}

// Over the bar of prompt and Generate where that stands at the foot.
function lift() { bar.style.bottom = NARROW.matches ? `${document.getElementById('compose').offsetHeight + AIR_PX}px` : ''; }

function pressed(event) {
  const deleted = event.target.closest('[data-act=delete]');
  if (deleted) { forget(deleted); return; }
  const home = event.target.closest(event.shiftKey || event.ctrlKey || event.metaKey ? '[data-mark], .card .picture' : '[data-mark]')?.closest('[data-run][data-index]');
  if (!home?.querySelector('[data-mark]')) return;
  event.preventDefault();
  event.stopPropagation();
  mark(home);
}

function lay_bar() {
  bar = document.createElement('div');
  Object.assign(bar, {id: 'marked', hidden: true});
  bar.setAttribute('role', 'region');
  bar.setAttribute('aria-label', 'Selected pictures');
  bar.innerHTML = `<span class="pair-of-marks" translate="no"></span><span class="said" role="status"></span>
    <span class="acts-of-marks"><button type="button" data-duel>Compare</button></span><button type="button" data-unmark aria-label="Select nothing" title="Select nothing (Esc)">✕</button>`;
  bar.addEventListener('click', event => {
    if (event.target.closest('[data-duel]')) open_duel(...[...marked.keys()].map(look_at));
    if (event.target.closest('[data-unmark]')) unmark_all();
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
