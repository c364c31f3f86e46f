// Pictures that are dropped, pasted or chosen: sent as they are, then it is asked what shall become of them.
import {show} from '../../canvas/picture.js';
import {open_tab} from '../../events/mode.js';
import {chosen_backend, tell} from '../../events/page_events.js';
import {send} from '../../events/sending.js';
import {lay_pictures} from '../../experiments/batch.js';
import {limits} from '../../limits.js';

// A recipe that was saved as text or JSON.
const TEXTS = /^(text\/plain|application\/json)$/, TEXT_BYTES = 2 ** 18;
const SYSTEMS = /^(\.|Thumbs\.db$|desktop\.ini$)/;  // what a system lays into folders
let place = null, turns = 0, here = [];

export function mount_bringing({element, upload, restore, told}) {
  place = {upload, restore, told, status: element.querySelector('[role=status]')};
  document.addEventListener('click', ({target}) => {
    const way = target.closest('#over-page [data-into]');
    if (way) go(way.dataset.into);
  });
}

// What is brought later counts, also where the pictures before take longer on their way.
export async function bring(given) {
  const mine = ++turns, all = [...given], [only] = all;
  if (!all.length) return;
  if (all.length === 1 && TEXTS.test(only.type) && only.size <= TEXT_BYTES) { place.told({text: await only.text(), name: only.name}); return; }
  const {sent, refused} = await send(all, place.upload, {say, over: () => mine !== turns});
  if (mine !== turns) return;
  here = sent;
  ask('bring', {refused: JSON.stringify(refused)});
}

function say(text) {
  place.status.hidden = !text;
  place.status.textContent = text;
}

const files = () => here.map(({path, name}) => ({path, name}));
const ask = (act, more) => tell('act', {act, files: JSON.stringify(files()), backend: chosen_backend(), ...more});

function go(into) {
  const sheet = document.getElementById('over-page'), usable = sheet.querySelector('[data-usable]').dataset.usable.split(' ');
  here = here.filter((_, at) => usable.includes(`${at}`));
  sheet.close();
  if (into === 'settings') place.restore(files());
  else if (into.startsWith('each ')) lay_pictures(files(), into.slice('each '.length));
  else if (into === 'controls') ask('bring-controls');
  else if (into === 'upscale') ask('bring-upscale', {prompt: document.querySelector('#prompt textarea').value});
  else lay(into);
}

function lay(mode) {
  const [{path, url, name, file}] = here;
  open_tab(mode);
  show({path, orig_name: name}, url, {file});
}

// Of a folder every file in it, and in its folders; asked for at once, since a drop forgets what it brought.
export function files_of({items, files: given}) {
  const entries = [...items].map(item => item.webkitGetAsEntry?.()).filter(Boolean), plain = [...given];
  return entries.some(each => each.isDirectory) ? walk(entries) : Promise.resolve(plain);
}

async function walk(entries, found = []) {
  for (const entry of entries) {
    if (found.length > 2 * limits.brought) break;
    if (SYSTEMS.test(entry.name)) continue;
    if (entry.isDirectory) await walk(await children(entry.createReader()), found);
    else await new Promise(done => entry.file(file => { found.push(file); done(); }, done));  // one that can't be read keeps no other back
  }
  return found;
}

async function children(reader) {
  const all = [];
  for (;;) {
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return all.sort((one, two) => one.name.localeCompare(two.name, 'en', {numeric: true}));
    all.push(...part);
  }
}
