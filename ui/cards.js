function tell(node, more) {
  const home = node.closest('[data-run]');
  trigger('act', {...(home ? home.dataset : {}), ...node.dataset, ...more});
}
element.addEventListener('click', event => {
  const prompt = event.target.closest('[data-prompt]');
  if (prompt) { window.playground.write_prompt(prompt.dataset.prompt); return; }
  const act = event.target.closest('[data-act]'), open = event.target.closest('[data-open]');
  if (act && act.dataset.act === 'seed') {
    window.playground.chosen = act.dataset.value;
    trigger('seed');
  } else if (act && act.tagName !== 'SELECT') tell(act, {});
  else if (open) window.playground.open_picture(open);
});
element.addEventListener('change', event => {
  const send = event.target.closest('select[data-act]');
  if (send && send.value) { tell(send, {mode: send.value}); send.value = ''; }
});
