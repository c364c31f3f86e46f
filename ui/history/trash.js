// "Empty the trash" asks whether that was meant; a look at the history meanwhile changes nothing about it.
export function mount_trash({element}) {
  const ask = on => { element.dataset.sure = on ? 'yes' : ''; };
  element.addEventListener('click', event => {
    const {trash} = event.target.closest('[data-trash]')?.dataset ?? {};
    if (!trash) return;
    ask(trash === 'ask');
    element.querySelector(trash === 'ask' ? '[data-trash=keep]' : '[data-trash=ask]')?.focus();
  });
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape' && element.dataset.sure) { ask(false); element.querySelector('[data-trash=ask]')?.focus(); }
  });
}
