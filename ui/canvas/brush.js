// The brush: under a pointer, or moved by keys.
import {easel, masking} from './easel.js';
import {begin_stroke, draw_to, end_stroke, invert, redo, stroking, undo} from './mask.js';

const WAYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const KEYS = {b: () => choose('brush'), e: () => choose('eraser'), '[': size => resize_brush(-size), ']': resize_brush};
const COMMANDS = {'z': undo, 'shift z': redo, 'y': redo, 'shift y': redo};
// The mask's keys work wherever nothing is written: a browser's own undo would take words from the prompt.
const WRITTEN = 'textarea, [contenteditable], select, input:not([type=range], [type=checkbox], [type=radio], [type=file])';
let erasing = false, hand = null, spot = null;

export function mount_brush() {
  const {canvas, brush} = easel;
  canvas.addEventListener('pointerdown', press);
  canvas.addEventListener('pointermove', move);
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, event => { if (event.pointerId === hand) end_stroke(); });
  for (const end of ['pointerleave', 'blur']) canvas.addEventListener(end, () => show_spot(null));
  canvas.addEventListener('focus', () => { if (!stroking() && canvas.matches(':focus-visible')) show_spot(middle()); });
  brush.addEventListener('input', () => resize_brush(0));
  document.addEventListener('keydown', by_keys);
}

export function choose(tool) {
  erasing = tool === 'eraser';
  easel.root.querySelectorAll('[data-tool]').forEach(each => each.setAttribute('aria-pressed', each.dataset.tool === tool));
}

function resize_brush(by) {
  const {brush} = easel;
  brush.value = +brush.value + by;
  brush.style.setProperty('--fill', `${100 * (brush.value - brush.min) / (brush.max - brush.min)}%`);
  if (spot) show_spot(spot);
}

// A brush that suits a picture of these sides, in its pixels.
export function fit_brush(width, height) {
  const side = Math.max(width, height);
  spot = null;
  easel.brush.max = Math.max(40, Math.round(side / 3));
  easel.brush.value = Math.max(8, Math.round(side / 16));
  resize_brush(0);
}

function place(event) {
  const {canvas} = easel, box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}

function press(event) {
  if (event.button || stroking() || !masking()) return;
  hand = event.pointerId;
  easel.canvas.setPointerCapture(hand);
  begin_stroke(place(event), erasing); event.preventDefault();
  easel.canvas.focus({preventScroll: true});  // the keys that follow are meant for the mask, not for what was written before
}

function move(event) {
  show_spot(event.pointerType === 'touch' ? null : place(event));
  if (!stroking() || event.pointerId !== hand) return;
  const points = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of points.length ? points : [event]) draw_to(place(each));
}

function show_spot(at) {
  const {canvas, ring, brush} = easel;
  spot = at;
  ring.hidden = !at;
  if (!at) return;
  ring.style.left = `${100 * at[0] / canvas.width}%`; ring.style.top = `${100 * at[1] / canvas.height}%`;
  ring.style.width = `${100 * brush.value / canvas.width}%`;
}

function middle() { return [easel.canvas.width / 2, easel.canvas.height / 2]; }

function move_spot([across, down], painting) {
  const {canvas, brush} = easel, within = (value, most) => Math.min(most, Math.max(0, value));
  const from = spot || middle(), by = Math.max(1, brush.value / 4);
  const to = [within(from[0] + across * by, canvas.width), within(from[1] + down * by, canvas.height)];
  if (painting) { begin_stroke(from, erasing); draw_to(to); end_stroke(); }
  show_spot(to);
}

function dab() { begin_stroke(spot || middle(), erasing); end_stroke(); show_spot(spot || middle()); }

const takes_keys = target => masking() && !target.closest(WRITTEN) && !document.querySelector('dialog[open]');

function by_keys(event) {
  const deed = takes_keys(event.target) && deed_of(event);
  if (!deed) return;
  deed();
  event.preventDefault();
}

function deed_of(event) {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return COMMANDS[event.shiftKey ? `shift ${key}` : key];
  if (event.altKey) return null;
  if (key in KEYS) return () => KEYS[key](Math.round(+easel.brush.value * .2) || 1);
  return (event.target === easel.canvas && deed_on_canvas(event)) || (event.shiftKey && key === 'v' && invert);
}

function deed_on_canvas(event) {
  if (event.key === ' ') return dab;
  return event.key in WAYS ? () => move_spot(WAYS[event.key], event.shiftKey) : null;
}
