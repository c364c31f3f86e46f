const input = element.querySelector('input'), veil = element.querySelector('.drop-veil');
let depth = 0;
async function take(file) {
  if (!file || !file.type.startsWith('image/')) return;
  const sent = await upload(file);
  trigger('dropped', {path: sent.path, name: file.name});
}
input.addEventListener('change', () => { take(input.files[0]); input.value = ''; });
// Settings that another program wrote as a text, in the place of words; the server says whether they are any.
const SETTINGS = /\bSteps: ?\d/;
let settings = '';
window.playground_settings = text => {
  const told = settings;
  settings = SETTINGS.test(text) ? text : '';
  if (settings && settings !== told) trigger('pasted', {text});
};
const carries = event => [...(event.dataTransfer ? event.dataTransfer.items : [])].some(item => item.kind === 'file');
const elsewhere = event => !event.target.closest || !event.target.closest('.easel');
document.addEventListener('dragenter', event => { if (carries(event)) { depth += 1; veil.classList.toggle('on', elsewhere(event)); } });
document.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) { depth = 0; veil.classList.remove('on'); } });
document.addEventListener('dragover', event => { if (carries(event)) event.preventDefault(); });
// Where no picture is worked on, a pasted one can only bring its settings.
document.addEventListener('paste', event => {
  const file = window.playground.pasted(event);
  if (file && (document.getElementById('main').dataset.mode ?? 'text_to_image') === 'text_to_image') { event.preventDefault(); take(file); }
});
document.addEventListener('drop', event => {
  depth = 0; veil.classList.remove('on');
  if (!elsewhere(event) || !event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});
