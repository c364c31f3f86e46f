// The picture on the easel: chosen, dropped, pasted, or sent there by the server; one for all modes.
import {limits} from '../limits.js';
import {fit_brush} from './brush.js';
import {UNREADABLE, announce, easel} from './easel.js';
import {lay_out, read_margins} from './frame.js';
import {clear_paint, draw_mask, forget_deeds, kept_paint} from './mask.js';
import {fit_ink} from './tools/ink.js';
import {offer} from '../viewing/second_thoughts.js';

const MB = 2 ** 20;
let turns = 0, uploads = 0;

// What lies there now, with what is drawn over it.
export const lying = () => easel.picture && {picture: easel.picture, file: easel.brought, paint: kept_paint()};
export function lay_again(before) {
  if (before) show(before.picture, before.picture.url, {file: before.file, shown: before.paint, quiet: true});
  else remove();
}

export function show(sent, url, {mask = null, file = null, shown = () => {}, quiet = false, failed = () => complain(UNREADABLE)} = {}) {
  const {image, canvas, root} = easel, before = quiet ? null : lying();
  if (before) offer('The picture on the canvas was replaced.', () => lay_again(before));
  turns++;
  easel.picture = {path: sent.path, url, orig_name: sent.orig_name || 'image', meta: {_type: 'gradio.FileData'}};
  easel.brought = file;
  image.onload = () => {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    forget_deeds();
    read_margins();
    delete root.dataset.empty;
    fit_brush(canvas.width, canvas.height);
    fit_ink(image);
    lay_out();
    announce('changed');
    if (mask) draw_mask(mask);
    shown();
  };
  image.onerror = () => { remove(); failed(); };
  image.src = url;
}

// What comes while this file is on its way, another file or Remove, was asked for later: then the upload is for nothing.
export async function take(file, shown) {
  if (!file || !file.type.startsWith('image/')) return;
  if (file.size > limits.upload_bytes) { complain(`The file has ${Math.round(file.size / MB)} MB; the most is ${limits.upload_bytes / MB} MB.`); return; }
  const mine = ++turns;
  uploads++;
  easel.root.dataset.busy = '';
  try {
    const sent = await easel.upload(file);
    if (mine === turns) show({path: sent.path, orig_name: file.name}, sent.url, {file, shown});
  } catch {
    if (mine === turns) complain('The upload did not arrive: try it again.');
  } finally {
    if (!--uploads) delete easel.root.dataset.busy;
  }
}

export function complain(text) { easel.root.querySelector('.drop small').textContent = text; easel.about.textContent = text; }

// By a press, which may have been the wrong one.
export function take_off() {
  const before = lying();
  remove();
  if (before) offer('The picture was taken off the canvas.', () => lay_again(before));
}

export function remove() {
  const {image, root} = easel;
  turns++;
  easel.picture = easel.brought = null; root.dataset.empty = ''; image.onerror = null; image.removeAttribute('src');
  forget_deeds(); clear_paint();
  root.classList.remove('large');
  announce('changed');
}
