// Cards and tiles: on the stage, in the history, on a room's board; and what leads on from a spend cap.
import {bring, room} from './arrivals.js';
import {write, write_prompt} from './fields.js';
import {when_values} from './followers.js';
import {tell} from './page_events.js';
import {open_picture} from '../viewing/lightbox.js';
import {offer} from '../viewing/second_thoughts.js';

const FILLS = ['settings', 'send', 'remix', 'use', 'unuse'];
const OWN_UNDO = ['use', 'unuse'];
let fills = false, by_keys = false, values = {};
const followers = [];

// A module further up wants to know of each press that fills the form, by its act, before it does.
export function when_filling(then) { followers.push(then); }
when_values(now => { values = now; });

// What the words of the prompt book take the place of.
const words_before = () => ({
  words: document.querySelector('#prompt textarea').value,
  negative: document.querySelector('#negative_prompt textarea')?.value ?? '',
  styles: JSON.stringify(values.styles ?? []),
});

// Once the form was filled from a card, it comes on screen.
export function bring_filled() {
  if (fills) come_on_screen();
  if (by_keys) document.querySelector('#prompt textarea').focus({preventScroll: true});
  fills = by_keys = false;
}

// And with it what is said of that, which Gradio lays there a moment later.
function come_on_screen() {
  const modes = document.getElementById('modes');
  bring(modes);
  requestAnimationFrame(() => requestAnimationFrame(() => bring_said(modes)));
}

function bring_said(modes) {
  const said = document.querySelector('#notice [data-filled]');
  if (!said) return;
  const top = modes.getBoundingClientRect().top;
  // On a phone the page still glides up to the modes, which bring along what stands close behind them.
  if (top < 0 && said.getBoundingClientRect().bottom - top < room(said)) return;
  bring(said);
}

// Whether what was pressed fills the form, and is no act that says of itself how it is undone.
export const fills_form = () => fills && !OWN_UNDO.includes(fills);

// Takes a picture to a mode, as the press under it does.
export function send_to(home, into) {
  fills = 'send';
  for (const then of followers) then(fills);
  tell('act', {...home.dataset, act: 'send', mode: into});
}

function tell_act(node, more) {
  const home = node.closest('[data-run], [data-digest]'), {act} = node.dataset;
  fills = FILLS.includes(act) && act;
  if (fills_form()) for (const then of followers) then(act);
  const event = ['remix', 'vary'].includes(act) ? act : 'act';
  tell(event, {...(home ? home.dataset : {}), ...node.dataset, ...more});
}
function replace_prompt(text) {
  const before = document.querySelector('#prompt textarea').value;
  write_prompt(text);
  if (before.trim() && before !== text) offer('The prompt was replaced.', () => write_prompt(before));
}
document.addEventListener('click', event => {
  const prompt = event.target.closest('[data-prompt]');
  if (prompt) { replace_prompt(prompt.dataset.prompt); return; }
  const way = event.target.closest('[data-way]');
  if (way) { tell('way', {way: way.dataset.way}); return; }
  const act = event.target.closest('[data-act]'), open = event.target.closest('[data-open]');
  if (act && act.dataset.act === 'seed') write('#seed', act.dataset.value);
  else if (act && act.tagName !== 'SELECT') {
    by_keys = ['use', 'unuse'].includes(act.dataset.act) && !event.detail;
    tell_act(act, act.dataset.act === 'use' ? words_before() : {});
  }
  else if (open) open_picture(open);
});
document.addEventListener('change', event => {
  const send = event.target.closest('select[data-act]');
  if (send && send.value) { tell_act(send, {mode: send.value}); send.value = ''; }
});
