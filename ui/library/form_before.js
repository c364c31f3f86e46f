// The form as it was before a press filled it: one press brings it back, and the picture that lay on the canvas.
import {lay_again, lying} from '../canvas/picture.js';
import {when_filling} from '../events/cards.js';
import {when_prompt, when_values} from '../events/followers.js';
import {look, tell} from '../events/page_events.js';
import {offer} from '../viewing/second_thoughts.js';

const SAID = {settings: 'The settings of this picture are in the form.', remix: 'The settings of this picture are in the form.', send: 'The picture lies on the canvas.'};
const LOOKS = 4;  // at the form, before it is clear that nothing of it was changed
let seen = null, before = null, left = 0;

// What a press is about to take the place of; what was typed just before it is seen by a look that comes before the answer.
when_filling(act => { about_to_fill(act); look(0); });
function about_to_fill(act) { left = 0; before = {values: {...seen}, lay: lying(), said: SAID[act] ?? 'The form was filled.'}; }

// It was filled: by a press that was noted, or by something else.
export function was_filled(noted) {
  if (!noted) about_to_fill();
  left = before ? LOOKS : 0;
}

when_values(values => {
  if (left && before) compare(values);
  else if (before) before.values = {...values};
  seen = {...values};
});
when_prompt(text => { if (seen) seen.prompt = text; });

function compare(values) {
  left -= 1;
  const {values: was, lay, said} = before;
  if (Object.keys(was).length && JSON.stringify(was) !== JSON.stringify({...values})) {
    offer(said, () => { tell('act', {act: 'unfill', values: JSON.stringify({...was, easel: null})}); put_back(lay); });
    left = 0;
  }
  if (!left) before = null;
}

// Only where another picture lies there now.
function put_back(lay) { if (lay?.picture.path !== lying()?.picture.path) lay_again(lay); }
