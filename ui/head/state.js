// How the chosen backend stands, and what can be done about it, such as a download.
export function mount_state({element, trigger}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-action]');
    if (button) { button.disabled = true; trigger('act', {action: button.dataset.action}); }
  });
}
