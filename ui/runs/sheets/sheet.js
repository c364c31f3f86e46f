// A sheet over the page: an enlargement's choices, whose button starts the run; a result over what it was made of.
import {tell} from '../../events/page_events.js';
import {lay_over} from '../../events/seen.js';

export function mount_sheet({props, watch}) {
  const sheet = document.createElement('dialog');
  sheet.id = 'over-page';
  lay_over(sheet);
  watch('value', () => { if (props.value) show(sheet, props.value); });
  sheet.addEventListener('change', () => { show_method(sheet); say_price(sheet); });
  sheet.addEventListener('input', event => { if (event.target.matches('[data-cut]')) cut(event.target); });
  sheet.addEventListener('click', event => {
    if (event.target === sheet || event.target.closest('[data-close]')) sheet.close();
    if (event.target.closest('[data-go]')) start(sheet);
  });
}

function show(sheet, html) {
  sheet.innerHTML = html;
  sheet.setAttribute('aria-label', sheet.querySelector('h2').textContent);
  if (!sheet.open) sheet.showModal();
  sheet.querySelector('[autofocus]').focus();
  show_method(sheet);
  say_price(sheet);
}

// What acts with another method alone is neither seen nor told.
function show_method(sheet) {
  const method = sheet.querySelector('[data-field=method]')?.value;
  for (const each of sheet.querySelectorAll('[data-only]')) each.hidden = each.dataset.only !== method;
}

const cut = slider => slider.parentElement.querySelector('.over').style.setProperty('--cut', `${slider.value}%`);

function chosen(sheet) {
  const seen = [...sheet.querySelectorAll('[data-field]')].filter(each => !each.closest('[hidden]'));
  return Object.fromEntries(seen.map(each => [each.dataset.field, each.value]));
}

function say_price(sheet) {
  const button = sheet.querySelector('[data-go]');
  if (!button) return;
  const {method, factor, upscaler} = chosen(sheet), find = name => sheet.querySelector(`[data-field=${name}]`);
  const steps = find('steps'), hold = find('control_scale');
  // Only the usual steps were estimated, and only with the ControlNet, or without it, as the sheet begins.
  const as_begun = steps.value === steps.defaultValue && !+hold.value === !+hold.defaultValue;
  const known = method === 'sharp' || as_begun;
  const price = known && JSON.parse(button.dataset.prices)[`${method} ${factor} ${upscaler}`];
  button.querySelector('[data-price]').textContent = price ? ` · ${price}` : '';
}

function start(sheet) {
  const {run, index} = sheet.querySelector('[data-run]').dataset;
  tell('vary', {act: 'upscale', run, index, ...chosen(sheet)});
  sheet.close();
}
