// What comes from the clipboard and what goes there.

// Office programs put a picture of a text beside it; in a field it is the text that was meant.
export const pasted_files = ({clipboardData, target}) => target.closest?.('input, textarea') && clipboardData.getData('text/plain')
  ? [] : [...clipboardData.files];
export const pasted = event => pasted_files(event).find(each => each.type.startsWith('image/'));

// Over plain http, or without the visitor's leave, the clipboard is closed; then the old way is tried.
export async function copy(text, button) {
  const copied = await (navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true, () => false) : false)
    || copy_selected(text);
  const before = button.dataset.label ??= button.textContent;
  button.textContent = copied ? 'Copied' : 'Press Ctrl C';
  if (copied) setTimeout(() => { button.textContent = before; }, 1500);
  return copied;
}

function copy_selected(text) {
  const box = document.createElement('textarea');
  box.value = text;
  (document.querySelector('dialog[open]') || document.body).append(box);  // behind a dialog nothing can be marked
  box.select();
  const copied = document.execCommand('copy');
  box.remove();
  return copied;
}
