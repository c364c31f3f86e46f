// Cards and tiles: on the stage, in the history, on a room's board; and what leads on from a spend cap.
import {bring} from './arrivals.js';
import {write, write_prompt} from './fields.js';
import {open_picture} from './lightbox.js';
import {tell} from './page_events.js';

const FILLS = ['settings', 'send', 'remix'];
let fills = false;

// Once the form was filled from a card, it comes on screen.
export function bring_filled() {
  if (fills) bring(document.getElementById('compose'));
  fills = false;
}

function tell_act(node, more) {
  const home = node.closest('[data-run]'), {act} = node.dataset;
  fills = FILLS.includes(act);
  const event = ['remix', 'vary'].includes(act) ? act : 'act';
  tell(event, {...(home ? home.dataset : {}), ...node.dataset, ...more});
}
document.addEventListener('click', event => {
  const prompt = event.target.closest('[data-prompt]');
  if (prompt) { write_prompt(prompt.dataset.prompt); return; }
  const way = event.target.closest('[data-way]');
  if (way) { tell('way', {way: way.dataset.way}); return; }
  const act = event.target.closest('[data-act]'), open = event.target.closest('[data-open]');
  if (act && act.dataset.act === 'seed') write('#seed', act.dataset.value);
  else if (act && act.tagName !== 'SELECT') tell_act(act, {});
  else if (open) open_picture(open);
});
document.addEventListener('change', event => {
  const send = event.target.closest('select[data-act]');
  if (send && send.value) { tell_act(send, {mode: send.value}); send.value = ''; }
});
