// A sheet over the page: an enlargement's choices, whose button starts the run; a result over what it was made of.
import {copy} from '../../events/clipboard.js';
import {tell} from '../../events/page_events.js';
import {lay_over} from '../../events/seen.js';

export function mount_sheet({props, watch}) {
  const sheet = document.createElement('dialog');
  sheet.id = 'over-page';
  lay_over(sheet);
  watch('value', () => { if (props.value) show(sheet, props.value); });
  sheet.addEventListener('change', () => { show_method(sheet); say_price(sheet); });
  sheet.addEventListener('input', event => { if (event.target.matches('[data-cut]')) cut(event.target); });
  sheet.addEventListener('submit', event => { if (event.target.dataset.form) { event.preventDefault(); send(sheet, event.target); } });
  sheet.addEventListener('click', event => {
    if (event.target === sheet || event.target.closest('[data-close], [data-act]')) sheet.close();
    if (event.target.closest('[data-go]')) start(sheet);
    const copies = event.target.closest('[data-copies]');
    if (copies) copy(copies.dataset.copies, copies);
  });
}

// A form on it asks as a button on a card does, with what was written in it.
function send(sheet, form) {
  const {form: act, ...rest} = form.dataset;
  tell('act', {act, ...rest, ...Object.fromEntries(new FormData(form))});
  sheet.close();
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

// The price was estimated for each choice of the fields that are marked as its key.
function say_price(sheet) {
  const button = sheet.querySelector('[data-go]');
  if (!button) return;
  const key = [...sheet.querySelectorAll('[data-key]')].map(each => each.value).join(' ');
  const price = as_estimated(sheet) && JSON.parse(button.dataset.prices)[key];
  button.querySelector('[data-price]').textContent = price ? ` · ${price}` : '';
}

// Of a redraw only the usual steps were estimated, and only with the ControlNet, or without it, as the sheet begins.
function as_estimated(sheet) {
  const [steps, hold] = ['steps', 'control_scale'].map(name => sheet.querySelector(`[data-field=${name}]`));
  if (!steps || chosen(sheet).method === 'sharp') return true;
  return steps.value === steps.defaultValue && !+hold.value === !+hold.defaultValue;
}

function start(sheet) {
  const {run, index, picture, starts} = sheet.querySelector('[data-starts]').dataset;
  tell('vary', {act: starts, ...(picture ? {picture} : {run, index}), ...chosen(sheet)});
  sheet.close();
}
