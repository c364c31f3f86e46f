// LoRAs as rows over the lines that name them: a weight by slider, their order, their words, and a dialog to choose from.
import {write_prompt} from '../events/fields.js';
import {chosen_backend as chosen} from '../events/page_events.js';
import {lay_over} from '../events/seen.js';

// As `lora_lines.py` reads a line: `name @ 0.8`, or `name@0.8` where that is no identifier.
const CLOSE = /^(?<model>.*[^\s@])@\s*(?<weight>[-+]?\d*\.\d+|(?<!\w:\d@)(?<!\d@)[-+]?[0-4]|-[0-4])\s*$/;
const ROW = '<img alt="" hidden><b class="lora-name" translate="no"></b><span class="lora-moves">'
  + '<button type="button" data-do="up" aria-label="Move up" title="Move up">↑</button>'
  + '<button type="button" data-do="down" aria-label="Move down" title="Move down">↓</button>'
  + '<button type="button" data-do="out" aria-label="Remove" title="Remove">✕</button></span>'
  + '<input type="range" min="-1" max="2" step="0.05" aria-label="Weight"><input type="number" min="-4" max="4" step="0.05" aria-label="Weight">'
  + '<span class="lora-words"></span>';
const DIALOG = '<header><h2>LoRAs</h2><input type="search" placeholder="Search by name or trigger word" aria-label="Search by name or trigger word" autocomplete="off">'
  + '<button type="button" class="close" aria-label="Close">✕</button></header><div class="lora-cards"></div>'
  + '<p class="lora-none" hidden></p>';
const EMPTY = 'No LoRA lies in the folder loras of the data folder yet: put .safetensors files there, or start with --models.';
const NO_MATCH = 'No LoRA has this name or word.';
const LOST = 'The list did not arrive: close it and try again.';
const ELSEWHERE = 'This backend names LoRAs by identifiers of its own: write them as lines, with @ and the weight.';

let server = null, box = null, tell = () => {}, rows = null, dialog = null, cards = new Map(), watcher = null, asked = 0, elsewhere = false;
const pictures = new Map();

export function mount_loras(given) { server = given.server; }

// Lay the rows under the lines; what is returned draws them anew.
export function lay_loras(place, told) {
  box = place.querySelector('textarea');
  tell = told;
  rows = document.createElement('div');
  rows.className = 'lora-rows';
  rows.setAttribute('role', 'list');
  const choose = document.createElement('button');
  Object.assign(choose, {type: 'button', id: 'choose-loras', textContent: 'Choose LoRAs'});
  choose.addEventListener('click', open);
  place.append(rows, choose);
  rows.addEventListener('click', pressed);
  rows.addEventListener('input', slid);
  rows.addEventListener('change', weighed);
  box.addEventListener('input', draw);
  draw();
  return draw;
}

function parsed(line) {
  const at = line.lastIndexOf(' @');
  if (at >= 0) return {model: line.slice(0, at).trim(), weight: line.slice(at + 2).trim()};
  const found = CLOSE.exec(line);
  return found ? {model: found.groups.model.trim(), weight: found.groups.weight} : {model: line, weight: '1'};
}

const read = () => box.value.split('\n').map(line => line.trim()).filter(Boolean).map(parsed);

function keep(list) {
  box.value = list.map(({model, weight}) => `${model} @ ${weight}`).join('\n');
  tell();
}

function write(list) { keep(list); draw(); }

function draw() {
  rows.replaceChildren(...read().map(row));
  if (dialog?.open) mark();
}

function row({model, weight}, at, all) {
  const made = document.createElement('div'), card = cards.get(model);
  made.className = 'lora';
  made.setAttribute('role', 'listitem');
  made.dataset.at = at;
  made.innerHTML = ROW;
  const name = made.querySelector('.lora-name'), [slider, number] = made.querySelectorAll('input');
  name.textContent = card?.title || model;
  name.title = model;
  for (const input of [slider, number]) { input.value = weight; input.setAttribute('aria-label', `Weight: ${card?.title || model}`); }
  fill(slider);
  made.querySelector('[data-do=up]').disabled = at === 0;
  made.querySelector('[data-do=down]').disabled = at === all.length - 1;
  made.querySelector('.lora-words').append(...words(card));
  if (card?.pictured) picture(made.querySelector('img'), model);
  return made;
}

function words(card) {
  return (card?.words || []).map(word => {
    const button = document.createElement('button');
    Object.assign(button, {type: 'button', textContent: word, title: 'Add to the prompt'});
    button.dataset.word = word;
    button.setAttribute('translate', 'no');
    return button;
  });
}

function fill(slider) { slider.style.setProperty('--fill', `${100 * (slider.value - slider.min) / (slider.max - slider.min)}%`); }

