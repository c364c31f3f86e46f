// The control map follows what it is made of, once it was asked for; the two ends of a range keep their order.
import {when_values} from '../events/followers.js';

const PAUSE_MS = 250, RANGES = {thresholds: ['low_threshold', 'high_threshold'], 'window-of-steps': ['control_start', 'control_end']};
let live = false, wanted = null, shown = null, waiting = null, pushing = false, mounted = false;

export function mount_control_map({element, trigger}) {
  element.addEventListener('click', event => {
    const use = event.target.closest('[data-use]');
    if (!use) return;
    live = false;
    trigger('use', {...use.dataset});
  });
  mounted = true;
}
document.addEventListener('click', event => {
  const id = event.target.closest('button')?.id;
  if (id === 'show-control') { live = true; shown = wanted; }
  if (id === 'stop-map' || id === 'buy-map') live = false;
});

function follow(values) {
  if (!mounted) return;
  const own = name => values[`controlnet__${name}`], picture = values.easel?.image?.path;
  for (const [id, ends] of Object.entries(RANGES)) fill(document.getElementById(id), ends.map(own));
  document.getElementById('thresholds').hidden = own('preprocess') !== 'canny';
  wanted = JSON.stringify([values.backend, picture, own('preprocess'), ...RANGES.thresholds.map(own)]);
  if (!live || !picture || values.mode !== 'controlnet' || wanted === shown) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => document.getElementById('show-control').click(), PAUSE_MS);
}

const ends_of = range => [...range.querySelectorAll('input[type=range]')];

function fill(range, values) {
  const {min, max} = ends_of(range)[0] ?? {};
  ['--from', '--to'].forEach((name, at) => range.style.setProperty(name, `${100 * (values[at] - min) / (max - min)}%`));
}

const plain = value => +value.toFixed(2);

function write(end, value) {
  pushing = true;
  end.value = value;
  end.dispatchEvent(new Event('input', {bubbles: true}));
  pushing = false;
}

// One end pushes the other before it, as far as that goes; what is typed counts when it is whole.
function keep_order(event) {
  const range = event.target.closest?.('.span'), typed = event.target.type === 'number';
  if (!range || pushing || typed !== (event.type === 'change')) return;
  const ends = ends_of(range), at = ends.findIndex(end => end.closest('.block').contains(event.target));
  const [touched, other] = [ends[at], ends[1 - at]], step = (at ? -1 : 1) * touched.step, value = +event.target.value;
  const least = plain(value + step);
  if (at ? +other.value <= least : +other.value >= least) return;
  const pushed = Math.min(other.max, Math.max(other.min, least));
  write(other, pushed);
  if (pushed !== least) write(touched, plain(pushed - step));
}
for (const kind of ['input', 'change']) document.addEventListener(kind, keep_order);
when_values(follow);
