// Entries of one type, a group of inputs each: what is read is their list, or the one entry itself (null where it is blank).
function entries(place, told) {
  const root = place.querySelector('.entries'), rows = root.querySelector('.entry-rows');
  const blank = place.querySelector('template').content.firstElementChild, many = root.dataset.many === 'yes';
  let list = many ? [] : [{}];

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

  function read() {
    const [only] = list;
    return many ? list.map(each => ({...each})) : only && Object.keys(only).length ? {...only} : null;
  }

  function write(given) {
    list = (Array.isArray(given) ? given : [given || {}]).map(each => ({...each}));
    if (!many && !list.length) list = [{}];
    draw();
  }

  root.addEventListener('click', event => {
    const deed = event.target.closest('[data-do]');
    if (!deed) return;
    if (deed.dataset.do === 'add') list.push({});
    else list.splice(+deed.closest('.entry').dataset.at, 1);
    draw(); told();
  });
  root.addEventListener('change', event => {
    const {name} = event.target.dataset, entry = list[+event.target.closest('.entry').dataset.at], {value, type} = event.target;
    if (value === '') delete entry[name];
    else entry[name] = type === 'number' ? +value : value;
    told();
  });
  draw();
  return {read, write};
}
