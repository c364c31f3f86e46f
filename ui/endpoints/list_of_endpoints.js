// Gradio shows the endpoints of the page that one is on, and ours have one of their own.
const OPENS_MS = 500;
const there = location.pathname.endsWith('/endpoints');

document.addEventListener('click', event => {
  if (there || !event.target.closest('footer .show-api')) return;
  event.stopPropagation();
  location.assign('endpoints');
}, true);
if (there) setTimeout(() => document.querySelector('footer .show-api')?.click(), OPENS_MS);
