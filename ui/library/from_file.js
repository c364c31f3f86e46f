const input = element.querySelector('input'), veil = element.querySelector('.drop-veil');
let depth = 0;
// As many as the server reads, and one more, so that it can say that there were more.
const MOST = 11;
async function take(dropped) {
  const files = [];
  for (const file of [...dropped].filter(one => one && one.type.startsWith('image/')).slice(0, MOST)) {
    files.push({path: (await upload(file)).path, name: file.name});
  }
  if (files.length) trigger('dropped', {files});
}
input.addEventListener('change', () => { const chosen = [...input.files]; input.value = ''; take(chosen); });
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
  if (file && (document.getElementById('main').dataset.mode ?? 'text_to_image') === 'text_to_image') { event.preventDefault(); take([file]); }
});
document.addEventListener('drop', event => {
  depth = 0; veil.classList.remove('on');
  if (!elsewhere(event) || !event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
