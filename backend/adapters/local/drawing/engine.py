"""The loaded model: from one drawing's numbers to its pixels."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, partial
from itertools import count
from typing import TYPE_CHECKING, Any

from PIL import Image

from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.drawing.block_cache import BlockCache
from backend.adapters.local.drawing.cache_plan import plan_of
from backend.adapters.local.drawing.canvas import Canvas, noise, prepare_canvas
from backend.adapters.local.drawing.compiling import CompiledBlocks
from backend.adapters.local.drawing.control_windows import Gate, hints_of
from backend.adapters.local.drawing.drawing import Drawing, OnStep
from backend.adapters.local.drawing.nag import Nag, nagging_of
from backend.adapters.local.drawing.previews import fit_colours, thumbnail
from backend.adapters.local.drawing.prompt_cache import PromptCache
from backend.adapters.local.drawing.variation import Words, varied
from backend.adapters.local.loras.adapters import Adapters
from backend.adapters.local.loras.shelf import LoraFile
from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.memory_guard import memory_guard
from backend.adapters.local.machine.option_rules import KERNELS
from backend.adapters.local.machine.options import Attention, ControlNetWeights, options_of
from backend.adapters.local.machine.placement import lay_out, let_go
from backend.adapters.local.samplers.sampler import Fresh, Sampler, build_sampler, drawn_by
from backend.domain.errors import GenerationFailed
from backend.domain.events import unheard
from backend.domain.requests import Request
from backend.threads.background import Loading, Report

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator

TAKES = frozenset(
    {
        "prompt",
        "negative_prompt",
        "seed",
        "steps",
        "guidance",
        "nag_scale",
        "nag_tau",
        "nag_alpha",
        "nag_end",
        "shift",
        "scheduler",
        "variation_strength",
        "variation_seed",
        "seed_diversity",
        "options.attention",
        "options.compile",
    }
)
"""The fields that the engine reads off a drawing."""
LoadControlNet = Callable[[MemoryPlan, ControlNetWeights, Report], ControlNet]
"""Loads the wanted ControlNet beside a model laid out so; raises `NotReady` or `OutOfMemory` with the way out."""
_READING = "Reading the ControlNet"
WHOLE = MemoryPlan(reason="kept whole in memory")


class Engine:
    """One set of weights on one device. Not safe for two threads at once: guard it with a `DeviceQueue`.

    Every mode runs through the same text-to-image pipeline: what begins from an image is given to it as latents, and
    what a mask keeps is put back after each step.
    """

    def __init__(
        self,
        pipe: Any,
        load_controlnet: LoadControlNet,
        memory: MemoryPlan = WHOLE,
        attention: Attention = "native",
    ) -> None:
        self.pipe = pipe
        self.memory = self._alone = memory
        self._attention = attention
        self._compiled = CompiledBlocks(pipe.transformer)
        self._load_controlnet = load_controlnet
        self._guiding_with: ControlNetWeights = "auto"
        self.guiding = self._reading("auto")
        """The ControlNet's loading, which measures what is free and moves weights: wait for it within a turn."""
        self.prompts = PromptCache(pipe)
        self.computed = self.reused = 0
        """How many steps the last drawing computed and how many it took over from earlier ones, if it had a cache."""
        self._adapters = Adapters(pipe, lambda: self.memory)
        self.colours = fit_colours(pipe)
        self._scheduler = pipe.scheduler.config

    @property
    def controlnet(self) -> Any:
        """Return the ControlNet, loaded when it is first needed; raise `NotReady` where there is none."""
        return self.guiding.wait(unheard).model

    @cached_property
    def guided_pipe(self) -> Any:
        """Return the pipeline with the ControlNet, on the same weights."""
        from diffusers import ZImageControlNetPipeline

        guided = ZImageControlNetPipeline(**self.pipe.components, controlnet=self.controlnet)
        guided.set_progress_bar_config(disable=True)
        return guided

    def guide_with(self, wanted: ControlNetWeights) -> Loading[ControlNet]:
        """Return the loading of the wanted ControlNet, for which another one is given up; call it within a turn."""
        if wanted != self._guiding_with:
            self._guiding_with, self.guiding = wanted, self._reading(wanted)
            self.__dict__.pop("guided_pipe", None)
        return self.guiding

    def _reading(self, wanted: ControlNetWeights) -> Loading[ControlNet]:
        bring = partial(self._bring_controlnet, wanted)
        return Loading(bring, doing=_READING, failure="The ControlNet could not be loaded")

    def _bring_controlnet(self, wanted: ControlNetWeights, report: Report) -> ControlNet:
        if self.memory.offload != self._alone.offload:  # An earlier ControlNet made room for itself.
            lay_out(self.pipe, self._alone, self.pipe._execution_device.type)
        self.memory = self._alone
        found = self._load_controlnet(self.memory, wanted, report)
        self.memory = found.memory
        return found

    def give_up(self) -> None:
        """Let go of all weights, also of the ControlNet's, which shares some: nothing can be drawn any more."""
        self.pipe.remove_all_hooks()
        guide = self.guiding.result
        let_go([*self.pipe.components.values(), *([guide.model] if guide else [])])
        self.__dict__.pop("guided_pipe", None)
        self.prompts.forget()

    def draw(
        self, drawing: Drawing, on_step: OnStep, *, loras: tuple[LoraFile, ...] = (), variation: int | None = None
    ) -> Image.Image:
        """Draw one image (RGB), its noise moved towards that of the seed `variation` as far as its request says.

        The same drawing gives the same pixels, whatever was drawn before it. Raises `OutOfMemory`, and
        `GenerationFailed` where the model's numbers overflow.
        """
        width, height = drawing.size
        with memory_guard(f"{len(loras)} LoRAs beside the model", "Use fewer of them, or another backend."):
            self._adapters.put_on(loras)
        self._tile(width * height)
        try:
            with memory_guard(f"an image of {width}×{height}", _way_out(drawing)):
                pixels = self._pixels(drawing, on_step, variation)
        finally:
            # After a stop, too, what was offloaded has to be where the next drawing looks for it.
            self.pipe.maybe_free_model_hooks()
        if not _finite(pixels):
            raise GenerationFailed("The model's numbers overflowed into a black image: try another seed or scheduler.")
        picture: Image.Image = self.pipe.image_processor.numpy_to_pil(pixels)[0]
        return picture

    def _tile(self, pixels: int) -> None:
        above = self.memory.tiled_above
        if above is not None and pixels > above:
            self.pipe.vae.enable_tiling()
        else:
            self.pipe.vae.disable_tiling()

    def _pixels(self, drawing: Drawing, on_step: OnStep, variation: int | None) -> "np.ndarray[Any, Any]":
        import torch

        request = drawing.request
        # On the CPU, so that a seed means the same on every device.
        generator = torch.Generator("cpu").manual_seed(drawing.seed)
        pipe = self.guided_pipe if drawing.guides else self.pipe
        pipe.scheduler = build_sampler(request.scheduler, request.shift, self._scheduler, _added(drawing, generator))
        vary = partial(varied, seed=variation, strength=request.variation_strength)
        canvas = prepare_canvas(pipe, drawing, generator, vary) if drawing.start else None
        begin: dict[str, Any] = {"latents": vary(noise(pipe, drawing.size, generator))}
        if canvas:
            begin = {"latents": canvas.latents, "sigmas": canvas.sigmas}
        on, steps = self._adapters.on_words, len(canvas.sigmas) if canvas else request.steps
        diversity = request.seed_diversity if steps > 1 else 0.0
        words = Words(self.prompts.embed(request.prompt, on), drawing.seed, diversity)
        negative = [self.prompts.embed(request.negative_prompt, on)] if drawing.guidance > 0 else None
        with self._computing(request), self._cache(drawing, pipe.scheduler), self._nag(request, pipe.scheduler):
            pixels: np.ndarray[Any, Any] = pipe(
                prompt_embeds=[words.given],
                negative_prompt_embeds=negative,
                guidance_scale=drawing.guidance,
                width=drawing.size[0],
                height=drawing.size[1],
                num_inference_steps=request.steps,
                output_type="np",
                callback_on_step_end=self._after_step(canvas, words, on_step),
                callback_on_step_end_tensor_inputs=["latents"],
                **begin,
                **self._guide(pipe, drawing),
            ).images
        return pixels

    @contextmanager
    def _computing(self, request: Request) -> Iterator[None]:
        """Compute as the request chooses, and leave nothing of it behind."""
        from diffusers.models.attention_dispatch import attention_backend

        options = options_of(request.options)
        kernel = KERNELS[self._attention if options.attention == "auto" else options.attention]
        with attention_backend(kernel.backend), self._compiled.on() if options.compile else nullcontext():
            yield

    def _nag(self, request: Request, sampler: Sampler) -> AbstractContextManager[Any]:
        by = nagging_of(request)
        if by is None:
            return nullcontext()
        negative = self.prompts.embed(request.negative_prompt, self._adapters.on_words)
        return Nag(self.pipe.transformer, negative, by, sampler)

    @contextmanager
    def _cache(self, drawing: Drawing, sampler: Sampler) -> Iterator[None]:
        self.computed = self.reused = 0
        plan = plan_of(drawing.request)
        if plan is None:
            yield
            return
        with BlockCache(self.pipe.transformer, plan, sampler) as cache:
            yield
        self.computed, self.reused = cache.computed, cache.reused

    def _guide(self, pipe: Any, drawing: Drawing) -> dict[str, Any]:
        if not drawing.guides:
            return {}
        hints = hints_of(pipe, self.controlnet, drawing.guides)
        pipe.controlnet = Gate(self.controlnet, hints, pipe.scheduler)
        return {"control_image": drawing.guides[0].picture}

    def _after_step(self, canvas: Canvas | None, words: Words, on_step: OnStep) -> Callable[..., dict[str, Any]]:
        def after(pipe: Any, _index: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            sampler = pipe.scheduler
            step, total = sampler.position
            words.after(step, total)
            latents, clean = tensors["latents"], sampler.clean
            if canvas:
                latents, clean = canvas.keep(latents, sampler.times[step]), canvas.keep(clean, 0.0)
            on_step(step, total, None if step == total else thumbnail(clean, self.colours))
            return {"latents": latents}

        return after


def _added(drawing: Drawing, generator: "Generator") -> Fresh:
    """Return where a sampler's noise comes from: for a tile, it is cut from that of the whole picture, step by step."""
    if drawing.noise is None:
        return drawn_by(generator)
    sheet, corner, numbers = drawing.noise.sheet, drawing.noise.corner, count(1)
    return lambda shape: sheet.added(corner, shape, next(numbers))


def _way_out(drawing: Drawing) -> str:
    lower = ["a smaller size"]
    if drawing.guidance > 0:
        lower.append("a guidance of 1")
    if drawing.guides:
        lower.append("fewer control pictures")
    return f"Choose {', '.join(lower)}, or another backend."


def _finite(pixels: "np.ndarray[Any, Any]") -> bool:
    import numpy as np

    return bool(np.isfinite(pixels).all())
