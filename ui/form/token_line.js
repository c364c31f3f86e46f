// Short prompts are never asked about: 300 characters are far from every limit.
import {when_prompt, when_values} from '../events/followers.js';

const LONG = 300, PAUSE_MS = 400;
let line = null, waiting = null, written = null;

export function mount_token_line({props, trigger}) { line = {props, trigger}; }

function ask(prompt) {
  if (!line) return;
  clearTimeout(waiting);
  if ((prompt || '').length < LONG) { if (line.props.value) line.props.value = ''; return; }
  waiting = setTimeout(() => line.trigger('count'), PAUSE_MS);
}

when_prompt(ask);
when_values(({prompt, styles, backend}) => {
  const now = JSON.stringify([prompt, styles, backend]);
  if (now !== written) ask(prompt);
  written = now;
});
