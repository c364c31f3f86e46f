// Runs that may have been billed unheard: a press brings one home, and can't be given twice.
export function mount_recoverable({element, trigger}) {
  element.addEventListener('click', event => {
    const button = event.target.closest('[data-run]');
    if (button) { button.disabled = true; trigger('recover', {run: button.dataset.run}); }
  });
}
