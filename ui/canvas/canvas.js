// The easel: one picture for all modes, a mask drawn over it in its own pixels, and the frame that outpaint adds.
const root = element.querySelector('.easel');
const find = selector => root.querySelector(selector);
const image = find('.sheet img'), canvas = find('canvas'), sheet = find('.sheet'), about = find('.about');
const ring = find('.ring'), brush = find('.size-of-brush input'), pen = canvas.getContext('2d', {willReadFrequently: true});
const SIDES = ['left', 'right', 'top', 'bottom'], MOST_ADDED = 2048, GRID = 16, BRINK = 24, PULL_MS = 60;
const INK_PARTS = [99, 102, 241], INK = `rgb(${INK_PARTS})`;
let picture = null, brought = null, margins = {left: 0, right: 0, top: 0, bottom: 0};
let most_side = null, erasing = false, writing = false, settled = null;

function tell() {
  settled = picture && {image: picture, width: image.naturalWidth, height: image.naturalHeight};
  props.value = settled;
  window.playground_form?.look();
  remember_easel();
}

function mode() { return document.getElementById('main').dataset.mode || 'text_to_image'; }

const UNREADABLE = 'The browser cannot read this file: save it as a PNG and try again.';
function show(sent, url, {mask = null, file = null, shown = () => {}, failed = () => complain(UNREADABLE)} = {}) {
  picture = {path: sent.path, url, orig_name: sent.orig_name || 'image', meta: {_type: 'gradio.FileData'}};
  brought = file;
  image.onload = () => {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    forget_deeds();
    read_margins();
    delete root.dataset.empty;
    brush.max = Math.max(40, Math.round(Math.max(canvas.width, canvas.height) / 3));
    brush.value = Math.max(8, Math.round(Math.max(canvas.width, canvas.height) / 16));
    resize_brush(0);
    lay_out(); tell();
    if (mask) draw_mask(mask);
    shown();
  };
  image.onerror = () => { remove(); failed(); };
  image.src = url;
}

async function take(file, shown) {
  if (!file || !file.type.startsWith('image/')) return;
  if (file.size > 30 * 2 ** 20) { complain(`The file has ${Math.round(file.size / 2 ** 20)} MB; the most is 30 MB.`); return; }
  root.dataset.busy = '';
  try {
    const sent = await upload(file);
    show({path: sent.path, orig_name: file.name}, sent.url, {file, shown});
  } catch (error) {
    complain('The upload did not arrive: try it again.');
  } finally { delete root.dataset.busy; }
}

function complain(text) { root.querySelector('.drop small').textContent = text; about.textContent = text; }

function remove() {
  picture = brought = null; root.dataset.empty = ''; image.onerror = null; image.removeAttribute('src');
  forget_deeds(); PAINT.clear();
  root.classList.remove('large');
  tell();
}

// The frame of outpaint --------------------------------------------------------------------------------------------
function box_of(side) { return document.querySelector(`#outpaint-${side} input`); }
function write_margins() {
  writing = true;
  for (const side of SIDES) {
    const box = box_of(side);
    if (box && +box.value !== margins[side]) {
      box.value = margins[side];
      box.dispatchEvent(new Event('input', {bubbles: true}));
    }
  }
  writing = false;
}
function read_margins() {
  if (writing) return;
  let changed = false;
  for (const side of SIDES) {
    const value = Math.max(0, Math.round(+(box_of(side) || {value: 0}).value || 0));
    changed = changed || value !== margins[side];
    margins[side] = value;
  }
  if (changed) { lay_out(); }
}
// The frame is fitted anew while a side is drawn, so each way of the hand counts by the scale of that moment; where the
// window ends and the hand can go no further, the side goes on growing as long as it rests there.
const OUTWARD = {left: hand => -hand.clientX, right: hand => hand.clientX, top: hand => -hand.clientY, bottom: hand => hand.clientY};
const AT_BRINK = {left: hand => hand.clientX < BRINK, right: hand => hand.clientX > innerWidth - BRINK,
  top: hand => hand.clientY < BRINK, bottom: hand => hand.clientY > innerHeight - BRINK};
function stretch(event) {
  const grip = event.target, side = grip.dataset.side;
  let last = event, wanted = margins[side];
  grip.setPointerCapture(event.pointerId);
  const add = pixels => {
    wanted = Math.min(MOST_ADDED, Math.max(0, wanted + pixels));
    margins[side] = Math.round(wanted / GRID) * GRID;
    write_margins(); lay_out();
  };
  const drag = move => {
    const way = OUTWARD[side](move) - OUTWARD[side](last);
    last = move;
    add(way * image.naturalWidth / image.getBoundingClientRect().width);
  };
  const pulling = setInterval(() => { if (last !== event && AT_BRINK[side](last)) add(GRID); }, PULL_MS);
  const drop = () => { clearInterval(pulling); grip.removeEventListener('pointermove', drag); tell(); };
  grip.addEventListener('pointermove', drag);
  grip.addEventListener('lostpointercapture', drop, {once: true});
  event.preventDefault();
}
root.querySelectorAll('.grip').forEach(grip => grip.addEventListener('pointerdown', stretch));

