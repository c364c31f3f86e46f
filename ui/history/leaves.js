// The history's shelf has no end: leaves of tiles are fetched as they are scrolled to, and those near the screen drawn.
import {say} from './book.js';
import {lay_boards, searched} from './search.js';
import {visible} from '../events/seen.js';

const AHEAD = 1.5, KEPT = 20;  // screens that are drawn beyond what is seen; leaves beyond those whose tiles are kept
const FAILED = '<p class="quiet" role="status">What comes next could not be fetched.</p><button type="button" class="small" data-again>Try again</button>';
let server = null, strip = null, place = null, waiting = null;
let leaves = [], starts = [], drawn = [0, -1];  // where each leaf's first tile stands in the whole; which leaves are in the page
let asked = null, more = false, fetching = false, turn = 0, columns = 1, row = 0, planned = false;
const followers = [];

// A module further up settles tiles that come into the page.
export function when_laid(then) { followers.push(then); }

export function mount_shelf({element, server: given}) {
  server = given;
  strip = element.querySelector('.strip');
  place = element.querySelector('.in-place');
  leaves = [];
  asked = null;
  document.addEventListener('scroll', plan, {capture: true, passive: true});
  new ResizeObserver(() => { row = 0; plan(); }).observe(element);
  place.addEventListener('click', event => { if (event.target.closest('[data-again]')) { say(place, ''); next(); } });
  if (waiting) laid(waiting);
}

// What the server found: the first leaf of it, or something said in its place.
export function mount_found({props, watch}) {
  const take = () => { if (props.value) { waiting = JSON.parse(props.value); if (strip) laid(waiting); } };
  watch('value', take);
  take();
}

const leaf_of = (before, {last, keys, tiles}) => ({before, last, keys, tiles, nodes: null, stale: false, asking: false});

function laid(found) {
  const other = found.asked !== asked;
  asked = found.asked;
  lay_boards(found.boards);
  say(place, found.said);
  strip.hidden = Boolean(found.said) || !found.first;
  if (strip.hidden) { start([]); return; }
  if (other) { start([leaf_of('', found.first)]); more = found.first.more; strip.closest('#rail').scrollTop = 0; }
  else if (leaves.length < 2) { again(found.first); more = found.first.more; }
  else for (const leaf of leaves) leaf.stale = true;
  plan();
}

function start(given) {
  turn++;
  fetching = more = false;
  for (const leaf of leaves) drop(leaf);
  leaves = given;
  drawn = [0, -1];
  index();
}

// The only leaf there is, as it is now.
function again(first) {
  if (!leaves.length) leaves = [leaf_of('', {...first, tiles: null, keys: []})];
  leaves[0].last = first.last;
  patch(leaves[0], first);
}

function index() {
  let count = 0;
  starts = leaves.map(({keys}) => { const at = count; count += keys.length; return at; });
  starts.push(count);
}

function plan() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(draw);
}

// The last leaf that begins at a tile or before it.
function leaf_at(tile) {
  let low = 0, high = leaves.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle] <= tile) low = middle; else high = middle - 1;
  }
  return low;
}

function measure() {
  const tile = strip.querySelector('.tile');
  columns = getComputedStyle(strip).gridTemplateColumns.split(' ').length;
  row = tile ? tile.offsetHeight + (parseFloat(getComputedStyle(strip).rowGap) || 0) : 0;
}

function range() {
  if (!row) return [0, leaf_at(0)];  // behind the leaves whose runs have a picture each, and none that is meant
  const top = -strip.getBoundingClientRect().top, rows = px => Math.floor(px / row) * columns;
  return [leaf_at(Math.max(0, rows(top - AHEAD * innerHeight))), leaf_at(Math.max(0, rows(top + (1 + AHEAD) * innerHeight)))];
}

function draw() {
  planned = false;
  if (!leaves.length || !visible(strip)) return;
  if (!row) measure();
  const [from, to] = range();
  leaves.slice(drawn[0], drawn[1] + 1).forEach((leaf, at) => { if (drawn[0] + at < from || drawn[0] + at > to) drop(leaf); });
  drawn = [from, to];
  for (let at = to; at >= from; at--) {
    if (!leaves[at].nodes) insert(leaves[at], at);
    if (leaves[at].stale) ask(leaves[at]);
  }
  forget(from, to);
  pad();
  if (!row) { measure(); if (row) plan(); }
  if (to === leaves.length - 1 && more) next();
}

// The room of what isn't in the page; and as many empty places as its last row has tiles.
function pad() {
  const [from, to] = drawn, before = Math.floor(starts[from] / columns), after = Math.ceil(starts.at(-1) / columns) - Math.ceil(starts[to + 1] / columns);
  strip.style.paddingTop = `${before * row}px`;
  strip.style.paddingBottom = `${after * row}px`;
  const ghosts = strip.querySelectorAll(':scope > .ghost'), wanted = starts[from] % columns;
  for (let at = ghosts.length; at < wanted; at++) strip.prepend(Object.assign(document.createElement('span'), {className: 'ghost', ariaHidden: true}));
  for (let at = wanted; at < ghosts.length; at++) ghosts[at].remove();
}

function drop(leaf) {
  leaf.nodes?.forEach(node => node.remove());
  leaf.nodes = null;
}

