// The sheet of the easel is zoomed and moved: by wheel, two fingers, the middle button, or the hand while Space is down. What
// moves it never paints.
import {Zoom} from '../../viewing/zoom.js';
import {easel, masking, when} from '../easel.js';

let zoom = null, shown = null, space = false, moved = false;
const fingers = new Set();
const ZOOMS = {in: 1.5, out: 1 / 1.5};

// `dropped` is called once a second finger comes: what the first one began wasn't meant.
export function mount_hand(dropped) {
  const {root, sheet} = easel, frame = root.querySelector('.frame');
  zoom = new Zoom(frame, [sheet], {pans, pixels, told: () => { root.querySelector('.percent').textContent = `${zoom.percent} %`; }});
  root.addEventListener('click', event => {
    const how = event.target.closest('[data-zoom]')?.dataset.zoom;
    if (how) { if (how in ZOOMS) zoom.step(ZOOMS[how]); else zoom.toggle(); }
  });
  frame.addEventListener('pointerdown', event => { if (event.pointerType === 'touch' && fingers.add(event.pointerId).size > 1) dropped(); }, true);
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, event => fingers.delete(event.pointerId), true);
  frame.addEventListener('pointermove', event => { if (event.buttons && pans(event)) moved = true; });
  // The browser's own scrolling by the middle button.
  frame.addEventListener('mousedown', event => { if (event.button === 1) event.preventDefault(); });
  when('changed', () => { if (shown !== easel.picture?.path) zoom.fit(); shown = easel.picture?.path; });
}

const pixels = () => easel.image.naturalWidth * easel.sheet.offsetWidth / (easel.image.offsetWidth || 1);

const pans = event => space || event.button === 1 || Boolean(event.buttons & 4) || (!masking() && zoom.near && !event.target.closest('.grip'));

// Whether what is put down now is for moving.
export const moving = event => fingers.size > 1 || space || event.button === 1 || Boolean(event.buttons & 4);

// Where the picture lies on the screen; and the sheet laid so that it lies there again, whatever its frame has become.
export function picture_place() {
  const {left, top, width} = easel.image.getBoundingClientRect();
  return {left, top, width};
}
export function lay_at({left, top, width}) {
  const [home, now] = laid_plainly(), scale = width / now.width;
  zoom.lay(scale, left - home.left - scale * (now.left - home.left), top - home.top - scale * (now.top - home.top));
}

// The whole sheet within a part of the screen.
export function lay_within({left, top, width, height}, air) {
  const [home] = laid_plainly(), scale = Math.min((width - 2 * air) / home.width, (height - 2 * air) / home.height);
  zoom.lay(scale, left + (width - scale * home.width) / 2 - home.left, top + (height - scale * home.height) / 2 - home.top);
}

function laid_plainly() {
  easel.sheet.style.transform = '';
  return [easel.sheet.getBoundingClientRect(), easel.image.getBoundingClientRect()];
}
export const lay_whole = () => zoom.fit();

// While Space is down; true at its end if the sheet was moved meanwhile.
export function hold_space(down) {
  const was = moved;
  if (down && !space) moved = false;
  space = down;
  easel.root.classList.toggle('held', down);
  return was;
}
