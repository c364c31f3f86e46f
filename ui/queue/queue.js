// The queue of presses: Generate adds to it during a run, and all tabs of a visitor show the same one.
import {bring} from '../events/arrivals.js';
import {refresh, tell} from '../events/page_events.js';

const PATIENCE_MS = 10000;
let shown = -1, held = null, awaited = 0;
const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('playground-queue') : null;
tabs?.addEventListener('message', ({data}) => { if (data > shown) refresh(); });

// Once it has changed here, the other tabs look at it, too; one that knows it already stays silent.
function told(version) {
  const newer = version > shown;
  shown = version;
  if (newer) tabs?.postMessage(version);
}

// Whoever moves or takes out an entry by keys stays on the same button: of that entry, or of the one in its place.
function hold({target}) {
  const button = target.closest('#queue [data-act]');
  if (!button) { if (target.closest('#queue')) held = null; return; }
  const all = [...document.querySelectorAll(`#queue [data-act="${button.dataset.act}"]`)];
  held = {act: button.dataset.act, entry: button.dataset.entry, at: all.indexOf(button)};
}
function keep_focus() {
  if (!held || document.activeElement !== document.body) return;
  const all = [...document.querySelectorAll(`#queue [data-act="${held.act}"]`)];
  const same = all.find(each => each.dataset.entry === held.entry) ?? all[Math.min(held.at, all.length - 1)];
  const place = same && !same.disabled ? same : document.querySelector('#queue [data-entry] button:not(:disabled), #queue header button');
  place?.focus({preventScroll: true});
}
document.addEventListener('focusin', hold);
document.addEventListener('pointerdown', () => { held = null; }, true);

// A batch is added further down on the page: its list comes on screen once it stands there.
export function await_queue() { awaited = performance.now(); }
function arrived(element) {
  if (!awaited || performance.now() - awaited > PATIENCE_MS) return;
  awaited = 0;
  bring(element.querySelector('.queue'));
}

export function mount_queue({element, props, watch}) {
  const look = () => {
    const version = /data-version="(\d+)"/.exec(props.value || '');
    if (version) told(Number(version[1]));
    requestAnimationFrame(() => setTimeout(() => { keep_focus(); arrived(element); }));  // once it is drawn
  };
  watch('value', look);
  look();
}

const value = id => document.getElementById(id).value;

export function mount_until({element}) {
  element.addEventListener('click', ({target}) => {
    if (target.id !== 'until-add') return;
    tell('enqueue', {images: value('until-images'), usd: value('until-usd')});
    element.querySelector('details').open = false;
    element.querySelector('summary').focus({preventScroll: true});
  });
  element.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.target.matches('input')) document.getElementById('until-add').click();
  });
}

document.addEventListener('click', ({target}) => { if (target.closest('#enqueue')) tell('enqueue', {}); });
