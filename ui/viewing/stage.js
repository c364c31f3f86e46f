// The pictures on the stage are zoomed where they lie; a press then brings one back whole.
import {Zoom} from './zoom.js';
import {when_started} from '../events/followers.js';

const PICTURES = '#stage .card .picture:not(.zoomable)';

function mount(view) {
  const back = document.createElement('button');
  Object.assign(back, {type: 'button', className: 'back-whole', title: 'The whole picture (0)', hidden: true});
  const zoom = new Zoom(view, [view.querySelector('img')], {told: told => { back.hidden = !told.near; back.textContent = `${told.percent} %`; }});
  back.addEventListener('click', () => { zoom.fit(); view.focus({preventScroll: true}); });
  view.after(back);
}

when_started(() => {
  const look = () => document.querySelectorAll(PICTURES).forEach(mount);
  new MutationObserver(look).observe(document.getElementById('stage'), {childList: true, subtree: true});
  look();
});