// What is far away is fetched again once it is near.
function forget(from, to) {
  for (const at of [from - KEPT - 1, to + KEPT + 1]) if (leaves[at]?.tiles) { leaves[at].tiles = null; }
}

function behind(at) {
  return leaves.slice(at + 1, drawn[1] + 1).find(({nodes}) => nodes?.length)?.nodes[0] ?? null;
}

function insert(leaf, at) {
  if (!leaf.tiles) leaf.stale = true;
  leaf.nodes = leaf.tiles ? made(leaf.tiles) : leaf.keys.map(blank);
  const before = behind(at);
  for (const node of leaf.nodes) strip.insertBefore(node, before);
}

const blank = () => Object.assign(document.createElement('figure'), {className: 'tile blank', innerHTML: '<span class="picture"></span><figcaption></figcaption>'});

function made(tiles) {
  const sheet = document.createElement('template');
  sheet.innerHTML = tiles.join('');
  const nodes = [...sheet.content.children];
  for (const then of followers) then(nodes);
  return nodes;
}

// A leaf as it is now: what is the same stays where it is, so that no picture flickers and nobody loses their place.
function patch(leaf, {keys, tiles}) {
  const before = {keys: leaf.keys, tiles: leaf.tiles ?? [], nodes: leaf.nodes};
  leaf.keys = keys;
  leaf.tiles = tiles;
  if (before.nodes) {
    const known = new Map(before.keys.map((key, at) => [key + before.tiles[at], before.nodes[at]])), held = focused();
    const fresh = tiles.map((html, at) => known.get(keys[at] + html)), missing = made(tiles.filter((_, at) => !fresh[at]));
    leaf.nodes = fresh.map(node => node ?? missing.shift());
    const kept = new Set(leaf.nodes);
    let cursor = before.nodes.find(node => node.isConnected) ?? behind(leaves.indexOf(leaf));
    for (const node of leaf.nodes) { if (node === cursor) cursor = cursor.nextSibling; else strip.insertBefore(node, cursor); }
    for (const node of before.nodes) if (!kept.has(node)) node.remove();
    if (held) give_back(held);
  }
  index();
}

function focused() {
  const {activeElement: on} = document, tile = on?.closest('#history-shelf .tile');
  return tile && {key: key_of(tile), act: on.dataset.act ?? '', at: [...strip.querySelectorAll('.tile')].indexOf(tile)};
}
function give_back({key, act, at}) {
  if (document.activeElement !== document.body) return;
  const all = [...strip.querySelectorAll('.tile')], same = all.find(each => key_of(each) === key);
  const tile = same ?? all[Math.min(at, all.length - 1)];
  const button = same && act && same.querySelector(`[data-act="${act}"]`);
  (button || tile?.querySelector('.picture'))?.focus({preventScroll: true});
}

const fetched = given => server.leaf({search: searched(), ...given}).then(told => told.wrong ? null : told, () => null);

async function ask(leaf) {
  if (leaf.asking) return;
  leaf.asking = true;
  leaf.stale = false;  // what changes from now on may not be in the answer
  const mine = turn, told = await fetched({before: leaf.before, through: leaf.last});
  leaf.asking = false;
  if (mine !== turn) return;
  if (!told) { leaf.stale = true; return; }
  // So much is new in it that the rest of it is a leaf of its own.
  if (told.more) leaves.splice(leaves.indexOf(leaf) + 1, 0, {...leaf_of(told.last, {last: leaf.last, keys: [], tiles: null}), stale: true});
  if (told.more) leaf.last = told.last;
  patch(leaf, told);
  if (told.more) redraw();
  plan();
}

function redraw() {
  for (const leaf of leaves) drop(leaf);
  drawn = [0, -1];
}

async function next() {
  if (fetching) return;
  fetching = true;
  const mine = turn, before = leaves.at(-1).last, told = await fetched({before});
  if (mine !== turn) return;
  fetching = false;
  if (!told) { say(place, FAILED); return; }
  more = told.more;
  if (told.last !== before) leaves.push(leaf_of(before, told));
  index();
  plan();
}

// For what goes through the grid and chooses in it.
export const key_of = tile => `${tile.dataset.run}/${tile.dataset.index}`;
export const all_keys = () => leaves.flatMap(({keys}) => keys);
export const in_columns = () => columns;
export function tile_of(key) {
  for (const {keys, tiles, nodes} of leaves) {
    const at = keys.indexOf(key);
    if (at >= 0) return nodes?.[at] ?? (tiles ? made([tiles[at]])[0] : null);
  }
  return null;
}
// Brings a tile into the page and onto the screen, wherever in what was fetched it stands; returns it.
export function reveal(at) {
  const tile = strip.querySelector('.tile'), scroller = strip.closest('#rail'), scrolls = scroller.scrollHeight > scroller.clientHeight + 1 ? scroller : document.scrollingElement;
  if (!tile) return null;
  const [from, to] = drawn;
  if (at < starts[from] || at >= starts[to + 1]) {
    scrolls.scrollTop += strip.getBoundingClientRect().top + Math.floor(at / columns) * row - innerHeight / 3;
    draw();
  }
  const leaf = leaves[leaf_at(at)], found = leaf.nodes?.[at - starts[leaf_at(at)]];
  found?.scrollIntoView({block: 'nearest'});
  return found ?? null;
}
