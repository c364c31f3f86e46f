"""Where a request is written: the mode, the prompt, and the button with the price on it."""

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from backend.caller import Caller
from backend.playground import Playground
from backend.requests import TextToImage
from ui import words


@dataclass(frozen=True, slots=True)
class Compose:
    """The components of the writing part."""

    mode: Component
    prompt: Component
    generate: gr.Button
    stop: gr.Button


def compose(playground: Playground) -> Compose:
    """Lay out the writing part."""
    prompt_field = TextToImage.model_fields["prompt"]
    with gr.Column(elem_id="compose", min_width=280):
        mode = gr.Textbox("text_to_image", visible="hidden", label="Mode", elem_id="mode")
        prompt = gr.Textbox(
            label=prompt_field.title,
            placeholder="A red fox asleep in fresh snow, soft morning light …",
            lines=4,
            max_lines=12,
            elem_id="prompt",
            autofocus=True,
        )
        with gr.Row(elem_id="go"):
            generate = gr.Button(_first_label(playground), variant="primary", size="lg", elem_id="generate")
            stop = gr.Button("Stop", variant="stop", size="lg", elem_id="stop", visible=False)
    return Compose(mode, prompt, generate, stop)


def _first_label(playground: Playground) -> str:
    backend = playground.choose("auto")
    size = backend.capabilities.default_size
    first = TextToImage(prompt="first", width=size.width, height=size.height)
    return f"Generate · {words.price(backend.estimate(first, Caller(visitor='')))}"
