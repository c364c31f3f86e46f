// A file of prompts is read here, into the field where its lines can be seen and changed.
import {write} from '../events/fields.js';
import {when_values} from '../events/followers.js';

const PLACE = '#batch-lines';
let priced = '';

export const batch_lines = () => document.querySelector(`${PLACE} textarea`)?.value ?? '';

export function mount_batch({element, props, trigger}) {
  // The price follows the lines and whatever else the form says; without a line it is told once that there is none.
  when_values(values => {
    const lines = batch_lines(), now = lines.trim() && JSON.stringify([lines, values]);
    if (now !== priced) { priced = now; trigger('priced'); }
  });
  element.addEventListener('change', async event => {
    const [file] = event.target.files, wrong = element.querySelector('.over');
    if (!file) return;
    try {
      if (file.size > props.most) throw new RangeError();
      write(PLACE, new TextDecoder('utf-8', {fatal: true}).decode(await file.arrayBuffer()));
      wrong.hidden = true;
    } catch { wrong.hidden = false; }
    event.target.value = '';  // the same file may be chosen again
  });
}
