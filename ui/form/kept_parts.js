// A list of parts as a component of its own: kept in the visitor's browser, and counted against what the backend takes.
const root = element.querySelector('[data-kept]'), hint = root.querySelector('[role=status]'), add = root.querySelector('[data-do=add]');
const {kept: name, heading, usual, over, own} = root.dataset;
const parts = entries(element, tell, {heading, usual: JSON.parse(usual), complain: say});
let settled = null, recalled = false;

const allowed = () => Math.max(0, props.most - (document.getElementById('main').dataset.mode === own));

function tell() {
  settled = parts.read();
  props.value = settled;
  lay_out();
  window.playground_form?.look();
  keep();
}

// They are kept only once those of before have come back, which an empty list must not replace.
const lay_before = laid_by(name);
function keep() { if (recalled) lay_by(name, parts.read()).catch(() => {}); }
async function recall() {
  const before = await lay_before ?? [], there = await Promise.all(before.map(each => each.image && still_there(each.image.url)));
  recalled = true;
  if (parts.read().length || !before.length) { keep(); return; }
  parts.write(before.map((each, at) => there[at] ? each : {...each, image: null}));
  tell();
  if (there.includes(false)) say('A picture that lay here is no longer on the server: choose it again.');
}

function say(text) { hint.textContent = text; hint.hidden = !text; }

function lay_out() {
  const there = parts.read().length, most = allowed();
  root.hidden = !most && !there;
  add.hidden = there >= most;
  say(there > most ? over.replace('%1', most).replace('%2', there - most) : '');
}

watch('value', () => {
  if (props.value === settled) return;
  settled = props.value;
  parts.write(props.value || []);
  lay_out(); keep();
});
watch('most', lay_out);
when_started(recall);
new MutationObserver(lay_out).observe(document.getElementById('main'), {attributes: true, attributeFilter: ['data-mode']});
lay_out();
