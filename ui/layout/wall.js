// An empty stage shows what the backend at hand has drawn; a press draws it anew, for the price that Generate says.
import {write, write_prompt} from '../events/fields.js';
import {when_backend, when_started, when_values} from '../events/followers.js';
import {visible} from '../events/seen.js';

const FREE = ['free', '免费'], PRICE = / · (.+)$/;
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
  const drawn = document.querySelector('#stage .wall:not([hidden]) .drawn'), box = document.querySelector('#prompt textarea');
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
  const {prompt, seed} = event.target.closest('#stage .drawn')?.dataset ?? {};
  if (!prompt) return;
  wanted = {prompt, seed};
  write('#seed', seed);
  write_prompt(prompt);
});
// Whoever goes on writing wants something else.
document.addEventListener('keydown', () => { wanted = null; });

when_values(({prompt, seed}) => {
  if (!wanted || prompt !== wanted.prompt || `${seed}` !== wanted.seed) return;
  wanted = null;
  if (visible(generate())) generate().click();
});

when_started(() => {
  new MutationObserver(price).observe(document.getElementById('go'), {childList: true, subtree: true, characterData: true});
  price();
  name_example();
});
