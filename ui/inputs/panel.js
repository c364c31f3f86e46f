// The sheet: its value holds every cell's; what the server changes comes as changes of single cells.
import {lay_loras} from './loras.js';
import {PartList} from './part_list.js';
import {when_started} from '../events/followers.js';
import {limits} from '../limits.js';

const cells = {};
let props = null;

export function mount_panel(given) {
  const {element, watch} = given;
  props = given.props;
  for (const place of element.querySelectorAll('[data-cell]')) cells[place.dataset.cell] = {place, ...kind(place)};
  element.addEventListener('input', typed);
  element.addEventListener('change', left);
  for (const range of element.querySelectorAll('input[type=range]')) slide(range, range.value);
  watch('changes', () => { if (props.changes) lay(props.changes.cells); });
}

// Write values into the cells that have these names.
function fill(values) {
  if (props) lay(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, {value}])));
}
when_started(fill);

function kind(place) {
  const range = place.querySelector('input[type=range]');
  const box = place.querySelector('input[type=number]') ?? place.querySelector('input, select, textarea');
  switch (place.dataset.kind) {
    case 'check': return {read: () => box.checked, write: value => { box.checked = Boolean(value); }};
    case 'part': return {read: () => undefined, write: () => {}};
    case 'entries': return parts(place);
    case 'number': return {
      read: () => Number.isFinite(box.valueAsNumber) ? box.valueAsNumber : '',
      write: value => { box.value = value ?? ''; if (range && box.value !== '') slide(range, box.value); },
    };
    case 'switched': return switched(place, box, range);
    case 'lines': if (place.dataset.cell === 'loras') return loras(place, box);  // falls through
    default: return {read: () => box.value, write: value => { box.value = value ?? ''; }};
  }
}

function parts(place) {
  const {many, heading} = place.querySelector('.entries').dataset, list = new PartList(place, tell, {heading, many: many === 'yes'});
  return {read: () => list.read(), write: value => list.write(value)};
}

// A number that is off at one value: the switch sets it to its usual one, and its own input is there only then.
function switched(place, box, range) {
  const on = place.querySelector('input[type=checkbox]'), off = +on.dataset.off;
  const with_it = place.parentElement.querySelectorAll(`[data-within="${place.dataset.cell}"]`);
  const show = () => { for (const each of with_it) each.dataset.idle = on.checked ? 'no' : 'yes'; };
  const write = value => {
    on.checked = (value ?? '') !== '' && +value !== off;
    if (on.checked) { box.value = value; slide(range, value); }
    show();
  };
  on.addEventListener('input', () => write(on.checked ? +on.dataset.on : off));
  show();
  return {read: () => on.checked && Number.isFinite(box.valueAsNumber) ? box.valueAsNumber : off, write};
}

function loras(place, box) {
  const draw = lay_loras(place, tell);
  return {read: () => box.value, write: value => { box.value = value ?? ''; draw(); }};
}

function slide(range, value) {
  range.value = value;
  range.style.setProperty('--fill', `${100 * (range.value - range.min) / (range.max - range.min)}%`);
}

const read_all = () => Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell.read()]));

function tell() { props.value = read_all(); }

function fit({place, read, write}, change) {
  const box = place.querySelector('input, select, textarea'), before = read();
  if ('visible' in change) place.hidden = !change.visible;
  const about = place.querySelector('.about');
  if ('info' in change && about) about.textContent = change.info;
  if (change.choices) {
    const blank = [...box.options].filter(each => each.value === '');
    box.replaceChildren(...blank, ...listed(place.dataset.cell, change.choices));
  }
  for (const end of place.querySelectorAll('input[type=number], input[type=range]')) {
    if ('minimum' in change) end.min = change.minimum;
    if ('maximum' in change) end.max = change.maximum;
    if (end.type === 'range') slide(end, end.value);
  }
  if ('value' in change) write(change.value);
  else if (change.choices) write(before);
}

// The usual choices of a long list first, the others under a heading; as `ui/inputs/cells.py` lays them out.
function listed(name, choices) {
  const usual = limits.first[name], option = each => Array.isArray(each) ? new Option(...each) : new Option(each, each);
  if (!usual) return choices.map(option);
  const others = Object.assign(document.createElement('optgroup'), {label: limits.others});
  others.append(...choices.filter(each => !usual.includes(each)).map(option));
  return [...choices.filter(each => usual.includes(each)).map(option), ...(others.children.length ? [others] : [])];
}

function lay(changes) {
  for (const [name, change] of Object.entries(changes)) if (cells[name]) fit(cells[name], change);
  name_size();
  tell();
}

// A size is its two numbers: the choice sets them, and says what they are called.
function name_size() {
  const key = `${cells.width.read()}x${cells.height.read()}`;
  cells.size.write([...cells.size.place.querySelectorAll('option')].some(each => each.value === key) ? key : 'custom');
}

function set_size() {
  const [width, height] = cells.size.read().split('x');
  if (height) { cells.width.write(width); cells.height.write(height); }
}

function typed(event) {
  const place = event.target.closest('[data-cell]');
  if (!place || place.dataset.kind === 'entries') return;
  const number = place.querySelector('input[type=number]'), range = place.querySelector('input[type=range]');
  if (event.target === range) number.value = range.value;
  if (range && number.value !== '') slide(range, number.value);
  if (place === cells.size.place) set_size();
  else if (place === cells.width.place || place === cells.height.place) name_size();
  tell();
}

// A number beyond the ends goes to the nearer one when it is left, as in all of Gradio's own.
function left(event) {
  const {target} = event, place = target.closest('[data-cell]');
  if (!place || target.type !== 'number' || target.value === '' || place.dataset.kind !== 'number') return;
  const {min, max, valueAsNumber} = target;
  if (min !== '' && valueAsNumber < +min) target.value = min;
  if (max !== '' && valueAsNumber > +max) target.value = max;
  tell();
}
