// Writing into the form from the browser, and the small buttons that do nothing else.
export function write(place, text) {
  const box = document.querySelector(`${place} :is(input, textarea)`);
  box.value = text;
  box.dispatchEvent(new Event('input', {bubbles: true}));
  return box;
}

export const write_prompt = text => write('#prompt', text).focus();

const PRESSES = {
  dice: () => write('#seed', ''),
  reuse: () => {
    const known = document.querySelector('#stage [data-act="seed"]:not([disabled]), #history-shelf [data-seed]');
    if (known) write('#seed', known.dataset.value || known.dataset.seed);
  },
  swap: () => {
    const [width, height] = ['width', 'height'].map(id => document.querySelector(`#${id} input`).value);
    write('#width', height);
    write('#height', width);
  },
};
document.addEventListener('click', event => PRESSES[event.target.closest('button')?.id]?.());
