// The games on a room's board: what is typed there is sent, and words go into the prompt, where nothing is drawn yet.
import {write_prompt} from '../../events/fields.js';

const SHOWN_MS = 2000;

export function listen_to_games(ask) {
  document.addEventListener('submit', event => {
    const {submit} = event.target.dataset;
    if (!submit || !event.target.closest('#board')) return;
    event.preventDefault();
    ask(submit, {words: event.target.elements.words.value});
  });
  document.addEventListener('click', event => {
    const {words, see} = event.target.closest('#board :is([data-words], [data-see])')?.dataset ?? {};
    if (words) write_prompt(words);
    if (see) show_picture(see);
  });
}

function show_picture(place) {
  const [run, index] = place.split('/'), tile = document.querySelector(`#board .tile[data-run="${run}"][data-index="${index}"]`);
  if (!tile) return;
  tile.scrollIntoView({block: 'nearest'});
  tile.classList.add('shown');
  setTimeout(() => tile.classList.remove('shown'), SHOWN_MS);
}

// What somebody was typing stays while the game around it is drawn anew, unless it is for something that is over.
export function keep_typed(before, node) {
  for (const form of before?.querySelectorAll('form[data-at]') ?? []) {
    const now = node.querySelector(`form[data-at="${form.dataset.at}"]`);
    if (!now) continue;
    now.elements.words.value = form.elements.words.value;
    const fold = now.closest('details');
    if (fold) fold.open = form.closest('details').open;
  }
}
