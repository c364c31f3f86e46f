// Parts of one type, a group of inputs each: what is read is their list, or the one part itself (null where it is blank).
// `usual` is what a new one begins with: a field that is left blank, or at nothing, has the type's own default.
function entries(place, told, {heading = 'Entry', usual = {}, many = true, complain = () => {}} = {}) {
  const rows = place.querySelector('[data-rows]'), add = place.querySelector('[data-do=add]');
  const blank = place.querySelector('template').content.firstElementChild;
  let list = many ? [] : [{}];

  function draw() {
    if (!many) add.hidden = true;
    rows.replaceChildren(...list.map((each, at) => {
      const row = blank.cloneNode(true), title = many ? `${heading} ${at + 1}` : '', head = row.querySelector('[data-heading]');
      row.dataset.at = at;
      head.textContent = title;
      if (!many) head.parentElement.hidden = true;
      if (head.nodeName !== 'LEGEND') row.setAttribute('aria-label', title || place.querySelector('legend').textContent);
      for (const field of row.querySelectorAll('[data-name]')) fill(field, each[field.dataset.name]);
      show(row, each);
      return row;
    }));
  }

  function fill(field, value) {
    if (field.type !== 'file') { field.value = value ?? ''; return; }
    const label = field.parentElement, picture = label.querySelector('img');
    picture.hidden = !value;
    label.querySelector('span').hidden = Boolean(value);
    if (value) picture.src = value.url;
  }

  function show(row, each) {
    for (const label of row.querySelectorAll('[data-only]')) label.hidden = each[label.dataset.only] !== label.dataset.value;
  }

  async function take(entry, name, file) {
    if (!file) return;
    try {
      const sent = await upload(file);
      entry[name] = {path: sent.path, url: sent.url, orig_name: file.name, meta: {_type: 'gradio.FileData'}};
      draw(); told();
    } catch (error) { complain('The upload did not arrive: try it again.'); }
  }

  function read() {
    const [only] = list;
    return many ? list.map(each => ({...each})) : only && Object.keys(only).length ? {...only} : null;
  }

  function write(given) {
    list = (Array.isArray(given) ? given : [given || {}]).map(each => ({...usual, ...each}));
    if (!many && !list.length) list = [{}];
    draw();
  }

  place.addEventListener('click', event => {
    const deed = event.target.closest('[data-do]');
    if (!deed) return;
    if (deed.dataset.do === 'add') list.push({...usual});
    else list.splice(+deed.closest('[data-at]').dataset.at, 1);
    draw(); told();
  });
  place.addEventListener('change', event => {
    const row = event.target.closest('[data-at]'), entry = list[+row.dataset.at], {name} = event.target.dataset, {value, type} = event.target;
    if (type === 'file') { take(entry, name, event.target.files[0]); return; }
    if (value === '') delete entry[name];
    else entry[name] = type === 'number' ? +value : value;
    show(row, entry);
    told();
  });
  draw();
  return {read, write};
}
