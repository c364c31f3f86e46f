// Cards and tiles: on the stage, in the history, on a room's board; and what leads on from a spend cap.
const FILLS = ['settings', 'send', 'remix'];
function tell(node, more) {
  const home = node.closest('[data-run]'), {act} = node.dataset;
  window.playground.fills = FILLS.includes(act);
  const event = ['remix', 'vary'].includes(act) ? act : 'act';
  window.playground_form.tell(event, {...(home ? home.dataset : {}), ...node.dataset, ...more});
}
document.addEventListener('click', event => {
  const prompt = event.target.closest('[data-prompt]');
  if (prompt) { window.playground.write_prompt(prompt.dataset.prompt); return; }
  const way = event.target.closest('[data-way]');
  if (way) { window.playground_form.tell('way', {way: way.dataset.way}); return; }
  const act = event.target.closest('[data-act]'), open = event.target.closest('[data-open]');
  if (act && act.dataset.act === 'seed') window.playground.write('#seed', act.dataset.value);
  else if (act && act.tagName !== 'SELECT') tell(act, {});
  else if (open) window.playground.open_picture(open);
});
document.addEventListener('change', event => {
  const send = event.target.closest('select[data-act]');
  if (send && send.value) { tell(send, {mode: send.value}); send.value = ''; }
});

// Two results over one another: a slider between them, a look at the other while hovering, or what differs.
document.addEventListener('click', event => {
  const view = event.target.closest('[data-view]');
  if (!view) return;
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
  if (view.dataset.view === 'slider') {
    const cut = document.createElement('input');
    Object.assign(cut, {type: 'range', min: 0, max: 100, value: 50});
    cut.setAttribute('aria-label', 'Where the second image begins');
    cut.addEventListener('input', () => over.style.setProperty('--cut', `${cut.value}%`));
    frame.append(cut);
  }
  frame.append(names);
  columns.after(frame);
});
