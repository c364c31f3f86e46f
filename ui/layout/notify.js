// A run that ends while nobody looks: the tab's name says so, and a notification where the visitor pressed for one.
import {when_started} from '../events/followers.js';

const KEY = 'playground-notify';
let button = null, title = '', busy = false, ended = [];

const able = 'Notification' in window && window.isSecureContext;
const wanted = () => able && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on';

function show(text) {
  button.hidden = !able;
  button.setAttribute('aria-pressed', wanted());
  button.textContent = text ?? (wanted() ? '✓ Notify when done' : 'Notify when done');
}

async function press() {
  if (wanted()) {
    localStorage.removeItem(KEY);
    show();
    return;
  }
  // Asked for here and nowhere else: a page that asks by itself is refused by habit.
  const answer = await Notification.requestPermission();
  if (answer === 'granted') localStorage.setItem(KEY, 'on');
  show(answer === 'denied' ? 'Your browser blocks notifications' : undefined);
}

function tell() {
  const failed = document.querySelector('#stage .problem'), picture = document.querySelector('#stage .card img');
  const words = failed ? 'The run didn’t finish' : 'Your images are ready';
  document.title = `${failed ? '✗ Not finished' : '✓ Done'} · ${title}`;
  if (!wanted()) return;
  const notice = new Notification(words, {body: picture?.alt ?? '', icon: picture?.src, tag: 'playground-run'});
  notice.onclick = () => { window.focus(); notice.close(); };
}

// What stands on the stage of runs that have ended: pictures, by their runs, and what went wrong, in whatever language.
const results = () => [...document.querySelectorAll('#stage [data-run], #stage .problem')].map(each => each.dataset.run ?? each);

// A run may end before anything of its course was drawn: then its result alone says so. One that was stopped before it
// had any is no news to who has stopped it.
function look() {
  const going = Boolean(document.querySelector('#stop, #stage .progress')), shown = going ? ended : results();
  const another = shown.length !== ended.length || shown.some((each, at) => each !== ended[at]);
  if (!going && document.hidden && shown.length && (busy || another)) tell();
  [busy, ended] = [going, shown];
}

export function mount_notify({element}) {
  button = element.querySelector('button');
  title = document.title;
  button.addEventListener('click', press);
  when_started(() => {
    const observer = new MutationObserver(look);
    for (const place of ['stage', 'go']) observer.observe(document.getElementById(place), {childList: true, subtree: true});
  });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) document.title = title; });
  show();
}
