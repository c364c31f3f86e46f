// A file that is dropped, pasted or chosen brings its settings; so does their text, in the place of words.
import {pasted} from '../events/clipboard.js';
import {when_prompt, when_values} from '../events/followers.js';
import {MODES, mode} from '../events/mode.js';
import {limits} from '../limits.js';

// Settings that another program wrote as a text; the server says whether they are any.
const SETTINGS = /\bSteps: ?\d/;
let place = null, depth = 0, settings = '', turns = 0;

export function mount_dropzone({element, trigger, upload}) {
  const input = element.querySelector('input');
  place = {trigger, upload, veil: element.querySelector('.drop-veil')};
  input.addEventListener('change', () => { const chosen = [...input.files]; input.value = ''; take(chosen); });
  document.addEventListener('dragenter', event => { if (carries(event)) { depth += 1; place.veil.classList.toggle('on', elsewhere(event)); } });
  document.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) lift(); });
  document.addEventListener('dragover', event => { if (carries(event)) event.preventDefault(); });
  document.addEventListener('drop', dropped);
  document.addEventListener('paste', brought);
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

function dropped(event) {
  lift();
  if (!elsewhere(event) || !event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
}

// Where no picture is worked on, a pasted one can only bring its settings.
function brought(event) {
  const file = pasted(event);
  if (file && mode() === MODES[0]) { event.preventDefault(); take([file]); }
}
