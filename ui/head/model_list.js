// The models on this machine: a press, or what is written below them, chooses one.
export function mount_models({element, trigger}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-action]');
    if (button) { button.disabled = true; trigger('act', {action: button.dataset.action}); }
  });
  element.addEventListener('submit', event => {
    event.preventDefault();
    const box = event.target.querySelector('input'), model = box.value.trim();
    if (model) trigger('act', {action: `use ${model}`});
  });
}
