// An empty stage shows what the backend at hand has drawn; a press draws it anew, for the price that Generate says.
import {has_deeds} from '../canvas/mask.js';
import {write, write_prompt} from '../events/fields.js';
import {when_backend, when_started, when_values} from '../events/followers.js';
import {visible} from '../events/seen.js';

const FREE = ['free', '免费'], PRICE = / · (.+)$/;
const LOOKS_MS = 50, PATIENCE_MS = 10000;
let wanted = null;  // what is drawn as soon as the form says it
let usual = '';  // what stands in the prompt's box where nothing is known of what a backend draws well

const generate = () => document.getElementById('generate');

function price() {
  const [, said] = PRICE.exec(generate()?.textContent.trim() ?? '') ?? [];
  document.querySelectorAll('#stage .drawn .cost').forEach(each => {
    each.hidden = !said || FREE.includes(said);
    each.textContent = said ?? '';
  });
}

// The prompt's box names what is drawn well, where that is known; returns whether it is.
function name_example() {
  const drawn = document.querySelector('#stage .wall:not([hidden]) [data-prompt]'), box = document.querySelector('#prompt textarea');
  usual ||= box.placeholder;
  box.placeholder = drawn ? `${drawn.dataset.prompt} …` : usual;
  return Boolean(drawn);
}

// The prompts take the place of pictures that another model than the one at hand has drawn.
function show_beginning(backend, maker) {
  const walls = [...document.querySelectorAll('#stage .wall')], own = maker?.startsWith(`${backend}|`);
  for (const wall of walls) wall.hidden = wall.dataset.of !== backend || (own && !maker.endsWith(`|${wall.dataset.model}`));
  const shown = name_example();
  document.querySelectorAll('#stage .chips').forEach(each => { each.hidden = shown || each.dataset.of !== backend; });
}

when_backend(show_beginning);
document.addEventListener('click', event => {
  const {prompt, seed, words} = event.target.closest('#stage .drawn')?.dataset ?? {};
  if (words) wanted = {prompt: words, seed, on_easel: true};  // its picture and settings are on their way
  if (!prompt) return;
  wanted = {prompt, seed};
  write('#seed', seed);
  write_prompt(prompt);
});
// Whoever goes on writing wants something else.
document.addEventListener('keydown', () => { wanted = null; });

// Whether the picture lies on the easel, and the mask over it where the mode has one.
const laid = mode => !document.querySelector('#easel .easel').hasAttribute('data-empty') && (mode !== 'inpaint' || has_deeds());

// The easel's pictures come after the form's values.
async function draw(mode) {
  const asked = wanted, until = performance.now() + PATIENCE_MS;
  while (asked.on_easel && !laid(mode)) {
    if (wanted !== asked || performance.now() > until) return;
    await new Promise(go => { setTimeout(go, LOOKS_MS); });
  }
  if (wanted !== asked) return;
  wanted = null;
  if (visible(generate())) generate().click();
}

when_values(({prompt, seed, mode}) => {
  if (wanted && !wanted.begun && prompt === wanted.prompt && `${seed}` === wanted.seed) { wanted.begun = true; draw(mode); }
});

when_started(() => {
  new MutationObserver(price).observe(document.getElementById('go'), {childList: true, subtree: true, characterData: true});
  price();
  name_example();
});