function pressed({target}) {
  const button = target.closest('button');
  if (!button) return;
  if (button.dataset.word) { add_word(button.dataset.word); return; }
  const list = read(), at = +button.closest('[data-at]').dataset.at, to = at + {up: -1, down: 1, out: 0}[button.dataset.do];
  const [moved] = list.splice(at, 1);
  if (button.dataset.do !== 'out') list.splice(to, 0, moved);
  write(list);
  const next = rows.children[Math.min(to, list.length - 1)];
  (next?.querySelector(`[data-do=${button.dataset.do}]:not(:disabled)`) || next?.querySelector('button:not(:disabled)') || document.querySelector('#choose-loras')).focus();
}

function add_word(word) {
  const prompt = document.querySelector('#prompt textarea').value.trim();
  if (!prompt.toLowerCase().includes(word.toLowerCase())) write_prompt(prompt ? `${prompt}, ${word}` : word);
}

// The row stays as it is while its slider is held.
function slid({target}) {
  const line = target.closest('[data-at]'), list = read();
  if (target.value === '') return;
  list[+line.dataset.at].weight = `${+target.value}`;
  for (const input of line.querySelectorAll('input')) if (input !== target) input.value = target.value;
  fill(line.querySelector('input[type=range]'));
  keep(list);
}

// Beyond the ends a number goes to the nearer one, as everywhere on the sheet.
function weighed({target}) {
  if (target.type === 'number') target.value = Math.min(4, Math.max(-4, target.value === '' ? 1 : +target.value));
  slid({target});
}

async function picture(image, model) {
  const key = `${chosen()} ${model}`;
  if (!pictures.has(key)) pictures.set(key, server.lora_picture([chosen(), model]).catch(() => ''));
  const url = await pictures.get(key);
  if (url) { image.src = url; image.hidden = false; }
}

function lay() {
  dialog = document.createElement('dialog');
  dialog.id = 'lora-picker';
  dialog.setAttribute('aria-label', 'Choose LoRAs');
  dialog.innerHTML = DIALOG;
  dialog.addEventListener('click', event => {
    if (event.target === dialog || event.target.closest('.close')) dialog.close();
    const card = event.target.closest('[data-lora]');
    if (card) toggle(card.dataset.lora);
  });
  dialog.querySelector('input').addEventListener('input', search);
  dialog.addEventListener('close', () => document.querySelector('#choose-loras')?.focus());
  watcher = new IntersectionObserver(seen => {
    for (const {target, isIntersecting} of seen) if (isIntersecting) { watcher.unobserve(target); picture(target.querySelector('img'), target.dataset.lora); }
  });
  lay_over(dialog);
}

async function open() {
  if (!dialog) lay();
  const mine = ++asked, input = dialog.querySelector('input');
  input.value = '';
  say('');
  dialog.querySelector('.lora-cards').replaceChildren();
  dialog.showModal();
  input.focus();
  try {
    const found = await server.lora_cards(chosen());
    if (mine !== asked) return;
    elsewhere = found === null;
    cards = new Map((found || []).map(card => [card.id, card]));
    dialog.querySelector('.lora-cards').replaceChildren(...[...cards.values()].map(card_of));
    for (const card of dialog.querySelectorAll('[data-pictured]')) watcher.observe(card);
    search();
    draw();
  } catch {
    if (mine === asked) say(LOST);
  }
}

function card_of(card) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'lora-card';
  made.dataset.lora = card.id;
  made.disabled = Boolean(card.problem);
  made.innerHTML = '<span class="lora-picture"><img alt="" hidden></span><b translate="no"></b><span class="lora-about" translate="no"></span><span class="lora-problem"></span><span class="lora-words" translate="no"></span>';
  made.querySelector('b').textContent = card.title;
  made.querySelector('.lora-about').textContent = card.title === card.id ? card.about : `${card.id} · ${card.about}`;
  made.querySelector('.lora-problem').textContent = card.problem;
  made.querySelector('.lora-words').textContent = card.words.join(', ');
  if (card.pictured) made.dataset.pictured = '';
  return made;
}

function search() {
  const wanted = dialog.querySelector('input').value.trim().toLowerCase().split(/\s+/);
  let shown = 0;
  for (const made of dialog.querySelectorAll('[data-lora]')) {
    const card = cards.get(made.dataset.lora), said = [card.title, card.id, ...card.words].join(' ').toLowerCase();
    made.hidden = !wanted.every(word => said.includes(word));
    shown += !made.hidden;
  }
  say(shown ? '' : cards.size ? NO_MATCH : elsewhere ? ELSEWHERE : EMPTY);
}

function say(text) {
  const place = dialog.querySelector('.lora-none');
  place.textContent = text;
  place.hidden = !text;
}

function toggle(id) {
  const list = read(), at = list.findIndex(each => each.model === id);
  if (at >= 0) list.splice(at, 1);
  else list.push({model: id, weight: `${cards.get(id).weight}`});
  write(list);
}

function mark() {
  const worn = new Set(read().map(each => each.model));
  for (const made of dialog.querySelectorAll('[data-lora]')) made.setAttribute('aria-pressed', worn.has(made.dataset.lora));
}
