element.addEventListener('click', event => {
  const copy = event.target.closest('[data-copy-link]');
  if (copy) window.playground.copy(copy.previousElementSibling.href, copy);
  if (event.target.closest('[data-close]')) element.querySelector('.form-link').remove();
});
