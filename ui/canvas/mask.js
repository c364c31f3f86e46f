// The mask: what was done to it, in order. Its pixels are made from that, so that going back costs no copy of a photo.
const MOST_DEEDS = 64;
let deeds = [], undone = [], base = null, stroke = null, hand = null, spot = null;

const PAINT = {
  stroke: ({points, wide, erase}) => points.slice(1).forEach((to, at) => line({from: points[at], to, wide, erase})),
  invert: () => {
    pen.globalCompositeOperation = 'source-out'; pen.fillStyle = INK;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = 'source-over';
  },
  clear: () => pen.clearRect(0, 0, canvas.width, canvas.height),
  loaded: ({picture}) => { PAINT.clear(); pen.drawImage(picture, 0, 0); },
};
function line({from, to, wide, erase}) {
  pen.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
  pen.strokeStyle = INK; pen.lineCap = pen.lineJoin = 'round'; pen.lineWidth = wide;
  pen.beginPath(); pen.moveTo(...from); pen.lineTo(to[0] + .01, to[1]); pen.stroke();
  pen.globalCompositeOperation = 'source-over';
}
function blank() {
  const made = document.createElement('canvas');
  made.width = canvas.width; made.height = canvas.height;
  return made;
}
function keep(deed) {
  deeds.push(deed); undone = [];
  remember_easel();
  if (deeds.length <= MOST_DEEDS) return;
  const shown = blank();
  shown.getContext('2d').drawImage(canvas, 0, 0);
  repaint(deeds.splice(0, 1));
  base = blank();
  base.getContext('2d').drawImage(canvas, 0, 0);
  PAINT.loaded({picture: shown});
}
function act(deed) { end_stroke(); PAINT[deed.kind](deed); keep(deed); describe(); }
function repaint(of = deeds) {
  PAINT.clear();
  if (base) pen.drawImage(base, 0, 0);
  of.forEach(deed => PAINT[deed.kind](deed));
}
function undo() {
  end_stroke();
  if (!deeds.length) return;
  undone.push(deeds.pop());
  repaint(); describe(); remember_easel();
}
function redo() {
  if (!undone.length || stroke) return;
  const deed = undone.pop();
  PAINT[deed.kind](deed); deeds.push(deed); describe(); remember_easel();
}
function forget_deeds() { deeds = []; undone = []; base = stroke = spot = null; }
const SAME_SHAPE = .02;  // of the ratio: sides of a smaller mask are rounded
function load_mask(file) { draw_mask(URL.createObjectURL(file)); }
function draw_mask(address) {
  const mask = new Image();
  mask.onload = () => {
    const {naturalWidth: width, naturalHeight: height} = mask;
    if (Math.abs(width / height * canvas.height / canvas.width - 1) > SAME_SHAPE) {
      about.textContent = `The mask is ${width} × ${height}, another shape than the picture's ${canvas.width} × ${canvas.height}: save it in that shape and load it again.`;
      return;
    }
    const copy = blank(), ink = copy.getContext('2d');
    ink.drawImage(mask, 0, 0, copy.width, copy.height);
    const pixels = ink.getImageData(0, 0, copy.width, copy.height), data = pixels.data;
    for (let at = 0; at < data.length; at += 4) {
      const white = data[at] * .299 + data[at + 1] * .587 + data[at + 2] * .114;
      data[at + 3] = Math.round(white * data[at + 3] / 255);
      [data[at], data[at + 1], data[at + 2]] = INK_PARTS;
    }
    ink.putImageData(pixels, 0, 0);
    act({kind: 'loaded', picture: copy});
  };
  mask.onerror = () => { about.textContent = 'The browser cannot read this file: save it as a PNG and try again.'; };
  mask.src = address;
}
function coverage() {
  const small = document.createElement('canvas');
  small.width = small.height = 128;
  const ink = small.getContext('2d');
  ink.drawImage(canvas, 0, 0, 128, 128);
  const data = ink.getImageData(0, 0, 128, 128).data;
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += data[at];
  return sum / 255 / (128 * 128);
}
function mask() {
  if (!picture || mode() !== 'inpaint') return '';
  const copy = blank(), ink = copy.getContext('2d');
  ink.drawImage(canvas, 0, 0);
  ink.globalCompositeOperation = 'source-in'; ink.fillStyle = '#fff'; ink.fillRect(0, 0, copy.width, copy.height);
  ink.globalCompositeOperation = 'destination-over'; ink.fillStyle = '#000'; ink.fillRect(0, 0, copy.width, copy.height);
  return copy.toDataURL('image/png');
}

