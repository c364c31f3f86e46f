// The search: its value holds every input's, by the names of the cells that they stand in.
const read = box => box.type === 'checkbox' ? box.checked : box.type === 'radio' ? chosen(box) : box.value;
const chosen = ({name, form, ownerDocument}) => (form ?? ownerDocument).querySelector(`[name="${name}"]:checked`)?.value ?? '';

export function mount_search({element, props}) {
  const cells = [...element.querySelectorAll('[data-cell]')];
  const boxes = cells.map(cell => [cell.dataset.cell, cell.querySelector('input, select')]);
  element.addEventListener('input', () => { props.value = Object.fromEntries(boxes.map(([name, box]) => [name, read(box)])); });
}
