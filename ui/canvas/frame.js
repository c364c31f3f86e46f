// The frame of outpaint: pixels a side, drawn by a grip, set by a shape, or written in the boxes of the form.
import {mode} from '../events/mode.js';
import {limits} from '../limits.js';
import {describe} from './about.js';
import {announce, easel} from './easel.js';

const {most: MOST_ADDED, grid: GRID} = limits.outpaint;
const SIDES = ['left', 'right', 'top', 'bottom'], BRINK = 24, PULL_MS = 60;
const SHAPES = {'16:9': 16 / 9, '9:16': 9 / 16, '1:1': 1}, ZOOMS = {'x1': 1, 'x1.5': 1.5, 'x2': 2};
let writing = false;

export function mount_frame() {
  easel.root.querySelectorAll('.grip').forEach(grip => grip.addEventListener('pointerdown', stretch));
  document.addEventListener('input', event => { if (event.target.closest?.('[id^="outpaint-"]')) read_margins(); });
}

function box_of(side) { return document.querySelector(`#outpaint-${side} input`); }

function write_margins() {
  writing = true;
  for (const side of SIDES) {
    const box = box_of(side);
    if (box && +box.value !== easel.margins[side]) {
      box.value = easel.margins[side];
      box.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }
  writing = false;
}

export function read_margins() {
  if (writing || !easel.root) return;
  let changed = false;
  for (const side of SIDES) {
    const value = Math.max(0, Math.round(+(box_of(side) || {value: 0}).value || 0));
    changed = changed || value !== easel.margins[side];
    easel.margins[side] = value;
  }
  if (changed) lay_out();
}

// The frame is fitted anew while a side is drawn, so each way of the hand counts by the scale of that moment; where the
// window ends and the hand can go no further, the side goes on growing as long as it rests there.
const OUTWARD = {left: hand => -hand.clientX, right: hand => hand.clientX, top: hand => -hand.clientY, bottom: hand => hand.clientY};
const AT_BRINK = {left: hand => hand.clientX < BRINK, right: hand => hand.clientX > innerWidth - BRINK,
  top: hand => hand.clientY < BRINK, bottom: hand => hand.clientY > innerHeight - BRINK};

function stretch(event) {
  const {image, margins} = easel, grip = event.target, {side} = grip.dataset;
  let last = event, wanted = margins[side];
  grip.setPointerCapture(event.pointerId);
  const add = pixels => {
    wanted = Math.min(MOST_ADDED, Math.max(0, wanted + pixels));
    easel.margins[side] = Math.round(wanted / GRID) * GRID;
    write_margins(); lay_out();
  };
  const drag = move => {
    const way = OUTWARD[side](move) - OUTWARD[side](last);
    last = move;
    add(way * image.naturalWidth / image.getBoundingClientRect().width);
  };
  const pulling = setInterval(() => { if (last !== event && AT_BRINK[side](last)) add(GRID); }, PULL_MS);
  const drop = () => { clearInterval(pulling); grip.removeEventListener('pointermove', drag); announce('changed'); };
  grip.addEventListener('pointermove', drag);
  grip.addEventListener('lostpointercapture', drop, {once: true});
  event.preventDefault();
}

export function grow(shape) {
  if (!easel.picture) return;
  const {naturalWidth: width, naturalHeight: height} = easel.image, zoom = ZOOMS[shape], ratio = SHAPES[shape];
  const wide = zoom ? width * zoom : Math.max(width, height * ratio), high = zoom ? height * zoom : Math.max(height, width / ratio);
  const across = Math.round((wide - width) / GRID) * GRID, down = Math.round((high - height) / GRID) * GRID;
  const half = value => Math.round(value / 2 / GRID) * GRID;
  easel.margins = {left: half(across), right: across - half(across), top: half(down), bottom: down - half(down)};
  write_margins(); lay_out();
  announce('changed');
}

export function lay_out() {
  if (!easel.root) return;
  const {image, canvas, sheet, margins} = easel, out = mode() === 'outpaint';
  const width = image.naturalWidth + (out ? margins.left + margins.right : 0);
  const height = image.naturalHeight + (out ? margins.top + margins.bottom : 0);
  if (width && height) {
    sheet.style.setProperty('--whole', `${width} / ${height}`);
    sheet.style.setProperty('--wide', width / height);
  }
  const part = (value, of) => `${100 * value / of}%`;
  for (const node of [image, canvas]) {
    node.style.left = out ? part(margins.left, width) : 0; node.style.top = out ? part(margins.top, height) : 0;
    node.style.width = part(image.naturalWidth, width); node.style.height = part(image.naturalHeight, height);
  }
  describe();
}