// The brush: under a pointer, or moved by keys -----------------------------------------------------------------------
function place(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}
function begin_stroke(at) { stroke = {kind: 'stroke', points: [at], wide: +brush.value, erase: erasing}; draw_to(at); }
function draw_to(to) {
  const {points, wide, erase} = stroke;
  line({from: points[points.length - 1], to, wide, erase});
  points.push(to);
}
function end_stroke() {
  if (!stroke) return;
  keep(stroke);
  stroke = null;
  describe();
}
function show_spot(at) {
  spot = at;
  ring.hidden = !at;
  if (!at) return;
  ring.style.left = `${100 * at[0] / canvas.width}%`; ring.style.top = `${100 * at[1] / canvas.height}%`;
  ring.style.width = `${100 * brush.value / canvas.width}%`;
}
canvas.addEventListener('pointerdown', event => {
  if (event.button || stroke || mode() !== 'inpaint') return;
  hand = event.pointerId;
  canvas.setPointerCapture(hand);
  begin_stroke(place(event)); event.preventDefault();
  canvas.focus({preventScroll: true});  // the keys that follow are meant for the mask, not for what was written before
});
canvas.addEventListener('pointermove', event => {
  show_spot(event.pointerType === 'touch' ? null : place(event));
  if (!stroke || event.pointerId !== hand) return;
  const points = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of points.length ? points : [event]) draw_to(place(each));
});
for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, event => { if (event.pointerId === hand) end_stroke(); });
for (const end of ['pointerleave', 'blur']) canvas.addEventListener(end, () => show_spot(null));
canvas.addEventListener('focus', () => { if (!stroke && canvas.matches(':focus-visible')) show_spot(middle()); });

const WAYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
function middle() { return [canvas.width / 2, canvas.height / 2]; }
function move_spot([across, down], painting) {
  const from = spot || middle(), by = Math.max(1, brush.value / 4), within = (value, most) => Math.min(most, Math.max(0, value));
  const to = [within(from[0] + across * by, canvas.width), within(from[1] + down * by, canvas.height)];
  if (painting) { begin_stroke(from); draw_to(to); end_stroke(); }
  show_spot(to);
}
function dab() { begin_stroke(spot || middle()); end_stroke(); show_spot(spot || middle()); }
function resize_brush(by) {
  brush.value = +brush.value + by;
  brush.style.setProperty('--fill', `${100 * (brush.value - brush.min) / (brush.max - brush.min)}%`);
  if (spot) show_spot(spot);
}
brush.addEventListener('input', () => resize_brush(0));
// The mask's keys work wherever nothing is written: a browser's own undo would take words from the prompt.
const WRITTEN = 'textarea, [contenteditable], select, input:not([type=range], [type=checkbox], [type=radio], [type=file])';
const takes_keys = target => Boolean(picture) && mode() === 'inpaint' && !target.closest(WRITTEN) && !document.querySelector('dialog[open]');
document.addEventListener('keydown', event => {
  if (!takes_keys(event.target)) return;
  const size = Math.round(+brush.value * .2) || 1, on_canvas = event.target === canvas;
  const key = event.key.toLowerCase(), command = event.ctrlKey || event.metaKey;
  if (command && key === 'z') event.shiftKey ? redo() : undo();
  else if (command && key === 'y') redo();
  else if (command || event.altKey) return;
  else if (key in KEYS) KEYS[key](size);
  else if (on_canvas && key === ' ') dab();
  else if (on_canvas && event.key in WAYS) move_spot(WAYS[event.key], event.shiftKey);
  else if (event.shiftKey && key === 'v') act({kind: 'invert'});
  else return;
  event.preventDefault();
});
const KEYS = {b: () => choose('brush'), e: () => choose('eraser'), '[': size => resize_brush(-size), ']': resize_brush};
function choose(tool) {
  erasing = tool === 'eraser';
  root.querySelectorAll('[data-tool]').forEach(b => b.setAttribute('aria-pressed', b.dataset.tool === tool));
}
