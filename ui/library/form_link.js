// The form's link: copied once it is there, if the browser lets a page do so, and by its own button.
import {copy} from '../events/clipboard.js';

export function mount_form_link({element}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-copy-link]');
    if (button) copy(button.previousElementSibling.href, button);
    if (event.target.closest('[data-close]')) element.querySelector('.form-link').remove();
  });
}

export function copy_form_link() { document.querySelector('#form-link [data-copy-link]')?.click(); }
