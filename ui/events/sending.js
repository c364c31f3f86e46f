// Pictures on their way to the server, as they are: which were sent, and which weren't and why.
import {limits} from '../limits.js';

// `say` is told how far it is; where `over` says so, the rest isn't sent any more.
export async function send(files, upload, {say = () => {}, over = () => false} = {}) {
  const sent = [], refused = [];
  for (const [at, file] of files.entries()) {
    const why = refusal(file, sent.length);
    if (why) { refused.push({name: file.name, why}); continue; }
    say(`Sending picture ${at + 1} of ${files.length} …`);
    try {
      const {path, url} = await upload(file);
      sent.push({path, url, name: file.name, file});
    } catch { refused.push({name: file.name, why: 'upload'}); }
    if (over()) break;
  }
  say('');
  return {sent, refused};
}

function refusal(file, before) {
  if (file.type && !file.type.startsWith('image/')) return 'kind';
  if (file.size > limits.upload_bytes) return 'large';
  return before < limits.brought ? '' : 'more';
}
