// The mask: what was done to it, in order. Its pixels are made from that, so that going back costs no copy of a photo.
import {UNREADABLE, announce, easel, masking} from './easel.js';

const MOST_DEEDS = 64;
const SAME_SHAPE = .02;  // of the ratio: sides of a smaller mask are rounded
let deeds = [], undone = [], base = null, stroke = null, loads = 0;

const PAINT = {
  stroke: ({points, wide, erase}) => points.slice(1).forEach((to, at) => line({from: points[at], to, wide, erase})),
  box: ({points: [from, to], erase}) => {
    const [left, right] = whole(from[0], to[0], easel.canvas.width), [top, bottom] = whole(from[1], to[1], easel.canvas.height);
    filled(erase, () => easel.pen.rect(left, top, right - left, bottom - top));
  },
  lasso: ({points, erase}) => filled(erase, () => points.forEach(at => easel.pen.lineTo(...at))),
  invert: () => {
    const {canvas, pen} = easel;
    pen.globalCompositeOperation = 'source-out'; pen.fillStyle = colour();
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = 'source-over';
  },
  clear: () => easel.pen.clearRect(0, 0, easel.canvas.width, easel.canvas.height),
  loaded: ({picture}) => { PAINT.clear(); easel.pen.drawImage(picture, 0, 0); tint(); },
};

const colour = () => `rgb(${easel.ink})`;

// A box takes whole pixels of the picture: each that it touches.
const whole = (one, other, most) => [Math.max(0, Math.floor(Math.min(one, other))), Math.min(most, Math.ceil(Math.max(one, other)))];

function filled(erase, path) {
  const {pen} = easel;
  pen.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
  pen.fillStyle = colour();
  pen.beginPath(); path(); pen.closePath(); pen.fill();
  pen.globalCompositeOperation = 'source-over';
}

// What is masked stays as it is, in the mask's colour of now.
export function tint() {
  const {canvas, pen} = easel;
  pen.globalCompositeOperation = 'source-in'; pen.fillStyle = colour();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.globalCompositeOperation = 'source-over';
}

function line({from, to, wide, erase}) {
  const {pen} = easel;
  pen.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
  pen.strokeStyle = colour(); pen.lineCap = pen.lineJoin = 'round'; pen.lineWidth = wide;
  pen.beginPath(); pen.moveTo(...from); pen.lineTo(to[0] + .01, to[1]); pen.stroke();
  pen.globalCompositeOperation = 'source-over';
}

function blank() {
  const made = document.createElement('canvas');
  made.width = easel.canvas.width; made.height = easel.canvas.height;
  return made;
}

function copied() {
  const made = blank();
  made.getContext('2d').drawImage(easel.canvas, 0, 0);
  return made;
}

function keep(deed) {
  deeds.push(deed); undone = [];
  if (deeds.length <= MOST_DEEDS) return;
  const shown = copied();
  repaint(deeds.splice(0, 1));
  base = copied();
  PAINT.loaded({picture: shown});
}

function repaint(of = deeds) {
  PAINT.clear();
  if (base) { easel.pen.drawImage(base, 0, 0); tint(); }
  of.forEach(deed => PAINT[deed.kind](deed));
}

export function act(deed) { end_stroke(); PAINT[deed.kind](deed); keep(deed); announce('drawn'); }

export const invert = () => act({kind: 'invert'});
export const clear = () => act({kind: 'clear'});

export function undo() {
  end_stroke();
  if (!deeds.length) return;
  undone.push(deeds.pop());
  repaint();
  announce('drawn');
}

export function redo() {
  if (!undone.length || stroke) return;
  const deed = undone.pop();
  PAINT[deed.kind](deed); deeds.push(deed);
  announce('drawn');
}

export function forget_deeds() { deeds = []; undone = []; base = stroke = null; loads++; }
export const clear_paint = () => PAINT.clear();
export const has_deeds = () => deeds.length + Boolean(base) > 0;

// A stroke of the brush: from here on, over each place, to its end.
export const stroking = () => Boolean(stroke);
export function begin_stroke(at, erase) {
  stroke = {kind: 'stroke', points: [at], wide: +easel.brush.value, erase};
  draw_to(at);
}
export function draw_to(to) {
  const {points, wide, erase} = stroke;
  line({from: points[points.length - 1], to, wide, erase});
  points.push(to);
}
// One that wasn't meant leaves nothing.
export function drop_stroke() {
  if (!stroke) return;
  stroke = null;
  repaint();
  announce('drawn');
}
export function end_stroke() {
  if (!stroke) return;
  keep(stroke);
  stroke = null;
  announce('drawn');
}

// What is drawn now, to be laid over the same picture once it has come in another size.
export function kept_paint() {
  if (!has_deeds()) return () => {};
  const drawn = copied();
  return () => {
    const picture = blank();
    picture.getContext('2d').drawImage(drawn, 0, 0, picture.width, picture.height);
    act({kind: 'loaded', picture});
  };
}

// A mask from elsewhere ----------------------------------------------------------------------------------------------
export function load_mask(file) {
  const address = URL.createObjectURL(file);
  draw_mask(address, () => URL.revokeObjectURL(address));
}

// One that is read late is dropped: another mask, or another picture, has come since.
export function draw_mask(address, done = () => {}) {
  const loaded = new Image(), mine = ++loads;
  loaded.onload = () => { if (mine === loads) lay_mask(loaded); done(); };
  loaded.onerror = () => { if (mine === loads) easel.about.textContent = UNREADABLE; done(); };
  loaded.src = address;
}

function lay_mask(loaded) {
  const {naturalWidth: width, naturalHeight: height} = loaded, {canvas} = easel;
  if (Math.abs(width / height * canvas.height / canvas.width - 1) > SAME_SHAPE) {
    easel.about.textContent = `The mask is ${width} × ${height}, another shape than the picture's ${canvas.width} × ${canvas.height}: save it in that shape and load it again.`;
    return;
  }
  const copy = blank(), ink = copy.getContext('2d');
  ink.drawImage(loaded, 0, 0, copy.width, copy.height);
  const pixels = ink.getImageData(0, 0, copy.width, copy.height), {data} = pixels;
  for (let at = 0; at < data.length; at += 4) {
    const white = data[at] * .299 + data[at + 1] * .587 + data[at + 2] * .114;
    data[at + 3] = Math.round(white * data[at + 3] / 255);
  }
  ink.putImageData(pixels, 0, 0);
  act({kind: 'loaded', picture: copy});
}

// How it is told -----------------------------------------------------------------------------------------------------
export function coverage() {
  const small = document.createElement('canvas');
  small.width = small.height = 128;
  const ink = small.getContext('2d');
  ink.drawImage(easel.canvas, 0, 0, 128, 128);
  const {data} = ink.getImageData(0, 0, 128, 128);
  let sum = 0;
  for (let at = 3; at < data.length; at += 4) sum += data[at];
  return sum / 255 / (128 * 128);
}

export function mask() {
  if (!masking()) return '';
  const copy = copied(), ink = copy.getContext('2d');
  ink.globalCompositeOperation = 'source-in'; ink.fillStyle = '#fff'; ink.fillRect(0, 0, copy.width, copy.height);
  ink.globalCompositeOperation = 'destination-over'; ink.fillStyle = '#000'; ink.fillRect(0, 0, copy.width, copy.height);
  return copy.toDataURL('image/png');
}
