() => {
  const byId = id => document.getElementById(id);
  const visible = node => node && node.offsetParent !== null;

  function press(id) {
    const button = byId(id);
    if (visible(button) && !button.disabled) button.click();
    return visible(button);
  }

  function when_there(what, then, frames = 120) {
    if (document.querySelector(what)) then();
    else if (frames) requestAnimationFrame(() => when_there(what, then, frames - 1));
  }

  function pictures() {
    return [...document.querySelectorAll('[data-open]')].filter(visible);
  }

  function address(button) {
    return button.dataset.open || button.querySelector('img').src;
  }

  const box = document.createElement('dialog');
  box.id = 'lightbox';
  box.setAttribute('aria-label', 'Full size');
  box.innerHTML = '<button type="button" class="close" aria-label="Close">✕</button><img alt="">';
  document.querySelector('gradio-app, .gradio-container, body').append(box);
  let shown = -1;

  function show(index) {
    const all = pictures();
    if (!all.length) return;
    shown = (index + all.length) % all.length;
    const picture = box.querySelector('img');
    picture.src = address(all[shown]);
    picture.alt = all[shown].querySelector('img').alt;
    if (!box.open) box.showModal();
  }
  box.addEventListener('click', event => { if (event.target.tagName !== 'IMG') box.close(); });

  const chosen_mode = () => document.querySelector('#modes [role=tab][aria-selected=true]').id.slice('tab-'.length, -'-button'.length);
  const MODES = ['text_to_image', 'image_to_image', 'inpaint', 'outpaint', 'controlnet'];
  const plain = event => !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector('dialog[open]')
    && !event.target.closest('input, textarea, select, [contenteditable]');
  // Esc belongs first to what is open where it is pressed: an input method's words, a list, a sheet over the page.
  const composing = event => event.isComposing || event.keyCode === 229;
  const opened = place => place.closest('[role=combobox][aria-expanded=true]')
    || place.closest('[data-sure=yes]') || (CSS.supports('selector(:open)') && place.matches('select:open, input:open'));
  const free_to_stop = event => !event.repeat && !composing(event) && !document.querySelector('dialog[open]') && !opened(event.target);
  const help = document.createElement('dialog');
  help.id = 'help';
  help.setAttribute('aria-label', 'Keyboard');
  help.innerHTML = '<h2>Keyboard</h2><dl>' + [['Ctrl Enter', 'Generate'], ['Esc', 'Stop'], ['1 – 5', 'The five modes'],
    ['← →', 'Turn pages in full size'], ['B  E', 'Brush, eraser (on the mask)'], ['[  ]', 'Brush size'], ['← ↑ ↓ →', 'Move the brush'], ['Space', 'Paint where the brush is'], ['Shift →', 'Draw a line with the brush'], ['Ctrl Z', 'Undo on the mask'],
    ['Shift V', 'Invert the mask'], ['?', 'This']].map(([keys, does]) => `<dt>${keys.split(' ').map(key => key && `<kbd>${key}</kbd>`).join(' ')}</dt><dd>${does}</dd>`).join('')
    + '</dl><form method="dialog"><button>Close</button></form>';
  document.body.append(help);

  window.playground = {
    write: (place, text) => {
      const box = document.querySelector(`${place} :is(input, textarea)`);
      box.value = text;
      box.dispatchEvent(new Event('input', {bubbles: true}));
      return box;
    },
    write_prompt: text => window.playground.write('#prompt', text).focus(),
    // Office programs put a picture of a text beside it; in a field it is the text that was meant.
    pasted: ({clipboardData, target}) => target.closest('input, textarea') && clipboardData.getData('text/plain')
      ? undefined : [...clipboardData.files].find(each => each.type.startsWith('image/')),
    copy: async (text, button) => {
      // Over plain http, or without the visitor's leave, the clipboard is closed; then the old way is tried.
      const copied = await (navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true, () => false) : false)
        || copy_selected(text);
      const before = button.dataset.label ??= button.textContent;
      button.textContent = copied ? 'Copied' : 'Press Ctrl C';
      if (copied) setTimeout(() => { button.textContent = before; }, 1500);
      return copied;
    },
    copy_form_link: () => {
      const button = document.querySelector('#form-link [data-copy-link]');
      if (button) button.click();
    },
    open_picture: button => show(pictures().indexOf(button)),
    open_tab: mode => {
      const tab = document.getElementById(`tab-${mode}-button`);
      if (tab && byId('main').dataset.mode !== mode) tab.click();
    },
    filled: mode => {
      window.playground.open_tab(mode);
      window.playground_form.refresh();
      if (window.playground.fills) window.playground_bring(byId('compose'));
      window.playground.fills = false;
    },
    begin: mode => {
      window.playground.open_tab(window.playground_form.start(mode));
    },
    choose_backend: name => {
      document.querySelectorAll('.chips, .fold[data-of]').forEach(each => { each.hidden = each.dataset.of !== name; });
    },
    choose_mode: () => {
      const mode = chosen_mode();
      byId('main').dataset.mode = mode;
      window.playground_easel && window.playground_easel.lay_out();
      when_there(`#own-${mode} input`, () => { say_strength(); window.playground_easel?.read_margins(); });
      return [mode, ...MODES.map(each => ({...(each === mode && {visible: true}), __type__: 'update'}))];
    },
    way_taken: () => {
      window.playground_form.refresh();
      const box = document.querySelector('#own-key-text input');
      if (visible(box)) { box.scrollIntoView({block: 'center'}); box.focus(); }
    },
  };

  const PRESSES = {
    dice: () => window.playground.write('#seed', '-1'),
    reuse: () => {
      const known = document.querySelector('#stage [data-act="seed"]:not([disabled]), #history-shelf [data-seed]');
      if (known) window.playground.write('#seed', known.dataset.value || known.dataset.seed);
    },
    swap: () => {
      const [width, height] = [byId('width'), byId('height')].map(each => each.querySelector('input').value);
      window.playground.write('#width', height);
      window.playground.write('#height', width);
    },
  };
  document.addEventListener('click', event => PRESSES[event.target.closest('button')?.id]?.());

  function copy_selected(text) {
    const box = document.createElement('textarea');
    box.value = text;
    (document.querySelector('dialog[open]') || document.body).append(box);  // behind a dialog nothing can be marked
    box.select();
    const copied = document.execCommand('copy');
    box.remove();
    return copied;
  }

  const STRENGTHS = [[.3, 'Touches up colours and small details.'], [.55, 'Keeps the composition, repaints the surfaces.'],
    [.8, 'Keeps rough shapes and colours.'], [1, 'Keeps little more than an idea of the picture.']];
  function say_strength() {
    const slider = document.querySelector('#image_to_image-strength input[type=range]'), words = byId('strength-words');
    if (slider && words) words.textContent = STRENGTHS.find(([most]) => +slider.value <= most)[1];
  }
  document.addEventListener('input', say_strength);

  // Gradio shows the endpoints of the page that one is on, and ours have one of their own.
  const at_endpoints = location.pathname.endsWith('/endpoints');
  document.addEventListener('click', event => {
    if (at_endpoints || !event.target.closest('footer .show-api')) return;
    event.stopPropagation();
    location.assign('endpoints');
  }, true);
  if (at_endpoints) setTimeout(() => document.querySelector('footer .show-api')?.click(), 500);

  // There is no queue of presses: whoever asks again during a run is told so where Stop stands.
  function busy() {
    if (!visible(byId('stop')) || byId('busy')) return;
    const line = Object.assign(document.createElement('p'), {id: 'busy', className: 'hint', textContent: 'A run goes on: wait for its end, or stop it with Esc.'});
    line.setAttribute('role', 'status');
    byId('go').after(line);
    setTimeout(() => line.remove(), 4000);
  }

  // A list that scrolls is a stop of Tab by itself, and is gone as soon as its box is left: the focus would fall to the page.
  const leave_lists = () => document.querySelectorAll('ul[role=listbox]').forEach(list => { list.tabIndex = -1; });
  document.addEventListener('keydown', event => {
    if (event.key === 'Tab') leave_lists();
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !composing(event)) {
      if (!document.querySelector('dialog[open]') && !press('generate')) busy();
      event.preventDefault();
    } else if (plain(event) && MODES[+event.key - 1]) {
      window.playground.open_tab(MODES[+event.key - 1]);
    } else if (plain(event) && event.key === '?') {
      help.showModal();
    } else if (event.key === 'Escape' && free_to_stop(event)) {
      press('stop');
    } else if (box.open && event.key === 'ArrowRight') show(shown + 1);
    else if (box.open && event.key === 'ArrowLeft') show(shown - 1);
  }, true);
}
