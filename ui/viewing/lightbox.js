// Full size: a picture over the page with its facts and what can be done with it, from which one turns to the next.
import {Zoom} from './zoom.js';
import {lay_over, visible} from '../events/seen.js';

const INNER = `<div class="view"><img alt="" translate="no" draggable="false"></div>
<div class="bar-of-view" role="group" aria-label="View">
  <button type="button" data-turn="-1" aria-label="Previous" title="Previous (←)">‹</button><span class="count" role="status"></span><button type="button" data-turn="1" aria-label="Next" title="Next (→)">›</button>
  <button type="button" data-zoom="out" aria-label="Zoom out" title="Zoom out (-)">−</button><button type="button" data-zoom="one" class="percent" title="Single pixels (1), whole (0)">100 %</button><button type="button" data-zoom="in" aria-label="Zoom in" title="Zoom in (+)">+</button>
  <button type="button" class="close" aria-label="Close" title="Close (Esc)">✕</button>
</div><div class="about-view"></div>`;
const NUDGE = 1.5, SWIPE_PX = 48, TWICE_MS = 400;
const STAY = ['seed', 'star', 'unstar', 'share', 'before'];  // what can be done without leaving the picture
const ZOOMS = {out: zoom => zoom.step(1 / NUDGE), in: zoom => zoom.step(NUDGE), one: zoom => zoom.toggle()};
let box = null, zoom = null, shown = '', opened = 0, finger = null, laid = '', awaited = null;

export function lay_lightbox() {
  box = document.createElement('dialog');
  box.id = 'lightbox';
  box.setAttribute('aria-label', 'Full size');
  box.innerHTML = INNER;
  const view = box.querySelector('.view'), picture = view.querySelector('img');
  zoom = new Zoom(view, [picture], {greedy: true, told: () => { box.querySelector('.percent').textContent = `${zoom?.percent ?? 100} %`; }});
  picture.addEventListener('load', arrived);
  box.addEventListener('click', pressed);
  box.addEventListener('change', () => box.close());  // the choice of a mode
  view.addEventListener('pointerdown', event => { finger = event.pointerType === 'touch' && !finger ? event : null; });
  view.addEventListener('pointerup', swiped);
  view.addEventListener('pointercancel', () => { finger = null; });  // as where the browser takes it for a gesture of its own
  lay_over(box);
}

export function open_picture(button) {
  opened = performance.now();
  show(button);
}

// Turn to the next one, or back by -1, if it is open.
export function turn(by) {
  if (!box?.open) return;
  const all = pictures(), at = all.findIndex(each => key(each) === shown);
  show(all[(at + by + all.length) % all.length]);
}

// A picture of the stage lies in the history too: once is enough.
function pictures() {
  const found = [...document.querySelectorAll('[data-open]')].filter(visible), keys = found.map(key);
  return found.filter((each, at) => keys.indexOf(key(each)) === at);
}

function key(button) {
  const {run, index} = button.closest('[data-run]')?.dataset ?? {};
  return run ? `${run}/${index}` : address(button);
}
const address = button => button.dataset.open || button.querySelector('img').src;

function show(button) {
  if (!button) return;
  const picture = box.querySelector('.view img'), all = pictures().map(key);
  shown = key(button);
  laid = ''; awaited = null;
  picture.src = address(button);
  picture.alt = button.querySelector('img').alt;
  box.querySelector('.count').textContent = `${all.indexOf(shown) + 1} / ${all.length}`;
  for (const each of box.querySelectorAll('[data-turn], .count')) each.hidden = all.length < 2;
  box.querySelector('.about-view').replaceChildren(...told_of(button));
  if (!box.open) box.showModal();
  if (picture.complete) arrived();
}

// What the page has in memory is there before its event.
function arrived() {
  const {src, naturalWidth, naturalHeight, style} = zoom.picture;
  if (laid === src) return;
  laid = src;
  style.setProperty('--wide', naturalWidth);
  style.setProperty('--high', naturalHeight);
  zoom.fit();
  if (awaited) zoom.to_one(awaited);
  awaited = null;
}

// Its card or tile once more: facts, and what can be done.
function told_of(button) {
  const home = button.closest('.card, .tile'), {run, index} = home?.dataset ?? {};
  if (!run) return [];
  const card = document.createElement('figure'), foot = document.createElement('figcaption');
  const facts = document.createElement('div'), acts = document.createElement('div');
  Object.assign(card, {className: 'card'});
  Object.assign(card.dataset, {run, index});
  facts.className = 'facts';
  facts.append(...[...home.querySelector('.facts').childNodes].map(each => each.cloneNode(true)));
  acts.className = 'actions';
  if (!home.querySelector('a[download]')) acts.append(download(button));
  acts.append(...[...home.querySelectorAll('a[download], [data-act]')].filter(each => !each.closest('.facts')).map(named));
  foot.append(facts, acts);
  card.append(foot);
  return [card];
}

// A sign alone has its name under it here.
function named(act) {
  const copy = act.cloneNode(true);
  if (copy.matches('button[aria-label]')) copy.textContent = copy.getAttribute('aria-label');
  return copy;
}

function download(button) {
  const href = address(button), textContent = 'Download', title = 'The file carries its settings';
  return Object.assign(document.createElement('a'), {href, download: href.split('/').pop(), textContent, title});
}

function pressed(event) {
  const {turn: by, zoom: how} = event.target.closest('[data-turn], [data-zoom]')?.dataset ?? {}, act = event.target.closest('button[data-act]')?.dataset.act;
  if (by) turn(+by);
  else if (how) ZOOMS[how](zoom);
  else if (act) { if (!STAY.includes(act)) box.close(); else if (act.endsWith('star')) setTimeout(starred, 0, event.target.closest('button')); }
  else if (event.target.closest('.view')) on_view(event);
  else if (event.target.closest('.close')) box.close();
}

// The second press of two is for single pixels, also where the first one has opened this.
function on_view(event) {
  if (event.detail > 1 || performance.now() - opened < TWICE_MS) at_once(zoom.place(event));
  else if (event.target.tagName !== 'IMG') box.close();
}

function at_once(place) {
  if (laid) zoom.toggle(place);
  else awaited = place;
}

function starred(button) { button.dataset.act = button.dataset.act === 'star' ? 'unstar' : 'star'; }

// A finger that goes aside over a picture that lies whole turns to the next one.
function swiped(event) {
  const from = finger;
  finger = null;
  if (!from || from.pointerId !== event.pointerId || zoom.near) return;
  const across = event.clientX - from.clientX, down = event.clientY - from.clientY;
  if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) turn(across < 0 ? 1 : -1);
}
