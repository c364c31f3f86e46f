// The five modes: which one stands on the page, and how to stand in another.
import {limits} from '../limits.js';

export const MODES = limits.modes;

const main = () => document.getElementById('main');

export const mode = () => main().dataset.mode ?? MODES[0];

export const chosen_mode = () => document.querySelector('#modes [role=tab][aria-selected=true]').id.slice('tab-'.length, -'-button'.length);

export function stand_in(name) { main().dataset.mode = name; }

export function open_tab(name) {
  const tab = document.getElementById(`tab-${name}-button`);
  if (tab && main().dataset.mode !== name) tab.click();
}
