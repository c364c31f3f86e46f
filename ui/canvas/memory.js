// The easel's memory: the picture by its upload, with the file itself in case the server has forgotten it, and the mask.
import {easel, when} from './easel.js';
import {laid_by, lay_by, still_there} from './kept_pictures.js';
import {act, has_deeds} from './mask.js';
import {complain, show, take} from './picture.js';
import {when_started} from '../events/followers.js';

const KEEP_MS = 100;
let keeping = null, recalled = false, unsaved = false, written_down = Promise.resolve();

export function mount_memory() {
  const lay_before = laid_by('easel');
  when_started(() => recall(lay_before));
  // What a browser can't keep must not be lost without a word.
  window.addEventListener('beforeunload', event => { if (unsaved) event.preventDefault(); });
}

function remember() {
  if (!recalled) return;
  unsaved = Boolean(easel.picture);
  clearTimeout(keeping);
  keeping = setTimeout(() => { written_down = written_down.then(write_down); }, KEEP_MS);
}
when('drawn', remember);
when('changed', remember);

async function write_down() {
  const {picture, brought, canvas} = easel;
  const mask = picture && has_deeds() ? await new Promise(done => canvas.toBlob(done)) : null;
  await lay_by('easel', picture && {picture, file: brought, mask}).then(() => { unsaved = false; }, () => {});
}

async function recall(lay_before) {
  const kept = await lay_before;
  recalled = true;
  if (easel.picture || !kept) { remember(); return; }
  const drawn = kept.mask && await createImageBitmap(kept.mask), there = await still_there(kept.picture.url);
  if (easel.picture) return;
  const painted = () => { if (drawn) act({kind: 'loaded', picture: drawn}); };
  const again = () => kept.file ? take(kept.file, painted) : complain('The picture that lay here is no longer on the server: choose it again.');
  if (there) show(kept.picture, kept.picture.url, {file: kept.file, shown: painted, failed: again});
  else again();
}
