// What other modules want to know of the form, each on its own: its values at each look, the prompt at each key, which
// backend is chosen, and that it is as the visitor left it, with what they typed before that.
const followers = {values: [], prompt: [], started: [], backend: []};
let started = false;

export function when_values(then) { followers.values.push(then); }
export function when_prompt(then) { followers.prompt.push(then); }
export function when_backend(then) { followers.backend.push(then); }
export function when_started(then) { if (started) then(); else followers.started.push(then); }

export function tell_values(values, limits) { for (const then of followers.values) then(values, limits); }
export function tell_prompt(text) { for (const then of followers.prompt) then(text); }
export function tell_backend(name, maker) { for (const then of followers.backend) then(name, maker); }
export function tell_started(typed) {
  started = true;
  for (const then of followers.started) then(typed);
}
