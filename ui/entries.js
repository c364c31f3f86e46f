// Entries of one type, a group of inputs each: the value is their list, or the one entry itself (null where it is blank).
const root = element.querySelector('.entries'), rows = root.querySelector('.entry-rows');
const blank = element.querySelector('template').content.firstElementChild, many = root.dataset.many === 'yes';
let list = [], settled = null;

function tell() {
  const [only] = list;
  settled = many ? list.map(each => ({...each})) : only && Object.keys(only).length ? {...only} : null;
  props.value = settled;
}

function draw() {
  root.querySelector('[data-do=add]').hidden = !many;
  rows.replaceChildren(...list.map((each, at) => {
    const row = blank.cloneNode(true), title = many ? `Entry ${at + 1}` : '';
    row.dataset.at = at;
    row.setAttribute('aria-label', title || root.querySelector('legend').textContent);
    row.querySelector('b').textContent = title;
    row.querySelector('header').hidden = !many;
    for (const field of row.querySelectorAll('[data-name]')) field.value = each[field.dataset.name] ?? '';
    return row;
  }));
}

function take() {
  settled = props.value;
  const given = settled || [];
  list = (Array.isArray(given) ? given : [given]).map(each => ({...each}));
  if (!many && !list.length) list = [{}];
  draw();
}

root.addEventListener('click', event => {
  const deed = event.target.closest('[data-do]');
  if (!deed) return;
  if (deed.dataset.do === 'add') list.push({});
  else list.splice(+deed.closest('.entry').dataset.at, 1);
  draw(); tell();
});
root.addEventListener('change', event => {
  const {name} = event.target.dataset, entry = list[+event.target.closest('.entry').dataset.at], {value, type} = event.target;
  if (value === '') delete entry[name];
  else entry[name] = type === 'number' ? +value : value;
  tell();
});
watch('value', () => { if (props.value !== settled) take(); });
take();
