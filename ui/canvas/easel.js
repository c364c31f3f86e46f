// What the easel's modules share: the parts of its HTML, the picture that lies on it, the frame that outpaint adds.
import {mode} from '../events/mode.js';

export const UNREADABLE = 'The browser cannot read this file: save it as a PNG and try again.';

export const easel = {
  root: null, image: null, canvas: null, pen: null, edge: null, sheet: null, about: null, ring: null, brush: null,
  upload: null,
  ink: [99, 102, 241],  // red, green and blue of the mask as it is shown
  picture: null,  // the uploaded file as Gradio names it
  brought: null,  // the file itself, where it came from this browser
  margins: {left: 0, right: 0, top: 0, bottom: 0},
};

export function lay_parts(element, upload) {
  const root = element.querySelector('.easel'), find = selector => root.querySelector(selector);
  const canvas = find('canvas');
  Object.assign(easel, {
    root, canvas, upload, image: find('.sheet img'), edge: find('.edge'), sheet: find('.sheet'), about: find('.about'),
    ring: find('.ring'), brush: find('.size-of-brush input'), pen: canvas.getContext('2d', {willReadFrequently: true}),
  });
}

// Whether there is a picture to draw a mask over.
export const masking = () => Boolean(easel.picture) && mode() === 'inpaint';

// What happens on it, for the modules further up: `drawn` of the mask, `changed` of the picture or its frame.
const followers = {drawn: [], changed: []};
export function when(what, then) { followers[what].push(then); }
export function announce(what) { for (const then of followers[what]) then(); }
