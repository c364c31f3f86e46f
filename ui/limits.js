// Ranges and numbers that Python keeps and hands over in the page's head, so that none is written a second time.
export const limits = JSON.parse(document.getElementById('playground-limits').textContent);
