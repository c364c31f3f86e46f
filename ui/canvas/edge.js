// What growing and feathering make of the mask, as backend/images/masks.py does it, on a smaller picture.
import {easel, masking} from './easel.js';
import {stroking} from './mask.js';

const MOST_EDGE = 400;
let grow_by = 0, feather_by = 0, awaited = false;

export function mount_edge() {
  easel.canvas.addEventListener('pointermove', () => {
    if (!stroking() || awaited) return;
    awaited = true;
    requestAnimationFrame(() => { awaited = false; show_edge(); });
  });
}

export function set_edge(grow, feather) {
  grow_by = +grow || 0; feather_by = +feather || 0;
  if (easel.root) show_edge();
}

export function show_edge() {
  const on = masking() && (grow_by > 0 || feather_by > 0);
  easel.root.classList.toggle('edged', on);
  if (on) draw_edge(Math.min(1, MOST_EDGE / Math.max(easel.canvas.width, easel.canvas.height)));
}

function draw_edge(scale) {
  const {canvas, edge} = easel;
  const width = edge.width = Math.max(1, Math.round(canvas.width * scale));
  const height = edge.height = Math.max(1, Math.round(canvas.height * scale));
  const ink = edge.getContext('2d', {willReadFrequently: true});
  ink.drawImage(canvas, 0, 0, width, height);
  const pixels = ink.getImageData(0, 0, width, height), {data} = pixels;
  const inside = new Uint8Array(width * height);
  for (let at = 0; at < inside.length; at++) inside[at] = data[4 * at + 3] > 127;
  widen(inside, width, height, grow_by * scale);
  const far = feather_by ? distances(inside, width, height) : null;
  for (let at = 0; at < inside.length; at++) {
    const blend = far ? Math.min(1, far[at] / scale / (feather_by + 1)) : 1;
    [data[4 * at], data[4 * at + 1], data[4 * at + 2]] = easel.ink;
    data[4 * at + 3] = inside[at] ? Math.round(255 * blend) : 0;
  }
  ink.putImageData(pixels, 0, 0);
}

// A square of the radius around each pixel: along the rows, then along the columns.
function widen(inside, width, height, radius) {
  if (!radius) return;
  const along = (start, stride, count) => {
    const near = new Float32Array(count).fill(Infinity);
    for (let last = -Infinity, at = 0; at < count; at++) { if (inside[start + at * stride]) last = at; near[at] = at - last; }
    for (let last = Infinity, at = count - 1; at >= 0; at--) { if (inside[start + at * stride]) last = at; near[at] = Math.min(near[at], last - at); }
    for (let at = 0; at < count; at++) inside[start + at * stride] = near[at] <= radius;
  };
  for (let row = 0; row < height; row++) along(row * width, 1, width);
  for (let column = 0; column < width; column++) along(column, width, height);
}

// How far each pixel inside lies from the outside: chamfer distances, there and back; the picture's border is no edge.
function distances(inside, width, height) {
  const far = Float32Array.from(inside, each => each ? 1e6 : 0);
  const sweep = (from, to, by) => {
    for (let row = from[1]; row !== to[1]; row += by) for (let column = from[0]; column !== to[0]; column += by) {
      const at = row * width + column;
      for (const [across, down, length] of [[-1, 0, 1], [0, -1, 1], [-1, -1, Math.SQRT2], [1, -1, Math.SQRT2]]) {
        const x = column + across * by, y = row + down * by;
        if (x >= 0 && x < width && y >= 0 && y < height) far[at] = Math.min(far[at], far[y * width + x] + length);
      }
    }
  };
  sweep([0, 0], [width, height], 1);
  sweep([width - 1, height - 1], [-1, -1], -1);
  return far;
}
