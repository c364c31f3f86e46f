// What a press has taken the place of comes back by one press, for a while.
const WHILE_MS = 30000, NARROW = matchMedia('(max-width: 900px)'), AIR_PX = 8;
let bar = null, timer = null, bring_back = null;

export function offer(said, back) {
  bar ??= lay();
  bring_back = back;
  bar.querySelector('.said').textContent = said;
  bar.hidden = false;
  lift();
  wait();
}

function withdraw() {
  clearTimeout(timer);
  bring_back = null;
  if (bar) bar.hidden = true;
}

// Whoever is about to press it has the time for it.
function wait() { clearTimeout(timer); timer = setTimeout(withdraw, WHILE_MS); }

// Over what stands at the foot of a narrow page: prompt and Generate, and what can be done with a selection.
function lift() {
  const below = [...document.querySelectorAll('#compose, #marked:not([hidden])')].reduce((sum, each) => sum + each.offsetHeight + AIR_PX, 0);
  bar.style.bottom = NARROW.matches ? `${below}px` : '';
}

function lay() {
  const made = document.createElement('div');
  made.id = 'second-thoughts';
  made.setAttribute('role', 'region');
  made.setAttribute('aria-label', 'Undo');
  made.innerHTML = `<span class="said" role="status"></span><button type="button" data-back>Undo</button>
    <button type="button" data-done aria-label="Close" title="Close">✕</button>`;
  made.addEventListener('click', event => {
    const back = event.target.closest('[data-back]') && bring_back;
    if (event.target.closest('button')) withdraw();
    back?.();
  });
  for (const kind of ['pointerenter', 'focusin']) made.addEventListener(kind, () => clearTimeout(timer));
  for (const kind of ['pointerleave', 'focusout']) made.addEventListener(kind, wait);
  const main = document.getElementById('main');
  main.append(made);
  new MutationObserver(() => requestAnimationFrame(lift)).observe(main, {attributeFilter: ['data-marked']});
  return made;
}
