// The search: its value holds every input's, by the names of the cells that they stand in.
const boxes = new Map([...element.querySelectorAll('[data-cell]')].map(cell => [cell.dataset.cell, cell.querySelector('input, select')]));
const read = box => box.type === 'checkbox' ? box.checked : box.value;
element.addEventListener('input', () => { props.value = Object.fromEntries([...boxes].map(([name, box]) => [name, read(box)])); });
