// The brush, the box and the lasso: under a pointer, or moved by keys.
import {easel, masking} from './easel.js';
import {begin_stroke, draw_to, drop_stroke, end_stroke, invert, redo, stroking, undo} from './mask.js';
import {hold_space, mount_hand, moving} from './tools/hand.js';
import {next_ink} from './tools/ink.js';
import {begin_shape, drop_shape, end_shape, mount_shapes, shape_to, shaping} from './tools/shapes.js';

const WAYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const KEYS = {b: () => choose('brush'), e: () => erase(), r: () => choose('box'), l: () => choose('lasso'), c: next_ink,
  '[': size => resize_brush(-size), ']': resize_brush};
const COMMANDS = {'z': undo, 'shift z': redo, 'y': redo, 'shift y': redo};
// The mask's keys work wherever nothing is written: a browser's own undo would take words from the prompt. They work beside
// the writing, too, once the pointer has gone to the picture and come some way on it while nothing was written.
const WRITTEN = 'textarea, [contenteditable], select, input:not([type=range], [type=checkbox], [type=radio], [type=file])';
const REST_MS = 700, WAY_PX = 24;
let tool = 'brush', erasing = false, hand = null, spot = null;
let over = false, way = 0, written_at = -Infinity, control = false;

export function mount_brush() {
  const {canvas, brush} = easel;
  canvas.addEventListener('pointerdown', press);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', event => { if (event.pointerId === hand) finish(); });
  canvas.addEventListener('pointercancel', event => { if (event.pointerId === hand) drop(); });
  canvas.addEventListener('pointerenter', () => { over = true; });
  canvas.addEventListener('pointerleave', () => { over = false; way = 0; });
  for (const end of ['pointerleave', 'blur']) canvas.addEventListener(end, () => show_spot(null));
  canvas.addEventListener('focus', () => { if (!drawing() && canvas.matches(':focus-visible')) show_spot(middle()); });
  canvas.closest('.frame').addEventListener('wheel', by_wheel, {capture: true, passive: false});
  brush.addEventListener('input', () => resize_brush(0));
  document.addEventListener('keydown', by_keys);
  document.addEventListener('keyup', let_go);
  document.addEventListener('focusin', event => { if (event.target.closest(WRITTEN)) way = 0; });
  addEventListener('blur', () => { control = false; hold_space(false); });
  mount_shapes();
  mount_hand(drop);
}

const drawing = () => stroking() || shaping();
function finish() { if (shaping()) end_shape(); else end_stroke(); }
function drop() { drop_shape(); drop_stroke(); }

export function choose(name) {
  if (name === 'eraser') { erase(); return; }
  [tool, erasing] = [name, false];
  show_tools();
}

// What is drawn next, by brush, box or lasso, is taken away; until this is chosen again, or another tool.
function erase() {
  erasing = !erasing;
  show_tools();
}

function show_tools() {
  for (const each of easel.root.querySelectorAll('[data-tool]')) {
    const {tool: name} = each.dataset;
    each.setAttribute('aria-pressed', name === 'eraser' ? erasing : name === tool && !(erasing && tool === 'brush'));
  }
  show_spot(spot);
}

function resize_brush(by) {
  const {brush} = easel;
  brush.value = +brush.value + by;
  brush.style.setProperty('--fill', `${100 * (brush.value - brush.min) / (brush.max - brush.min)}%`);
  if (spot) show_spot(spot);
}
const step_of_size = () => Math.round(+easel.brush.value * .2) || 1;

// A brush that suits a picture of these sides, in its pixels.
export function fit_brush(width, height) {
  const side = Math.max(width, height);
  spot = null;
  easel.brush.max = Math.max(40, Math.round(side / 3));
  easel.brush.value = Math.max(8, Math.round(side / 16));
  resize_brush(0);
}

// With Ctrl or Alt held the wheel is for the brush. A trackpad's pinch says Ctrl as well, with no key down: that zooms.
function by_wheel(event) {
  if (!masking() || !(event.altKey || (event.ctrlKey && control))) return;
  event.preventDefault();
  event.stopPropagation();
  resize_brush((event.deltaY || event.deltaX) < 0 ? step_of_size() : -step_of_size());
}

function place(event) {
  const {canvas} = easel, box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}

function press(event) {
  if (event.button || drawing() || !masking() || moving(event)) return;
  hand = event.pointerId;
  easel.canvas.setPointerCapture(hand);
  const away = erasing !== event.altKey;
  if (tool === 'brush') begin_stroke(place(event), away);
  else begin_shape(tool, place(event), away);
  event.preventDefault();
  easel.canvas.focus({preventScroll: true});  // the keys that follow are meant for the mask, not for what was written before
}

function move(event) {
  way += Math.hypot(event.movementX, event.movementY);
  show_spot(event.pointerType === 'touch' ? null : place(event));
  if (!drawing() || event.pointerId !== hand) return;
  const points = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of points.length ? points : [event]) { if (shaping()) shape_to(place(each)); else draw_to(place(each)); }
}

function show_spot(at) {
  const {canvas, ring, brush} = easel;
  spot = at;
  ring.hidden = !at || tool !== 'brush';
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

// Keys -----------------------------------------------------------------------------------------------------------------
const gone_there = event => over && way > WAY_PX && event.timeStamp - written_at > REST_MS;
const takes_keys = event => masking() && !event.isComposing && !document.querySelector('dialog[open]')
  && (!event.target.closest(WRITTEN) || gone_there(event));
// Keys that press and move whatever has the focus are the picture's only there, or where nothing has it.
const on_canvas = event => event.target === easel.canvas || (over && event.target === document.body) || (event.target.closest(WRITTEN) && gone_there(event));

function by_keys(event) {
  control = event.ctrlKey;
  const deed = takes_keys(event) && deed_of(event);
  if (!deed) { written_at = event.timeStamp; way = 0; return; }
  if (event.target.closest(WRITTEN)) easel.canvas.focus({preventScroll: true});
  deed();
  event.preventDefault();
}

function let_go(event) {
  control = event.ctrlKey;
  if (event.key === ' ' && easel.root.classList.contains('held') && !hold_space(false)) dab();
}

function deed_of(event) {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return COMMANDS[event.shiftKey ? `shift ${key}` : key];
  if (event.altKey) return null;
  if (key === 'escape' && drawing()) return drop;
  if (key in KEYS) return () => KEYS[key](step_of_size());
  return (on_canvas(event) && deed_on_canvas(event)) || (event.shiftKey && key === 'v' && invert);
}

function deed_on_canvas(event) {
  if (event.key === ' ') return () => { if (!event.repeat) hold_space(true); };
  return event.key in WAYS ? () => move_spot(WAYS[event.key], event.shiftKey) : null;
}
