// Light, dark, or as the visitor's system has it. Before anything is painted, and against Gradio, which lays the system's.
const STORED = 'z-image-appearance', NEXT = {system: 'light', light: 'dark', dark: 'system'};
const SIGNS = {system: '◐', light: '☀', dark: '☾'};
const TELLS = {system: 'Look: as your system', light: 'Look: light', dark: 'Look: dark'};
const system = matchMedia('(prefers-color-scheme: dark)');

const chosen = () => { const kept = localStorage.getItem(STORED); return kept in NEXT ? kept : 'system'; };
const dark = () => (chosen() === 'system' ? system.matches : chosen() === 'dark');

function lay() {
  document.documentElement.style.colorScheme = dark() ? 'dark' : 'light';
  if (document.body.classList.contains('dark') !== dark()) document.body.classList.toggle('dark', dark());
}

export function mount_appearance({element}) {
  const button = element.querySelector('button');
  const show = () => {
    button.textContent = SIGNS[chosen()];
    button.title = TELLS[chosen()];
    button.setAttribute('aria-label', TELLS[chosen()]);
  };
  button.addEventListener('click', () => { localStorage.setItem(STORED, NEXT[chosen()]); lay(); show(); });
  show();
}

lay();
new MutationObserver(lay).observe(document.body, {attributeFilter: ['class']});
system.addEventListener('change', lay);
