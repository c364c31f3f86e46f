// The line under the easel: the picture's size, and what the mode makes of it.
import {easel, when} from './easel.js';
import {show_edge} from './edge.js';
import {coverage} from './mask.js';
import {mode} from '../events/mode.js';

let most_side = null;

// The most pixels a side of a canvas that the chosen backend makes; null where it has no end of its own.
export function within(most) {
  if (most === most_side) return;
  most_side = most;
  describe();
}

export function describe() {
  if (!easel.root) return;
  show_edge();
  easel.about.textContent = easel.picture ? words() : '';
}
when('drawn', describe);

function words() {
  const {naturalWidth: width, naturalHeight: height} = easel.image, size = `${width} × ${height}`;
  if (mode() === 'inpaint') return `${size}${covered(coverage())}`;
  return mode() === 'outpaint' ? `${size}${grown(width, height)}` : size;
}

function covered(part) {
  if (!part) return ' · draw over what is to change';
  return ` · mask covers ${part < .01 ? 'under 1' : Math.round(part * 100)} %`;
}

function grown(width, height) {
  const {left, right, top, bottom} = easel.margins, whole = [width + left + right, height + top + bottom];
  const over = most_side && whole.some(side => side > most_side);
  return ` → ${whole[0]} × ${whole[1]}${over ? `: this backend makes at most ${most_side} a side` : ''}`;
}
