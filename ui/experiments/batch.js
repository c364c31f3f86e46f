// What a batch is put together of: a file of prompts, read into the field where its lines are seen, and pictures.
import {bring} from '../events/arrivals.js';
import {write} from '../events/fields.js';
import {when_values} from '../events/followers.js';
import {look, tell} from '../events/page_events.js';
import {send} from '../events/sending.js';
import {await_queue} from '../queue/queue.js';

const PLACE = '#batch-lines', SHOWN = 6;
let area = null, told = '', turns = 0, named = '';
let chosen = {files: [], way: ''};

export const batch_lines = () => document.querySelector(`${PLACE} textarea`)?.value ?? '';

export function mount_batch(given) {
  area = given;
  const {element, trigger} = area;
  when_values(values => price(values, trigger));
  element.addEventListener('change', ({target}) => {
    const files = [...target.files ?? []], {brings} = target.dataset;
    if (brings) target.value = '';  // the same file may be chosen again
    if (brings === 'text') read(files[0]);
    else if (brings) take(files, brings);
    else lay();
  });
  element.addEventListener('click', ({target}) => { if (target.closest('[data-remove]')) { named = ''; lay_files([]); } });
  if (chosen.files.length) lay_files(chosen.files, chosen.way);
}

// The price follows lines, pictures and whatever else the form says; without any it is told once that there are none.
function price(values, trigger) {
  const lines = batch_lines(), any = lines.trim() || chosen.files.length;
  const now = any ? JSON.stringify([lines, area.props.value, values]) : '';
  if (now !== told) { told = now; trigger('priced'); }
}

async function read(file) {
  const wrong = area.element.querySelector('.over');
  if (!file) return;
  try {
    if (file.size > area.props.most) throw new RangeError();
    write(PLACE, new TextDecoder('utf-8', {fatal: true}).decode(await file.arrayBuffer()));
    named = file.name.replace(/\.[^.]*$/, '');
    wrong.hidden = true;
  } catch { wrong.hidden = false; }
}

// Of a folder, what is no picture is left out without a word for each; of chosen files, each is named.
async function take(files, brings) {
  const mine = ++turns, pictures = brings === 'folder' ? files.filter(each => each.type.startsWith('image/')) : files;
  const {sent, refused} = await send(in_order(pictures), area.upload, {say, over: () => mine !== turns});
  if (mine !== turns) return;
  if (brings === 'folder') named = files[0]?.webkitRelativePath.split('/')[0] ?? '';
  lay_files(sent.map(({path, name}) => ({path, name})));
  if (refused.length) say(`${counted(sent.length)}; left out: ${refused.map(each => each.name).join(', ')}`);
}

const in_order = files => [...files].sort((one, two) => one.name.localeCompare(two.name, 'en', {numeric: true}));

// Pictures that were dropped, for which the fold is opened.
export function lay_pictures(files, way) {
  const head = document.querySelector('#batch button.label-wrap');
  chosen = {files, way};
  if (!head.classList.contains('open')) head.click();
  if (area) lay_files(files, way);
  bring_price();
}

// Once the price is told, it comes on screen: by then the fold has its height.
function bring_price() {
  const fold = document.getElementById('batch'), once = new MutationObserver(() => {
    const said = document.getElementById('batch-said');
    if (!said?.querySelector('button, .hint')) return;
    once.disconnect();
    bring(said);
  });
  once.observe(fold, {childList: true, subtree: true});
}

const counted = count => count === 1 ? '1 picture' : `${count} pictures`;

function lay_files(files, way) {
  const box = area.element.querySelector('.batch-pictures'), select = box.querySelector('[data-way]');
  chosen = {files, way};
  if (way && [...select.options].some(each => each.value === way)) select.value = way;
  box.hidden = !files.length;
  say(files.length ? counted(files.length) : '');
  const more = files.length - SHOWN, names = files.slice(0, SHOWN).map(each => each.name).join(', ');
  box.querySelector('.batch-names').textContent = names + (more > 0 ? `, +${more}` : '');
  lay();
}

function lay() {
  const find = place => area.element.querySelector(place), way = find('[data-way]').value, upscaler = find('[data-upscaler]');
  if (upscaler) upscaler.closest('label').hidden = !way.startsWith('upscale');
  area.props.value = chosen.files.length ? {files: chosen.files, way, upscaler: upscaler?.value ?? null} : null;
  look();
}

function say(text) {
  const box = area.element.querySelector('.batch-pictures');
  if (text) box.hidden = false;
  box.querySelector('[role=status]').textContent = text;
}

// A double press adds it once: twice it would be paid twice.
document.addEventListener('click', ({target, detail}) => {
  const add = target.closest('#batch-enqueue');
  if (!add || detail > 1) return;
  tell('enqueue', {batch: 'yes', lines: batch_lines(), pictures: area.props.value, offered: add.dataset.offered, name: named});
  told = '';  // the queue has less room then
  await_queue();
});
