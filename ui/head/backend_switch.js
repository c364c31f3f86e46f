// In the switch of backends, those that can't do the open mode say so.
import {when_started, when_values} from '../events/followers.js';

let able = {}, open = 'text_to_image';

function note_of(option) {
  const modes = Object.values(able)[option.dataset.index];  // Its label may be another language's.
  return !modes || modes.includes(open) ? '' : `doesn't do ${document.getElementById(`tab-${open}-button`).textContent.trim()}`;
}

function mark() {
  for (const option of document.querySelectorAll('#backend [role=option]')) {
    const note = note_of(option), told = option.querySelector('.unable');
    if (Boolean(note) === Boolean(told)) continue;
    told?.remove();
    if (!note) continue;
    option.setAttribute('aria-description', note);
    option.append(Object.assign(document.createElement('small'), {className: 'unable', textContent: note}));
  }
}

when_values((values, {modes}) => { able = modes; open = values.mode; mark(); });
when_started(() => {
  new MutationObserver(mark).observe(document.getElementById('backend'), {childList: true, subtree: true});
});
