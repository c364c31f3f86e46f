// A result's link, on a sheet over the page: made when it is asked for, copied at once, taken back by its own button.
const sheet = document.createElement('dialog');
sheet.id = 'link-sheet';
sheet.setAttribute('aria-label', 'Link to this result');
document.querySelector('gradio-app, .gradio-container, body').append(sheet);

async function copy() {
  const address = sheet.querySelector('input');
  const copied = await window.playground.copy(address.value, sheet.querySelector('[data-copy-address]'));
  if (!address.isConnected) return;
  for (const told of sheet.querySelectorAll('[data-told]')) told.hidden = (told.dataset.told === 'copied') !== copied;
  if (!copied) address.select();
}

watch('value', () => {
  if (!props.value) return;
  sheet.innerHTML = props.value;
  if (!sheet.open) sheet.showModal();
  sheet.querySelector('[autofocus]').focus();
  if (sheet.querySelector('input')) copy();
});
sheet.addEventListener('click', event => {
  if (event.target === sheet || event.target.closest('[data-close]')) sheet.close();
  if (event.target.closest('[data-copy-address]')) copy();
});
