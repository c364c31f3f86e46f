// A file that is chosen for them brings its settings; so does their text, in the place of words. What is dropped asks.
import {bring, files_of, mount_bringing} from './brought/bringing.js';
import {pasted_files} from '../events/clipboard.js';
import {when_prompt, when_values} from '../events/followers.js';
import {MODES, mode} from '../events/mode.js';
import {limits} from '../limits.js';

// Settings that another program wrote as a text; the server says whether they are any.
const SETTINGS = /\bSteps: ?\d|^\s*\{\s*"z-image-playground"/;
let place = null, depth = 0, settings = '', turns = 0;

export function mount_dropzone({element, trigger, upload}) {
  place = {trigger, upload, veil: element.querySelector('.drop-veil')};
  mount_bringing({element, upload, restore: files => trigger('dropped', {files}), told: text => trigger('pasted', text)});
  chosen(element.querySelector('.bring-file input'), bring);
  chosen(element.querySelector('.restore-file input'), take);
  document.addEventListener('dragenter', event => { if (carries(event)) { depth += 1; place.veil.classList.toggle('on', elsewhere(event)); } });
  document.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) lift(); });
  document.addEventListener('dragover', event => { if (carries(event)) event.preventDefault(); });
  document.addEventListener('drop', dropped);
  document.addEventListener('paste', brought);
}

function chosen(input, then) {
  input.addEventListener('change', () => { const files = [...input.files]; input.value = ''; then(files); });
}

function lift() { depth = 0; place.veil.classList.remove('on'); }

// What is dropped later counts, also where the files before take longer on their way.
async function take(given) {
  const files = [], mine = ++turns;
  // As many as the server reads, and one more, so that it can say that there were more.
  for (const file of [...given].filter(one => one.type.startsWith('image/')).slice(0, limits.read_files + 1)) {
    files.push({path: (await place.upload(file)).path, name: file.name});
  }
  if (files.length && mine === turns) place.trigger('dropped', {files});
}

function read(text) {
  const told = settings;
  settings = SETTINGS.test(text) ? text : '';
  if (settings && settings !== told) place?.trigger('pasted', {text});
}
when_prompt(read);
when_values(({prompt}) => read(prompt ?? ''));

const carries = event => [...(event.dataTransfer ? event.dataTransfer.items : [])].some(item => item.kind === 'file');
const elsewhere = event => !event.target.closest?.('.easel');

// The easel takes a single picture that is dropped on it by itself, and lets all else through.
async function dropped(event) {
  lift();
  if (!carries(event)) return;
  event.preventDefault();
  bring(await files_of(event.dataTransfer));
}

// Where a picture is worked on, a single pasted one takes its place.
function brought(event) {
  const files = pasted_files(event);
  if (!files.length || (files.length === 1 && files[0].type.startsWith('image/') && mode() !== MODES[0])) return;
  event.preventDefault();
  bring(files);
}
