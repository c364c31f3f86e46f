// Two results over one another: a slider between them, a look at the other while hovering, or what differs.
document.addEventListener('click', event => {
  const view = event.target.closest('[data-view]');
  if (view) show(view);
});

function show(view) {
  const compare = view.closest('.compare'), columns = compare.querySelector('.columns');
  compare.querySelectorAll('[data-view]').forEach(each => each.setAttribute('aria-pressed', each === view));
  compare.querySelectorAll('.over-frame').forEach(each => each.remove());
  columns.hidden = view.dataset.view !== 'side';
  if (!columns.hidden) return;
  const found = [...compare.querySelectorAll('.column')].filter(column => column.querySelector('.card img')).slice(0, 2);
  const over = document.createElement('div'), frame = document.createElement('div'), names = document.createElement('p');
  over.className = `over ${view.dataset.view}`;
  over.append(...found.map(column => column.querySelector('.card img').cloneNode()));
  names.className = 'hint';
  names.textContent = found.map(column => column.querySelector('h3').firstChild.textContent.trim()).join(' | ');
  frame.className = 'over-frame';
  frame.append(over);
  if (view.dataset.view === 'slider') frame.append(slider(over));
  frame.append(names);
  columns.after(frame);
}

function slider(over) {
  const cut = document.createElement('input');
  Object.assign(cut, {type: 'range', min: 0, max: 100, value: 50});
  cut.setAttribute('aria-label', 'Where the second image begins');
  cut.addEventListener('input', () => over.style.setProperty('--cut', `${cut.value}%`));
  return cut;
}
