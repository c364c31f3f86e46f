element.addEventListener('click', event => {
  const act = event.target.closest('[data-act]');
  if (act) {
    window.playground.chosen = act.dataset.value;
    trigger('seed');
    return;
  }
  const open = event.target.closest('[data-open]');
  if (open) window.playground.open_picture(open);
});
