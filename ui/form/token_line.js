// Short prompts are never asked about: 300 characters are far from every limit.
const LONG = 300, PAUSE_MS = 400;
let waiting = null;
window.playground_tokens = prompt => {
  clearTimeout(waiting);
  if ((prompt || '').length < LONG) { if (props.value) props.value = ''; return; }
  waiting = setTimeout(() => trigger('count'), PAUSE_MS);
};
