// What a strength leaves of the picture, in words under its slider.
const STRENGTHS = [[.3, 'Touches up colours and small details.'], [.55, 'Keeps the composition, repaints the surfaces.'],
  [.8, 'Keeps rough shapes and colours.'], [1, 'Keeps little more than an idea of the picture.']];

export function say_strength() {
  const slider = document.querySelector('#image_to_image-strength input[type=range]'), words = document.getElementById('strength-words');
  if (slider && words) words.textContent = STRENGTHS.find(([most]) => +slider.value <= most)[1];
}
document.addEventListener('input', say_strength);
