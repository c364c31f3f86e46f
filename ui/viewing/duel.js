// Two pictures compared in full size: side by side, or over one another with a slider, while hovering, or by what differs.
// Both lie whole in the same place, whatever their sizes, and are zoomed as one.
import {Zoom} from './zoom.js';
import {lay_over} from '../events/seen.js';

const VIEWS = {side: 'Side by side', slider: 'Slider', hover: 'Hover', difference: 'Difference'};
const NUDGE = 1.5, MOST_OF_SMALL = 4, SAME_SHAPE = .02;
const INNER = `<div class="bar-of-view"><div class="views" role="group" aria-label="View">${
  Object.entries(VIEWS).map(([name, title]) => `<button type="button" data-duel-view="${name}" aria-pressed="false">${title}</button>`).join('')}</div>
  <button type="button" data-do="swap" aria-label="Swap the two" title="Swap the two">⇄</button>
  <button type="button" data-do="out" aria-label="Zoom out" title="Zoom out (-)">−</button><button type="button" data-do="one" class="percent" title="Single pixels (1), whole (0)">100 %</button><button type="button" data-do="in" aria-label="Zoom in" title="Zoom in (+)">+</button>
  <button type="button" data-do="close" class="close" aria-label="Close" title="Close (Esc)">✕</button></div>
<div class="duel"></div>
<input type="range" min="0" max="100" step="0.1" value="50" aria-label="Where the second image begins">
<p class="hint" role="status"></p><div class="about-view"></div>`;
let box = null, both = [], zooms = [], view = 'side', following = false;

const find = selector => box.querySelector(selector);

function lay() {
  box = document.createElement('dialog');
  box.id = 'duel';
  box.setAttribute('aria-label', 'Two pictures compared');
  box.innerHTML = INNER;
  box.addEventListener('click', pressed);
  find('input').addEventListener('input', cut);
  find('.duel').addEventListener('pointerdown', event => { if (view === 'slider' && !zooms[0].near) cut_at(event); });
  find('.duel').addEventListener('pointermove', event => { if (view === 'slider' && event.buttons === 1 && zooms[0].hands.size < 2 && !zooms[0].near) cut_at(event); });
  lay_over(box);
}

const DEEDS = {
  close: () => box.close(),
  swap: () => { both.reverse(); show(); },
  out: () => zooms[0].step(1 / NUDGE),
  in: () => zooms[0].step(NUDGE),
  one: () => zooms[0].toggle(),
};

function pressed(event) {
  const button = event.target.closest('button'), place = event.target.closest('.layer, .pair-of-layers');
  if (button?.dataset.duelView) { view = button.dataset.duelView; show(); }
  else if (button) DEEDS[button.dataset.do]?.();
  else if (place) on_picture(event, place, event.detail > 1 && event.detail % 2 === 0);
}

// Two presses zoom, and leave to be seen what was before the first of them.
function on_picture(event, place, twice) {
  if (view === 'hover') place.classList.toggle('other');
  if (twice) zoom_under(place).toggle(zoom_under(place).place(event));
}

const zoom_under = place => zooms.find(each => each.view === place) ?? zooms[0];

export function open_duel(one, other) {
  if (!box) lay();
  both = [one, other];
  show();
  if (!box.open) box.showModal();
  find('[aria-pressed=true]').focus();
}

function show() {
  const pair = document.createElement('div'), layers = both.map(layer);
  for (const each of box.querySelectorAll('[data-duel-view]')) each.setAttribute('aria-pressed', each.dataset.duelView === view);
  pair.className = `pair-of-layers ${view}`;
  pair.append(...layers);
  find('.duel').replaceChildren(pair);
  const pictures = layers.map(each => each.firstChild);
  zooms = view === 'side' ? layers.map((each, at) => zoom_of(each, [pictures[at]])) : [zoom_of(pair, pictures)];
  find('input').hidden = view !== 'slider';
  cut();
  find('.about-view').replaceChildren(...both.map(told_of));
  for (const each of pictures) { each.addEventListener('load', () => fitted(pictures)); if (each.complete) fitted(pictures); }
}

function layer({whole, words}) {
  const made = document.createElement('div'), picture = document.createElement('img');
  made.className = 'layer';
  picture.alt = words;
  picture.setAttribute('translate', 'no');
  picture.draggable = false;
  picture.src = whole;
  made.append(picture);
  return made;
}

const shape = picture => picture.naturalWidth / picture.naturalHeight;

// Both get one place: of the larger one's shape, and no larger than suits the larger one.
function fitted(pictures) {
  if (!pictures.every(each => each.naturalWidth)) return;
  const [one, other] = pictures, larger = one.naturalWidth * one.naturalHeight < other.naturalWidth * other.naturalHeight ? other : one;
  const alike = Math.abs(shape(one) / shape(other) - 1) < SAME_SHAPE, {style} = find('.duel');
  style.setProperty('--shape', shape(larger));
  style.setProperty('--most', `${MOST_OF_SMALL * larger.naturalWidth}px`);
  find('.hint').textContent = alike ? '' : 'They differ in shape: each lies whole in the middle.';
  zooms.forEach(each => each.fit());
}

function zoom_of(place, pictures) {
  return new Zoom(place, pictures, {greedy: true, told: follow});
}

// The other one of two side by side goes along.
function follow(zoom) {
  if (following || !zooms.includes(zoom)) return;
  following = true;
  find('.percent').textContent = `${zoom.percent} %`;
  zooms.filter(each => each !== zoom).forEach(each => each.put(zoom.scale, zoom.x, zoom.y));
  following = false;
}

function cut() { find('.duel').style.setProperty('--cut', `${find('input').value}%`); }

function cut_at(event) {
  const {left, width} = find('.duel').getBoundingClientRect();
  find('input').value = 100 * (event.clientX - left) / width;
  cut();
}

function told_of({words, facts}) {
  const made = document.createElement('div'), said = document.createElement('p'), line = document.createElement('div');
  said.textContent = words;
  said.setAttribute('translate', 'no');
  line.className = 'facts';
  line.append(...facts.map(each => each.cloneNode(true)));
  made.append(line, said);
  return made;
}
