// The rail of earlier runs beside the stage: open where there is room for it, until it was opened or closed by hand.
const STORED = 'z-image-rail', WIDE = matchMedia('(min-width: 1200px)');
let needed = false, show = () => {}, button = null;

const open = () => { const kept = localStorage.getItem(STORED); return needed || (kept ? kept === 'open' : WIDE.matches); };

// For what stands there while it lasts, however it was left; closing it by hand ends that.
export function open_rail(wanted) {
  needed = wanted;
  button.textContent = wanted ? 'Room' : 'History';
  show();
}

export function mount_rail({element}) {
  button = element.querySelector('button');
  show = () => {
    document.getElementById('main').dataset.rail = open() ? 'open' : 'closed';
    button.setAttribute('aria-expanded', open());
  };
  button.addEventListener('click', () => {
    const next = open() ? 'closed' : 'open';
    needed = false;
    localStorage.setItem(STORED, next);
    show();
  });
  WIDE.addEventListener('change', show);
  show();
}
