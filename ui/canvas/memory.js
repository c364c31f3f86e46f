// The easel's memory: the picture by its upload, with the file itself in case the server has forgotten it, and the mask.
const KEEP_MS = 100;
let keeping = null, recalled = false, unsaved = false, written_down = Promise.resolve();
const lay_before = laid_by('easel');

function remember_easel() {
  if (!recalled) return;
  unsaved = Boolean(picture);
  clearTimeout(keeping);
  keeping = setTimeout(() => { written_down = written_down.then(write_down); }, KEEP_MS);
}
async function write_down() {
  const shown = picture, mask = shown && deeds.length + Boolean(base) ? await new Promise(done => canvas.toBlob(done)) : null;
  await lay_by('easel', shown && {picture: shown, file: brought, mask}).then(() => { unsaved = false; }, () => {});
}
async function recall() {
  const kept = await lay_before;
  recalled = true;
  if (picture || !kept) { remember_easel(); return; }
  const drawn = kept.mask && await createImageBitmap(kept.mask), there = await still_there(kept.picture.url);
  if (picture) return;
  const painted = () => { if (drawn) act({kind: 'loaded', picture: drawn}); };
  const again = () => kept.file ? take(kept.file, painted) : complain('The picture that lay here is no longer on the server: choose it again.');
  if (there) show(kept.picture, kept.picture.url, {file: kept.file, shown: painted, failed: again});
  else again();
}
when_started(recall);
// What a browser can't keep must not be lost without a word.
window.addEventListener('beforeunload', event => { if (unsaved) event.preventDefault(); });
