// Further control pictures: a row each, whose values are the request's `controls`.
const root = element.querySelector('.further'), rows = root.querySelector('.further-rows');
const hint = root.querySelector('.hint'), add = root.querySelector('[data-do=add]');
const blank = element.querySelector('template').content.firstElementChild;
const FIRST = {image: null, preprocess: 'canny', scale: .75, start: 0, end: .8, low_threshold: 100, high_threshold: 200};
let list = [], settled = null;

const allowed = () => Math.max(0, props.most - (document.getElementById('main').dataset.mode === 'controlnet'));

function tell() { settled = list.map(each => ({...each})); props.value = settled; window.playground_form?.look(); keep(); }

// They are kept only once those of before have come back, which an empty list must not replace.
const lay_before = laid_by('controls');
let recalled = false;
function keep() { if (recalled) lay_by('controls', list).catch(() => {}); }
async function recall() {
  const kept = await lay_before ?? [], there = await Promise.all(kept.map(each => each.image && still_there(each.image.url)));
  recalled = true;
  if (list.length || !kept.length) { keep(); return; }
  list = kept.map((each, at) => there[at] ? each : {...each, image: null});
  draw(); tell();
  if (there.includes(false)) say('A picture that lay here is no longer on the server: choose it again.');
}

function say(text) { hint.textContent = text; hint.hidden = !text; }

function lay_out() {
  root.hidden = !allowed() && !list.length;
  add.hidden = list.length >= allowed();
  const over = list.length - allowed();
  say(over > 0 ? `This backend takes ${allowed()} further controls here: remove ${over}, or choose another backend.` : '');
}

function draw() {
  rows.replaceChildren(...list.map((each, at) => {
    const row = blank.cloneNode(true), picture = row.querySelector('img');
    row.dataset.at = at;
    row.querySelector('legend').textContent = `Further control ${at + 1}`;
    for (const field of row.querySelectorAll('[data-name]')) field.value = each[field.dataset.name];
    for (const field of row.querySelectorAll('[data-canny]')) field.hidden = each.preprocess !== 'canny';
    if (each.image) { picture.src = each.image.url; picture.hidden = false; row.querySelector('span').hidden = true; }
    return row;
  }));
  lay_out();
}

async function take(at, file) {
  if (!file) return;
  try {
    const sent = await upload(file);
    list[at].image = {path: sent.path, url: sent.url, orig_name: file.name, meta: {_type: 'gradio.FileData'}};
    draw(); tell();
  } catch (error) { say('The upload did not arrive: try it again.'); }
}

root.addEventListener('click', event => {
  const deed = event.target.closest('[data-do]');
  if (!deed) return;
  if (deed.dataset.do === 'add') list.push({...FIRST});
  else list.splice(+deed.closest('.further-row').dataset.at, 1);
  draw(); tell();
});
root.addEventListener('change', event => {
  const at = +event.target.closest('.further-row').dataset.at, {name} = event.target.dataset;
  if (event.target.type === 'file') { take(at, event.target.files[0]); return; }
  list[at][name] = name === 'preprocess' ? event.target.value : event.target.value === '' ? null : +event.target.value;
  if (name === 'preprocess') draw();
  tell();
});
watch('value', () => {
  if (props.value === settled) return;
  list = (props.value || []).map(each => ({...FIRST, ...each}));
  settled = props.value;
  draw(); keep();
});
watch('most', lay_out);
when_started(recall);
new MutationObserver(lay_out).observe(document.getElementById('main'), {attributes: true, attributeFilter: ['data-mode']});
draw();
