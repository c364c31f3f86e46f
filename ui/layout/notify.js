// A run that ends while nobody looks: the tab's name says so, and a notification where the visitor pressed for one.
const KEY = 'playground-notify';
let button = null, title = '', busy = false;

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

function look() {
  const going = Boolean(document.querySelector('#stage .progress'));
  if (busy && !going && document.hidden) tell();
  busy = going;
}

export function mount_notify({element}) {
  button = element.querySelector('button');
  title = document.title;
  button.addEventListener('click', press);
  new MutationObserver(look).observe(document.querySelector('#results') ?? document.body, {childList: true, subtree: true});
  document.addEventListener('visibilitychange', () => { if (!document.hidden) document.title = title; });
  show();
}
