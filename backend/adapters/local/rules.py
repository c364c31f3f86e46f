"""What a request must not ask of the model at hand, its files and this machine, each with the way out."""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.adapters.local import abilities
from backend.adapters.local.at_hand import Models
from backend.adapters.local.control.at_hand import ControlNets
from backend.adapters.local.control.detectors import Detectors
from backend.adapters.local.loras.shelf import LoraShelf
from backend.adapters.local.machine.memory import free_memory, size_words
from backend.adapters.local.machine.option_rules import option_problems
from backend.adapters.local.machine.options import options_of
from backend.adapters.local.parts.model_parts import lacking_gguf
from backend.adapters.local.scenes.mosaic import tiles_memory
from backend.adapters.local.scenes.redrawn_tiles import held_to_tiles, large_size
from backend.adapters.step_cache_rules import cache_problems
from backend.domain.errors import Problem
from backend.domain.requests import Outpaint, Request, TextToImage, Upscale, controls_of, undrawn
from backend.images.growing import growth_problem, outgrown
from backend.images.incoming import sides_of
from backend.images.storage.files import ImageFiles

_UNHELD = "Set it to 0 to redraw without one, at a strength of 0.2 or less."


@dataclass(frozen=True, slots=True)
class Rules:
    """Looks at requests before anything is drawn."""

    files: ImageFiles
    models: Models
    loras: LoraShelf
    detectors: Detectors
    controlnets: ControlNets

    def problems(self, request: Request) -> Iterator[Problem]:
        """Yield what is wrong with a request; raises as `sides_of` for a picture that can't be read."""
        yield from self._outgrown(request)
        if undrawn(request):
            if request.options:
                yield Problem("options", "of drawing have no effect on an enlargement: leave them out.")
            return
        options, at_hand = options_of(request.options), self.models.checkpoint
        yield from cache_problems(request)
        yield from self.loras.problems(request.loras, options.weights)
        yield from self.detectors.problems(controls_of(request), options)
        yield from self._too_large(request)
        no_tiles = self.controlnets.lacking_tiles(at_hand) if held_to_tiles(request, held=True) else None
        guided = bool(controls_of(request)) or held_to_tiles(request, held=no_tiles is None)
        if no_tiles and isinstance(request, Upscale):
            yield Problem("control_scale", f"needs a ControlNet that knows tiles. {no_tiles} {_UNHELD}")
        elif guided and (reason := self.controlnets.lacking_wanted(at_hand, options.controlnet)):
            yield Problem("options.controlnet", f"is {options.controlnet}. {reason}")
        no_gguf = lacking_gguf(at_hand, self.models.extras)
        yield from option_problems(request, options, self.models.machine, no_gguf, guided=guided)

    def _outgrown(self, request: Request) -> Iterator[Problem]:
        match request:
            case Upscale():
                problem = growth_problem(sides_of(self.files, request.image), request.factor)
            case TextToImage() if request.width and request.height:
                problem = growth_problem((request.width, request.height), request.hires_scale, "hires_scale")
            case Outpaint():
                added = (request.left + request.right, request.top + request.bottom)
                grows = next(name for name in ("left", "right", "top", "bottom") if getattr(request, name))
                problem = outgrown(sides_of(self.files, request.image), added, grows)
            case _:
                problem = None
        if problem:
            yield problem

    def _too_large(self, request: Request) -> Iterator[Problem]:
        """Refuse the picture that the machine's memory doesn't hold beside the model, before anything is drawn."""
        frame = abilities.frame(self.models.checkpoint)
        whole = large_size(request, self.files, frame)
        if whole is None:
            return
        needed, free = tiles_memory(whole, frame), free_memory("cpu")
        if needed > free:
            name = "factor" if isinstance(request, Upscale) else "hires_scale"
            yield Problem(
                name,
                f"makes {whole[0]}×{whole[1]}, which takes {size_words(needed)} of memory beside the model, and "
                f"{size_words(free)} are free: choose a smaller one, or close other programs.",
            )
