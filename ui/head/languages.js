// Puts the page's own words into the visitor's language; the English ones are the keys of the table.
// What a visitor wrote stays as it is: it stands in fields, in code, or under translate="no".
const KEPT = '[translate=no], textarea, code, pre, script, style', ATTRIBUTES = ['placeholder', 'title', 'aria-label', 'aria-description', 'alt', 'label'];
const STORED = 'z-image-language', INLINE = ['CODE', 'KBD', 'B'];
let button = null, server = null, exact = null, chinese = false;
const patterns = [], found = new Map(), told = new WeakMap(), built = new WeakMap();

function read(table) {
  exact = new Map();
  for (const [english, other] of Object.entries(table)) {
    if (!/%\d/.test(english)) { exact.set(english, other); continue; }
    const source = english.split(/%\d/).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+?)');
    const order = [...english.matchAll(/%(\d)/g)].map(match => match[1]);
    patterns.push({shape: new RegExp(`^${source}$`, 's'), order, other, length: source.length});
  }
  patterns.sort((one, two) => two.length - one.length);
}

function translated(text, depth = 0) {
  const key = text.trim().replace(/\s+/g, ' ');
  if (!/[A-Za-z≈]/.test(key) || depth > 4) return text;
  if (!found.has(key)) {
    if (found.size > 5000) found.clear();
    found.set(key, exact.get(key) ?? filled(key, depth));
  }
  const other = found.get(key);
  return other === null ? text : text.replace(text.trim(), () => other);
}

function filled(key, depth) {
  for (const {shape, order, other} of patterns) {
    const match = key.length < 2000 && shape.exec(key);
    if (!match) continue;
    const values = Object.fromEntries(order.map((name, at) => [name, translated(match[at + 1], depth + 1)]));
    return joined(other, values);
  }
  return null;
}

// The table's space beside a value parts Chinese from Latin letters and digits; two Chinese signs have none between.
function joined(sentence, values) {
  return sentence.replace(/((?<=[\u4e00-\u9fff]) )?%(\d)( (?=[\u4e00-\u9fff]))?/g, (_, before, name, after) => {
    const value = values[name];
    const left = /^[\u4e00-\u9fff]/.test(value) ? '' : before ?? '';
    return left + value + (/[\u4e00-\u9fff]$/.test(value) ? '' : after ?? '');
  });
}

function turn(holder, name, english) {
  const before = told.get(holder)?.[name], value = english();
  const from = before && before.to === value ? before.from : value;
  const to = chinese ? translated(from) : from;
  told.set(holder, {...told.get(holder), [name]: {from, to}});
  return to === value ? null : to;
}

function turn_text(node) {
  const parent = node.parentElement;
  if (!parent || parent.closest(KEPT) || turn_sentence(parent)) return;
  const to = turn(node, 'text', () => node.data);
  if (to !== null) node.data = to;
}

// A sentence with code or keys in it is one entry, in which these stand between back-ticks.
function turn_sentence(parent) {
  if (built.has(parent)) {
    if (!chinese && built.get(parent).now === parent.innerHTML) parent.innerHTML = built.get(parent).before;
    if (!chinese || built.get(parent).now === parent.innerHTML) return chinese || built.delete(parent);
  }
  if (!chinese || !parent.children.length || ![...parent.children].every(child => INLINE.includes(child.nodeName))) return false;
  const inner = [...parent.childNodes].map(node => node.nodeName === '#text' ? node.data : `\`${node.textContent}\``).join('');
  const other = translated(inner);
  if (other === inner) return false;
  const before = parent.innerHTML, pieces = new Map([...parent.children].map(child => [child.textContent, child]));
  const parts = other.split('`').map((part, at) => at % 2 === 0 ? part : (pieces.get(part) || new Text(part)));
  parent.replaceChildren(...parts);
  built.set(parent, {before, now: parent.innerHTML});
  return true;
}

function turn_attributes(node) {
  if (node.closest(KEPT) && !node.matches('textarea')) return;
  for (const name of ATTRIBUTES) {
    if (!node.hasAttribute(name) || (name === 'alt' && node.closest('.picture'))) continue;
    const to = turn(node, name, () => node.getAttribute(name));
    if (to !== null) node.setAttribute(name, to);
  }
}

// What a list has chosen is the value of its box, which no observer sees.
function turn_choices() {
  for (const box of document.querySelectorAll('input[role=combobox]')) {
    if (box === document.activeElement && !box.readOnly) continue;
    const to = turn(box, 'value', () => box.value);
    if (to !== null) box.value = to;
  }
}

function turn_all(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT), nodes = [];
  for (let node = root; node; node = walker.nextNode()) nodes.push(node);  // all first: a sentence replaces its own
  for (const node of nodes) {
    if (node.nodeType === Node.TEXT_NODE) turn_text(node);
    else if (node.nodeType === Node.ELEMENT_NODE) turn_attributes(node);
  }
  turn_choices();
}

const watcher = new MutationObserver(changes => {
  for (const {type, target, addedNodes} of changes) {
    if (type === 'characterData') turn_text(target);
    else if (type === 'attributes') turn_attributes(target);
    else addedNodes.forEach(turn_all);
  }
  turn_choices();
});

async function speak(language) {
  if (language !== 'en' && !exact) read(await server.words(language));
  chinese = language !== 'en';
  document.documentElement.lang = language;
  button.textContent = chinese ? 'English' : '中文';
  button.lang = chinese ? 'en' : 'zh-Hans';
  button.setAttribute('aria-label', chinese ? 'Show this page in English' : '以中文显示本页');
  watcher.disconnect();
  turn_all(document.body);
  if (chinese) watcher.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES});
}

// Without the table, since the server is gone or the page is being left, it stays as it is.
const begin = language => speak(language).catch(() => {});
export function mount_language(given) {
  server = given.server;
  button = given.element.querySelector('button');
  button.addEventListener('click', () => {
    const language = chinese ? 'en' : 'zh-Hans';
    localStorage.setItem(STORED, language);
    begin(language);
  });
  for (const late of ['focusout', 'click', 'change']) document.addEventListener(late, () => chinese && setTimeout(turn_choices, 60));
  begin(localStorage.getItem(STORED) || (/^zh/i.test(navigator.language) ? 'zh-Hans' : 'en'));
}
