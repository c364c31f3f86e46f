// A picture in its view, from whole to single pixels: by wheel at the pointer, by two fingers, by hand and by keys. What
// moves it is a transform over its place in the page; its scale is 1 where it lies as the page laid it.
const MOST_PIXELS = 8, LEAST_MOST = 4, NUDGE = 1.25, WAY_PX = 80, SLACK_PX = 4, SWALLOW_MS = 400;
const WHEEL = .0016, TRACKPAD = .01, LINES_PX = [1, 16, 400];
const zooms = new WeakMap();
let hovered = null;

export class Zoom {
  // `told` is called after each change. `greedy` takes every wheel; else one goes to what scrolls there. `pans` says whether
  // a single pointer that is put down moves the picture; `pixels` how many pixels it is wide.
  constructor(view, pictures, {told = () => {}, greedy = false, pans = () => this.near, pixels = () => pictures[0].naturalWidth} = {}) {
    Object.assign(this, {view, pictures, told, greedy, pans, pixels, scale: 1, x: 0, y: 0, hands: new Map(), moved: 0, wheeled: -Infinity});
    zooms.set(view, this);
    view.classList.add('zoomable');
    listen(this);
  }

  get near() { return this.scale !== 1; }
  get picture() { return this.pictures[0]; }
  get box() { const {offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high} = this.picture; return {left, top, wide, high}; }
  // The scale at which a pixel of the picture is a pixel of the page.
  get one() { const {wide} = this.box, pixels = this.pixels(); return wide && pixels ? pixels / wide : 1; }
  get percent() { return Math.round(100 * this.scale / this.one); }

  fit() { this.put(1, 0, 0); }
  step(by) { this.scale_to(this.scale * by); }
  // As the picture's own pixels; where that is how it lies, twice as large.
  to_one(at) { this.scale_to(Math.abs(this.one - 1) < .02 ? 2 : this.one, at, Math.min(1, this.one)); }
  toggle(at) { if (this.near) this.fit(); else this.to_one(at); }

  // Only its single pixels are smaller than the whole.
  scale_to(wanted, [across, down] = this.middle(), least = Math.min(1, this.scale)) {
    const {left, top} = this.box, most = Math.max(LEAST_MOST, MOST_PIXELS * this.one);
    const scale = Math.min(most, Math.max(least, Math.abs(wanted - 1) < .01 ? 1 : wanted)), by = scale / this.scale;
    this.put(scale, across - left - (across - left - this.x) * by, down - top - (down - top - this.y) * by);
  }

  move(across, down) { this.put(this.scale, this.x + across, this.y + down); }

  // No edge of it comes further in than the view's; what is smaller stays in the middle of its place.
  put(scale, x, y) {
    const {left, top, wide, high} = this.box, {clientWidth, clientHeight} = this.view;
    this.lay(scale, within(x, left, wide, scale, clientWidth), within(y, top, high, scale, clientHeight));
  }

  lay(scale, x, y) {
    Object.assign(this, {scale, x, y});
    for (const each of this.pictures) {
      each.style.transformOrigin = '0 0';
      each.style.transform = this.near ? `translate(${this.x}px, ${this.y}px) scale(${scale})` : '';
      each.classList.toggle('pixels', scale > 4 * this.one && scale > 1);
    }
    this.view.classList.toggle('near', this.near);
    this.told(this);
  }

  middle() { return [this.view.clientWidth / 2, this.view.clientHeight / 2]; }
  place({clientX, clientY}) {
    const {left, top} = this.view.getBoundingClientRect();
    return [clientX - left - this.view.clientLeft, clientY - top - this.view.clientTop];
  }
}

function within(shift, start, length, scale, room) {
  if (length * scale <= room) return length * (1 - scale) / 2;
  return Math.min(-start, Math.max(room - start - length * scale, shift));
}

