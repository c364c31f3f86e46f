// Parts of one type, a group of inputs each: what is read is their list, or the one part itself (null where it is blank).
export class PartList {
  // `usual` is what a new one begins with: a field that is left blank, or at nothing, has the type's own default.
  constructor(place, told, {heading = 'Entry', usual = {}, many = true, complain = () => {}, upload = null} = {}) {
    Object.assign(this, {place, told, heading, usual, many, complain, upload});
    this.blank = place.querySelector('template').content.firstElementChild;
    this.list = many ? [] : [{}];
    this.coming = new WeakMap();  // the file that a part waits for
    place.addEventListener('click', event => this.pressed(event));
    place.addEventListener('change', event => this.changed(event));
    this.draw();
  }

  read() {
    const [only] = this.list;
    if (this.many) return this.list.map(each => ({...each}));
    return only && Object.keys(only).length ? {...only} : null;
  }

  write(given) {
    this.list = (Array.isArray(given) ? given : [given || {}]).map(each => ({...this.usual, ...each}));
    if (!this.many && !this.list.length) this.list = [{}];
    this.draw();
  }

  draw() {
    if (!this.many) this.place.querySelector('[data-do=add]').hidden = true;
    this.place.querySelector('[data-rows]').replaceChildren(...this.list.map((each, at) => this.row(each, at)));
  }

  row(each, at) {
    const row = this.blank.cloneNode(true), title = this.many ? `${this.heading} ${at + 1}` : '', head = row.querySelector('[data-heading]');
    row.dataset.at = at;
    head.textContent = title;
    if (!this.many) head.parentElement.hidden = true;
    if (head.nodeName !== 'LEGEND') row.setAttribute('aria-label', title || this.place.querySelector('legend').textContent);
    for (const field of row.querySelectorAll('[data-name]')) fill(field, each[field.dataset.name]);
    show(row, each);
    return row;
  }

  pressed(event) {
    const deed = event.target.closest('[data-do]');
    if (!deed) return;
    if (deed.dataset.do === 'add') this.list.push({...this.usual});
    else this.list.splice(+deed.closest('[data-at]').dataset.at, 1);
    this.draw();
    this.told();
  }

  changed(event) {
    const row = event.target.closest('[data-at]'), entry = this.list[+row.dataset.at];
    const {dataset: {name}, value, type, files} = event.target;
    if (type === 'file') { this.take(entry, name, files[0]); return; }
    if (value === '') delete entry[name];
    else entry[name] = type === 'number' ? +value : value;
    show(row, entry);
    this.told();
  }

  // Of two files for one part the later one counts, also where the first takes longer on its way.
  async take(entry, name, file) {
    if (!file) return;
    this.coming.set(entry, file);
    try {
      const sent = await this.upload(file);
      if (this.coming.get(entry) !== file) return;
      entry[name] = {path: sent.path, url: sent.url, orig_name: file.name, meta: {_type: 'gradio.FileData'}};
      this.draw();
      this.told();
    } catch {
      if (this.coming.get(entry) === file) this.complain('The upload did not arrive: try it again.');
    }
  }
}

function fill(field, value) {
  if (field.type !== 'file') { field.value = value ?? field.options?.[0].value ?? ''; return; }  // a choice without a blank has its default first
  const label = field.parentElement, picture = label.querySelector('img');
  picture.hidden = !value;
  label.querySelector('span').hidden = Boolean(value);
  if (value) picture.src = value.url;
}

function show(row, each) {
  for (const label of row.querySelectorAll('[data-only]')) label.hidden = each[label.dataset.only] !== label.dataset.value;
}
