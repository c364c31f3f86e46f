// A file of prompts is read here, into the field where its lines can be seen and changed.
import {write} from '../events/fields.js';

export function mount_batch({element, props}) {
  element.addEventListener('change', async event => {
    const [file] = event.target.files, wrong = element.querySelector('.over');
    if (!file) return;
    try {
      if (file.size > props.most) throw new RangeError();
      write('#batch-lines', new TextDecoder('utf-8', {fatal: true}).decode(await file.arrayBuffer()));
      wrong.hidden = true;
    } catch { wrong.hidden = false; }
    event.target.value = '';  // the same file may be chosen again
  });
}