function listen(zoom) {
  const {view} = zoom;
  view.addEventListener('wheel', event => wheel(zoom, event), {passive: false});
  view.addEventListener('pointerdown', event => put_down(zoom, event));
  view.addEventListener('pointermove', event => drag(zoom, event));
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) view.addEventListener(end, event => zoom.hands.delete(event.pointerId));
  view.addEventListener('pointerenter', () => { hovered = zoom; });
  view.addEventListener('dragstart', event => event.preventDefault());
  // The end of a drag is no press. One finger scrolls the page as ever while the picture lies whole.
  view.addEventListener('click', event => { if (event.detail && zoom.moved > SLACK_PX) { event.stopPropagation(); event.preventDefault(); } }, true);
  view.addEventListener('touchmove', event => { if (event.cancelable && (event.touches.length > 1 || zoom.near)) event.preventDefault(); }, {passive: false});
  new ResizeObserver(() => zoom.put(zoom.scale, zoom.x, zoom.y)).observe(view);
}

function wheel(zoom, event) {
  const by = event.deltaY * LINES_PX[event.deltaMode];
  if (!by || event.altKey || event.shiftKey || !(event.ctrlKey || takes_wheel(zoom, event, by))) return;
  event.preventDefault();
  zoom.wheeled = event.timeStamp;
  zoom.scale_to(zoom.scale * Math.exp(-by * (event.ctrlKey ? TRACKPAD : WHEEL)), zoom.place(event));
}

// Whole, it leaves the wheel to a pane or page that can scroll that way; not in the same swing that has made it whole.
function takes_wheel(zoom, event, by) {
  if (zoom.greedy || zoom.near || event.timeStamp - zoom.wheeled < SWALLOW_MS) return true;
  return by < 0 && !scrolls(zoom.view, by);
}

function scrolls(node, by) {
  for (let pane = node.parentElement; pane; pane = pane.parentElement) {
    if (pane !== document.scrollingElement && !['auto', 'scroll'].includes(getComputedStyle(pane).overflowY)) continue;
    if ((by < 0 ? pane.scrollTop : pane.scrollHeight - pane.clientHeight - pane.scrollTop) > 1) return true;
  }
  return false;
}

function put_down(zoom, event) {
  if (!zoom.hands.size) zoom.moved = 0;
  if (event.pointerType !== 'touch' && !zoom.pans(event)) return;
  zoom.hands.set(event.pointerId, zoom.place(event));
  if (event.pointerType !== 'touch' && zoom.near) zoom.view.setPointerCapture(event.pointerId);
}

function drag(zoom, event) {
  const before = zoom.hands.get(event.pointerId);
  if (!before) return;
  const now = zoom.place(event), way = [now[0] - before[0], now[1] - before[1]];
  zoom.moved += Math.hypot(...way);
  const other = [...zoom.hands].find(([id]) => id !== event.pointerId)?.[1];
  zoom.hands.set(event.pointerId, now);
  if (other) pinch(zoom, before, now, other);
  else if (zoom.pans(event)) zoom.move(...way);
}

const apart = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]);

function pinch(zoom, before, now, other) {
  zoom.move((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  const by = apart(now, other) / Math.max(1, apart(before, other));
  zoom.scale_to(zoom.scale * by, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
}

// Keys -----------------------------------------------------------------------------------------------------------------
const nearer = zoom => zoom.step(NUDGE), farther = zoom => zoom.step(1 / NUDGE);
const KEYS = {'+': nearer, '=': nearer, '-': farther, '_': farther, '0': zoom => zoom.fit(), '1': zoom => zoom.to_one()};
const WAYS = {ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

// Whether a key was meant for a picture: the one in an open sheet, with the focus, or under the pointer. Over one that lies
// whole, 1 stays the first mode's.
export function zoom_key(event) {
  const deed = !event.ctrlKey && !event.metaKey && !event.altKey && deed_of(event);
  if (!deed) return false;
  deed();
  event.preventDefault();
  return true;
}

function deed_of(event) {
  const focused = zooms.get(document.querySelector('dialog[open] .zoomable') ?? event.target.closest('.zoomable'));
  const zoom = focused ?? under_pointer();
  if (!zoom) return null;
  const way = event.shiftKey && zoom.near && WAYS[event.key];
  if (way) return () => zoom.move(WAY_PX * way[0], WAY_PX * way[1]);
  const mine = focused || zoom.near || event.key !== '1';
  return event.key in KEYS && mine && (() => KEYS[event.key](zoom));
}

const under_pointer = () => hovered?.view.isConnected && hovered.view.matches(':hover') ? hovered : null;
