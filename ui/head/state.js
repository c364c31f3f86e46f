// How the chosen backend stands, and what can be done about it, such as a download.
import {heard_maker} from '../events/page_events.js';

export function mount_state({element, props, trigger, watch}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-action]');
    if (button) { button.disabled = true; trigger('act', {action: button.dataset.action}); }
  });
  watch('value', () => {
    const holder = document.createElement('template');
    holder.innerHTML = props.value;
    heard_maker(holder.content.querySelector('[data-maker]')?.dataset.maker);
  });
}
