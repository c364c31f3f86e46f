// The rail of earlier runs beside the stage: open where there is room for it, until it was opened or closed by hand.
const STORED = 'z-image-rail', WIDE = matchMedia('(min-width: 1200px)');

const open = () => { const kept = localStorage.getItem(STORED); return kept ? kept === 'open' : WIDE.matches; };

export function mount_rail({element}) {
  const button = element.querySelector('button');
  const show = () => {
    document.getElementById('main').dataset.rail = open() ? 'open' : 'closed';
    button.setAttribute('aria-expanded', open());
  };
  button.addEventListener('click', () => { localStorage.setItem(STORED, open() ? 'closed' : 'open'); show(); });
  WIDE.addEventListener('change', show);
  show();
}