const SHAPES = {'16:9': 16 / 9, '9:16': 9 / 16, '1:1': 1}, ZOOMS = {'x1': 1, 'x1.5': 1.5, 'x2': 2};
function grow(shape) {
  if (!picture) return;
  const width = image.naturalWidth, height = image.naturalHeight, zoom = ZOOMS[shape], ratio = SHAPES[shape];
  const wide = zoom ? width * zoom : Math.max(width, height * ratio), high = zoom ? height * zoom : Math.max(height, width / ratio);
  const across = Math.round((wide - width) / GRID) * GRID, down = Math.round((high - height) / GRID) * GRID;
  const half = value => Math.round(value / 2 / GRID) * GRID;
  margins = {left: half(across), right: across - half(across), top: half(down), bottom: down - half(down)};
  write_margins(); lay_out(); tell();
}

function lay_out() {
  const out = mode() === 'outpaint';
  const width = image.naturalWidth + (out ? margins.left + margins.right : 0);
  const height = image.naturalHeight + (out ? margins.top + margins.bottom : 0);
  sheet.style.setProperty('--whole', `${width} / ${height}`);
  sheet.style.setProperty('--wide', width / height);
  const part = (value, of) => `${100 * value / of}%`;
  for (const node of [image, canvas]) {
    node.style.left = out ? part(margins.left, width) : 0; node.style.top = out ? part(margins.top, height) : 0;
    node.style.width = part(image.naturalWidth, width); node.style.height = part(image.naturalHeight, height);
  }
  describe();
}
function describe() {
  show_edge();
  if (!picture) { about.textContent = ''; return; }
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  let text = `${width} × ${height}`;
  if (mode() === 'inpaint') {
    const part = coverage();
    text += part > 0 ? ` · mask covers ${part < .01 ? 'under 1' : Math.round(part * 100)} %` : ' · draw over what is to change';
  }
  if (mode() === 'outpaint') {
    const whole = [width + margins.left + margins.right, height + margins.top + margins.bottom];
    text += ` → ${whole[0]} × ${whole[1]}`;
    if (most_side && whole.some(side => side > most_side)) text += `: this backend makes at most ${most_side} a side`;
  }
  about.textContent = text;
}

// Hands ------------------------------------------------------------------------------------------------------------
root.addEventListener('click', event => {
  const tool = event.target.closest('[data-tool]'), deed = event.target.closest('[data-do]');
  const shape = event.target.closest('[data-shape]');
  if (shape) grow(shape.dataset.shape);
  if (tool) choose(tool.dataset.tool);
  if (!deed) return;
  const actions = {undo, redo, remove, invert: () => act({kind: 'invert'}), clear: () => act({kind: 'clear'}),
    large: () => { const on = root.classList.toggle('large'); deed.setAttribute('aria-pressed', on); deed.textContent = on ? 'Smaller' : 'Larger'; }};
  actions[deed.dataset.do]();
});
find('.drop input').addEventListener('change', event => { take(event.target.files[0]); event.target.value = ''; });
find('.file input').addEventListener('change', event => { if (event.target.files[0]) load_mask(event.target.files[0]); event.target.value = ''; });
root.addEventListener('dragover', event => { event.preventDefault(); root.dataset.over = ''; });
root.addEventListener('dragleave', () => delete root.dataset.over);
root.addEventListener('drop', event => { delete root.dataset.over; const file = event.dataTransfer.files[0]; if (file) { event.preventDefault(); event.stopPropagation(); take(file); } });
document.addEventListener('paste', event => {
  const file = window.playground.pasted(event);
  if (file && mode() !== 'text_to_image') { take(file); event.preventDefault(); }
});
document.addEventListener('input', event => { if (event.target.closest && event.target.closest('[id^="outpaint-"]')) read_margins(); });
watch('value', () => {
  const given = props.value;
  if (given === settled || !given) { if (!given && picture) remove(); return; }
  show(given.image, given.image.url, {mask: given.mask});
});
window.playground_easel = {mask, lay_out, read_margins, take: file => take(file),
  within: most => { if (most !== most_side) { most_side = most; describe(); } }};
