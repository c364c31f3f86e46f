// The easel: one picture for all modes, a mask drawn over it in its own pixels, and the frame that outpaint adds.
import {within} from './about.js';
import {choose, mount_brush} from './brush.js';
import {easel, lay_parts, when} from './easel.js';
import {mount_edge, set_edge} from './edge.js';
import {grow, mount_frame} from './frame.js';
import {clear, invert, kept_paint, load_mask, redo, undo} from './mask.js';
import {mount_memory} from './memory.js';
import {remove, show, take, take_off} from './picture.js';
import {next_ink} from './tools/ink.js';
import {pasted} from '../events/clipboard.js';
import {when_values} from '../events/followers.js';
import {MODES, mode} from '../events/mode.js';
import {look} from '../events/page_events.js';

const DEEDS = {undo, redo, remove: take_off, invert, clear, ink: next_ink, large: enlarge};
let edge_of = null;

export function mount_easel({element, props, watch, upload}) {
  let settled = null;
  lay_parts(element, upload);
  mount_brush();
  mount_edge();
  mount_frame();
  listen();
  when('changed', () => {
    const {picture, image} = easel;
    settled = picture && {image: picture, width: image.naturalWidth, height: image.naturalHeight};
    props.value = settled;
    look();
  });
  watch('value', () => {
    const given = props.value;
    if (given === settled || !given) { if (!given && easel.picture) remove(); return; }
    show(given.image, given.image.url, {mask: given.mask, shown: given.same ? kept_paint() : undefined, quiet: given.same});
  });
  mount_memory();
}

function enlarge(button) {
  const on = easel.root.classList.toggle('large');
  button.setAttribute('aria-pressed', on);
  button.textContent = on ? 'Smaller' : 'Larger';
}

function pressed(event) {
  const tool = event.target.closest('[data-tool]'), deed = event.target.closest('[data-do]');
  const shape = event.target.closest('[data-shape]');
  if (shape) grow(shape.dataset.shape);
  if (tool) choose(tool.dataset.tool);
  if (deed) DEEDS[deed.dataset.do](deed);
}

function dropped(event) {
  delete easel.root.dataset.over;
  const [file, ...others] = event.dataTransfer.files;
  if (!file?.type.startsWith('image/') || others.length) return;  // the page asks what shall become of them
  event.preventDefault();
  event.stopPropagation();
  take(file);
}

function chosen(input, then) {
  input.addEventListener('change', () => { if (input.files[0]) then(input.files[0]); input.value = ''; });
}

function listen() {
  const {root} = easel;
  root.addEventListener('click', pressed);
  chosen(root.querySelector('.drop input'), file => take(file));
  chosen(root.querySelector('.file input'), load_mask);
  root.addEventListener('dragover', event => { event.preventDefault(); root.dataset.over = ''; });
  root.addEventListener('dragleave', () => delete root.dataset.over);
  root.addEventListener('drop', dropped);
  document.addEventListener('paste', event => {
    const file = pasted(event);
    if (file && mode() !== MODES[0] && event.clipboardData.files.length === 1) { take(file); event.preventDefault(); }
  });
}

when_values((values, {outpainted}) => {
  within(outpainted[values.backend]);
  const wide = [values.inpaint__mask_grow, values.inpaint__mask_feather];
  if (`${wide}` !== edge_of) set_edge(...wide);
  edge_of = `${wide}`;
});
