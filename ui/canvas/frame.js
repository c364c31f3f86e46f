// The frame of outpaint: pixels a side, drawn by a grip, set by a shape, or written in the boxes of the form.
import {mode} from '../events/mode.js';
import {limits} from '../limits.js';
import {describe} from './about.js';
import {announce, easel} from './easel.js';
import {lay_at, lay_whole, lay_within, picture_place} from './tools/hand.js';

const {most: MOST_ADDED, grid: GRID} = limits.outpaint;
const SIDES = ['left', 'right', 'top', 'bottom'], BRINK = 16, AIR = 24, PULL_MS = 60, PULL = .03;
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

// The picture stays where it lies while a side is drawn, so that the grip stays under the hand. Near the pane's edge the
// sheet is laid whole again, smaller, and the side goes on growing as long as the hand rests there, the longer the faster.
const OUTWARD = {left: hand => -hand.clientX, right: hand => hand.clientX, top: hand => -hand.clientY, bottom: hand => hand.clientY};
const AT_BRINK = {
  left: (hand, pane) => hand.clientX < Math.max(0, pane.left) + BRINK, right: (hand, pane) => hand.clientX > Math.min(innerWidth, pane.right) - BRINK,
  top: (hand, pane) => hand.clientY < Math.max(0, pane.top) + BRINK, bottom: (hand, pane) => hand.clientY > Math.min(innerHeight, pane.bottom) - BRINK,
};

function stretch(event) {
  const {image, margins, root} = easel, grip = event.target, {side} = grip.dataset, frame = root.querySelector('.frame');
  const pane = frame.getBoundingClientRect();
  let last = event, wanted = margins[side], place = picture_place();
  frame.style.height = `${pane.height}px`;
  grip.setPointerCapture(event.pointerId);
  const add = pixels => {
    wanted = Math.min(MOST_ADDED, Math.max(0, wanted + pixels));
    easel.margins[side] = Math.round(wanted / GRID) * GRID;
    write_margins(); lay_out();
    lay_at(place);
  };
  const drag = move => {
    const way = OUTWARD[side](move) - OUTWARD[side](last);
    last = move;
    add(way * image.naturalWidth / place.width);
  };
  const pull = () => {
    if (last === event || !AT_BRINK[side](last, pane)) return;
    add(Math.max(GRID, PULL * wanted));
    lay_within(pane, AIR);
    place = picture_place();
  };
  const pulling = setInterval(pull, PULL_MS);
  const drop = () => {
    clearInterval(pulling);
    grip.removeEventListener('pointermove', drag);
    frame.style.height = '';
    lay_whole();
    announce('changed');
  };
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
