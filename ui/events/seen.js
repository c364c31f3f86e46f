// Which of the page's parts are on screen, and what stands on none.
export const visible = node => node && node.offsetParent !== null;

// A sheet over the page belongs inside of Gradio's, whose style it has.
export function lay_over(sheet) { document.querySelector('gradio-app, .gradio-container, body').append(sheet); }
