// The search: its value holds every input's, by the names of the cells that they stand in.
const read = box => box.type === 'checkbox' ? box.checked : box.type === 'radio' ? chosen(box) : box.value;
const chosen = ({name, form, ownerDocument}) => (form ?? ownerDocument).querySelector(`[name="${name}"]:checked`)?.value ?? '';
let told = null;

// What is searched for now.
export const searched = () => told?.value ?? {};

export function mount_search({element, props}) {
  const cells = [...element.querySelectorAll('[data-cell]')];
  const boxes = cells.map(cell => [cell.dataset.cell, cell.querySelector('input, select')]);
  told = props;
  element.addEventListener('input', () => { props.value = Object.fromEntries(boxes.map(([name, box]) => [name, read(box)])); });
}

// The boards to choose from, each as id, name and number of pictures; where there is none, there is no choice.
export function lay_boards(boards) {
  const box = document.querySelector('#history-board select'), [all] = box.options;
  box.closest('.cell').hidden = !boards.length;
  const lines = boards.map(([id, name, count]) => Object.assign(new Option(`${name} (${count})`, id), {translate: false}));
  const before = box.value, known = [all.value, ...boards.map(([id]) => id)].includes(before);
  if (same(box, lines)) return;
  box.replaceChildren(all, ...lines);
  box.value = known ? before : all.value;
  if (!known) box.dispatchEvent(new Event('input', {bubbles: true}));
}
const same = (box, lines) => box.options.length === lines.length + 1 && lines.every((each, at) => each.text === box.options[at + 1].text && each.value === box.options[at + 1].value);
