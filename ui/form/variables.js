// A field for each {{name}} of the prompts; what was written into one is remembered while the page is there.
import {when_prompt, when_values} from '../events/followers.js';
import {batch_lines} from '../experiments/batch.js';

const PLACE = /\\[\\{|}_]|\{\{ {0,3}([\p{L}\p{N}](?:[\p{L}\p{N}_-]| (?! )){0,39}?) {0,3}\}\}/gu;
const MOST = 20;
const WORDS = ['words', 'prompt', 'negative_prompt'];  // what a grid may vary that has places: backend/experiments/axes.py
const written = {};
let area = null, told = [], others = [], shown = '';

const names_in = texts => [...new Set(texts.flatMap(text => [...(text || '').matchAll(PLACE)].map(found => found[1]).filter(Boolean)))];

function field(name) {
  const label = document.createElement('label'), head = document.createElement('span'), box = document.createElement('input');
  head.textContent = name;
  head.translate = false;
  Object.assign(box, {type: 'text', value: written[name] ?? '', maxLength: area.props.longest, autocomplete: 'off'});
  box.dataset.name = name;
  label.append(head, box);
  return label;
}

const chosen = names => Object.fromEntries(names.filter(name => written[name]).map(name => [name, written[name]]));

// Only when the names change: a field that is written into stays the same one.
function lay(prompt) {
  if (!area) { told = [prompt]; return; }
  const names = names_in([prompt, ...others, batch_lines()]).slice(0, MOST), place = area.element.querySelector('.variables');
  told = [prompt];
  if (JSON.stringify(names) === shown || !place) return;
  shown = JSON.stringify(names);
  const had = document.activeElement?.closest?.('.variables') ? document.activeElement.dataset.name : null;
  place.replaceChildren(...names.map(field));
  place.hidden = !names.length;
  if (had) place.querySelector(`[data-name="${CSS.escape(had)}"]`)?.focus();
  area.props.value = chosen(names);
}

export function mount_variables({element, props}) {
  area = {element, props};
  Object.assign(written, props.value);
  element.addEventListener('input', event => {
    written[event.target.dataset.name] = event.target.value;
    props.value = chosen(JSON.parse(shown || '[]'));
  });
  if (told.length) lay(told[0]);
}

when_prompt(lay);
when_values(values => {
  const axes = ['across', 'down'].filter(name => WORDS.includes(values[name])).map(name => values[`${name}_values`]);
  others = [values.negative_prompt, ...axes];
  lay(values.prompt);
});

// A hint that was heard isn't shown again in this page, however often the answers bring it.
document.addEventListener('click', event => {
  const hint = event.target.closest('.seen')?.closest('[data-once]');
  if (!hint) return;
  const main = document.getElementById('main');
  main.dataset.heard = `${main.dataset.heard || ''} ${hint.dataset.once}`;
  document.querySelector('#prompt textarea')?.focus({preventScroll: true});
});
