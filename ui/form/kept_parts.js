// A list of parts as a component of its own: kept in the visitor's browser, and counted against what the backend takes.
import {laid_by, lay_by, still_there} from '../canvas/kept_pictures.js';
import {when_started} from '../events/followers.js';
import {mode} from '../events/mode.js';
import {look} from '../events/page_events.js';
import {PartList} from '../inputs/part_list.js';

export function mount_kept_parts({element, props, watch, upload}) {
  const list = new KeptParts(element.querySelector('[data-kept]'), element, {props, upload});
  watch('value', () => list.given());
  watch('most', () => list.lay_out());
  when_started(() => list.recall());
  const change = {attributes: true, attributeFilter: ['data-mode']};
  new MutationObserver(() => list.lay_out()).observe(document.getElementById('main'), change);
}

class KeptParts {
  constructor(root, element, {props, upload}) {
    const {kept: name, heading, usual, over, own} = root.dataset;
    Object.assign(this, {root, props, name, over, own, settled: null, recalled: false});
    const complain = text => this.say(text);
    this.parts = new PartList(element, () => this.tell(), {heading, usual: JSON.parse(usual), complain, upload});
    this.before = laid_by(name);
    this.lay_out();
  }

  tell() {
    this.settled = this.props.value = this.parts.read();
    this.lay_out();
    look();
    this.keep();
  }

  given() {
    if (this.props.value === this.settled) return;
    this.settled = this.props.value;
    this.parts.write(this.settled || []);
    this.lay_out();
    this.keep();
  }

  // They are kept only once those of before have come back, which an empty list must not replace.
  keep() { if (this.recalled) lay_by(this.name, this.parts.read()).catch(() => {}); }

  async recall() {
    const before = await this.before ?? [], there = await Promise.all(before.map(each => each.image && still_there(each.image.url)));
    this.recalled = true;
    if (this.parts.read().length || !before.length) { this.keep(); return; }
    this.parts.write(before.map((each, at) => there[at] ? each : {...each, image: null}));
    this.tell();
    if (there.includes(false)) this.say('A picture that lay here is no longer on the server: choose it again.');
  }

  say(text) {
    const hint = this.root.querySelector('[role=status]');
    hint.textContent = text;
    hint.hidden = !text;
  }

  lay_out() {
    const there = this.parts.read().length, most = Math.max(0, this.props.most - (mode() === this.own));
    this.root.hidden = !most && !there;
    this.root.querySelector('[data-do=add]').hidden = there >= most;
    this.say(there > most ? this.over.replace('%1', most).replace('%2', there - most) : '');
  }
}
