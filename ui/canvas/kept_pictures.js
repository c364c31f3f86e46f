// Pictures that lie on the page, kept in this browser until they are taken away: a reload brings them back.
const STORE = 'z-image-pictures', NAME = 'kept';

function on_shelf(kind, work) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open(STORE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(NAME);
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => {
      const deal = asked.result.transaction(NAME, kind), request = work(deal.objectStore(NAME));
      deal.oncomplete = () => { asked.result.close(); done(request.result); };
      deal.onabort = () => { asked.result.close(); fail(deal.error); };
    };
  });
}

// A link to a form asks for new pictures: those that lay on the page under another address stay away.
const address = new URLSearchParams(location.search).get('recipe') || '';
export async function lay_by(name, value) { await on_shelf('readwrite', shelf => shelf.put({address, value}, name)); }
export async function laid_by(name) {
  // A browser may forbid storage.
  const found = await on_shelf('readonly', shelf => shelf.get(name)).catch(() => null);
  return found && found.address === address ? found.value : null;
}

// Asked of the server itself: a browser shows what it once had also when the server has it no longer.
export const still_there = url => fetch(url, {cache: 'no-store'}).then(answer => { answer.body?.cancel(); return answer.ok; }, () => false);
