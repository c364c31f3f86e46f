// Box and lasso: drawn as an outline over the picture, and a deed of the mask once let go.
import {easel} from '../easel.js';
import {act} from '../mask.js';

const LEAST_PX = 2;  // on the picture: less is a press that slipped
let shape = null, outline = null;

export function mount_shapes() { outline = easel.root.querySelector('.outline polygon'); }

export const shaping = () => Boolean(shape);

export function begin_shape(kind, at, erase) { shape = {kind, points: [at], erase}; draw(); }

export function shape_to(at) {
  if (shape.kind === 'box') shape.points[1] = at;
  else shape.points.push(at);
  draw();
}

export function drop_shape() { shape = null; draw(); }

export function end_shape() {
  const done = shape;
  drop_shape();
  if (!done || done.points.length < (done.kind === 'box' ? 2 : 3)) return;
  const sides = [0, 1].map(at => Math.max(...done.points.map(point => point[at])) - Math.min(...done.points.map(point => point[at])));
  if (Math.max(...sides) >= LEAST_PX) act(done);
}

function corners() {
  const {kind, points: [from, to = from], points} = shape;
  return kind === 'box' ? [from, [to[0], from[1]], to, [from[0], to[1]]] : points;
}

function draw() {
  const {canvas} = easel;
  outline.parentElement.setAttribute('viewBox', `0 0 ${canvas.width} ${canvas.height}`);
  outline.setAttribute('points', shape ? corners().map(at => at.join()).join(' ') : '');
  outline.parentElement.classList.toggle('erasing', Boolean(shape?.erase));
}
