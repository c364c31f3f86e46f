// The mask's colour: of a few that stand out, the one that is furthest from what the picture shows; or another, by a press.
import {announce, easel} from '../easel.js';
import {tint} from '../mask.js';

const INKS = [[99, 102, 241], [255, 0, 168], [255, 90, 0], [0, 214, 60], [0, 200, 255], [255, 226, 0]];
const SIDE = 24, FEW = .1;

// CIE L*a*b* (D65) of sRGB, in which distances are as far apart as they look.
function lab(parts) {
  const [red, green, blue] = parts.map(value => { const part = value / 255; return part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4; });
  const bend = value => value > .008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
  const x = bend((.4124 * red + .3576 * green + .1805 * blue) / .95047), y = bend(.2126 * red + .7152 * green + .0722 * blue);
  const z = bend((.0193 * red + .1192 * green + .9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

// How far a colour is from nearly all of the picture: all but its nearest tenth.
function contrast(ink, pixels) {
  const mine = lab(ink), far = pixels.map(each => Math.hypot(...each.map((value, at) => value - mine[at]))).sort((one, other) => one - other);
  return far[Math.floor(FEW * far.length)];
}

function pixels_of(image) {
  const small = document.createElement('canvas');
  small.width = small.height = SIDE;
  const pen = small.getContext('2d');
  pen.drawImage(image, 0, 0, SIDE, SIDE);
  const {data} = pen.getImageData(0, 0, SIDE, SIDE);
  return Array.from({length: SIDE * SIDE}, (_, at) => lab([...data.subarray(4 * at, 4 * at + 3)]));
}

function use(ink) {
  easel.ink = ink;
  easel.root.style.setProperty('--ink-of-mask', `rgb(${ink})`);
}

export function fit_ink(image) {
  const pixels = pixels_of(image), by = INKS.map(ink => contrast(ink, pixels));
  use(INKS[by.indexOf(Math.max(...by))]);
}

export function next_ink() {
  use(INKS[(INKS.findIndex(ink => `${ink}` === `${easel.ink}`) + 1) % INKS.length]);
  tint();
  announce('drawn');
}
