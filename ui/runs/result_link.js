// A result's link, on a sheet over the page: made when it is asked for, copied at once, taken back by its own button.
import {copy} from '../events/clipboard.js';
import {lay_over} from '../events/seen.js';

export function mount_result_link({props, watch}) {
  const sheet = document.createElement('dialog');
  sheet.id = 'link-sheet';
  sheet.setAttribute('aria-label', 'Link to this result');
  lay_over(sheet);
  watch('value', () => { if (props.value) show(sheet, props.value); });
  sheet.addEventListener('click', event => {
    if (event.target === sheet || event.target.closest('[data-close]')) sheet.close();
    if (event.target.closest('[data-copy-address]')) copy_address(sheet);
  });
}

function show(sheet, html) {
  sheet.innerHTML = html;
  if (!sheet.open) sheet.showModal();
  sheet.querySelector('[autofocus]').focus();
  if (sheet.querySelector('input')) copy_address(sheet);
}

async function copy_address(sheet) {
  const address = sheet.querySelector('input');
  const copied = await copy(address.value, sheet.querySelector('[data-copy-address]'));
  if (!address.isConnected) return;
  for (const told of sheet.querySelectorAll('[data-told]')) told.hidden = (told.dataset.told === 'copied') !== copied;
  if (!copied) address.select();
}
