// What is behind a picture: its settings and code, brought on screen when it comes.
import {bring} from '../events/arrivals.js';
import {copy} from '../events/clipboard.js';

export function mount_inspector({element, watch}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-copy]');
    if (button) copy(button.parentElement.querySelector('code').textContent, button);
    if (event.target.closest('[data-close]')) {
      element.querySelectorAll('details, .inspector-head, .code, p').forEach(node => node.remove());
    }
  });
  const come = () => requestAnimationFrame(() => requestAnimationFrame(() => show(element)));
  watch('value', come);
  come();  // the first value makes the place
}

function show(element) {
  if (!element.querySelector('details')) return;
  bring(element);
  element.querySelector('summary').focus({preventScroll: true});
}
