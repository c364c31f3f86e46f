"""ZeroGPU: a run draws in a forked process that holds a GPU for the seconds it asked for, and tells what happens there.

The function that `spaces.GPU` decorates takes a request and yields events, all of them picklable; the weights were
loaded before the fork and come along with it. Off ZeroGPU none of this is used.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from backend.domain.errors import GenerationFailed, NotReady, PlaygroundError
from backend.domain.events import Listener
from backend.domain.field_notes import step_factor
from backend.domain.requests import Request, TextToImage, Upscale, undrawn
from backend.settings import Settings
from backend.threads.telling import Told, Work, relay, told_by

LEAST_SECONDS = 10
MOST_SECONDS = 300
MARGIN = 1.4
START_SECONDS = 3.0
ENLARGING_SECONDS = 60
"""For an upscaler's tiles: 1024² to 4096² by ESRGAN takes some ten; how large the picture is, only the run sees."""
TFLOPS = 125.0
"""What half an RTX PRO 6000 gives a transformer in bf16: about 250 by its data sheet, half of it in practice."""
MEGAPIXEL = 2**20
TFLOP_A_MEGAPIXEL, TFLOP_A_MEGAPIXEL_SQUARED = 48.7, 7.9
"""Of one step: 56.6 at 1024², 321 at 2048², counted on Z-Image's own configuration; attention grows by the square."""
CONTROLLED = 1.63
"""A step with the Union ControlNet 2.1 against one without: (56.6 + 35.6) / 56.6 TFLOP."""

OVERLAPPING = 1.4
"""How many times a picture's pixels its tiles have: 25 of 1024² for 4096² are 1.56, 9 for 2560² are 1.44."""

_LEFT = re.compile(r"\((?P<asked>\d+)s requested vs\. (?P<left>\d+)s left\)(?:\. Try again in (?P<wait>[\d:]+))?")
_WAY_OUT = "Sign in with Hugging Face for more, paste a key of your own, or make a smaller image."


class Decorate(Protocol):
    """`spaces.GPU`: holds a GPU around a generator function for as long as `duration` says of its arguments."""

    def __call__(self, *, duration: Callable[[Request], int]) -> Callable[[Any], Any]:
        """Return the decorator."""


def gpu_decorator(settings: Settings) -> Decorate | None:
    """Return `spaces.GPU` on a ZeroGPU Space, else None. It has to be asked for before anything imports torch."""
    if not settings.zero_gpu:
        return None
    import spaces

    decorate: Decorate = spaces.GPU
    return decorate


def forked(work: Work, gpu: Decorate) -> Work:
    """Return the same work, done in ZeroGPU's process: it tells, delivers, stops and fails as it does here."""

    def drawing(request: Request) -> Iterator[Told]:  # `spaces` tells by the function whether it is a generator.
        yield from told_by(work, request)

    decorated = gpu(duration=seconds_for)(drawing)

    def run(request: Request, listener: Listener) -> None:
        events = decorated(request)
        try:
            relay(events, listener)
        except PlaygroundError:
            raise
        except Exception as error:  # Gradio's own error class, which the backend doesn't know, or the fork's end.
            raise _refusal(error) from error
        finally:
            events.close()

    return run


def seconds_for(request: Request) -> int:
    """Return the GPU seconds to ask for: HF counts what is asked, so that a small image must not ask for a minute."""
    if undrawn(request):
        return ENLARGING_SECONDS
    tflop = _tiles(request.factor**2) if isinstance(request, Upscale) else _drawing(request)
    each = request.steps * tflop + (_second_pass(request) if isinstance(request, TextToImage) else 0)
    drawing = request.count * step_factor(request) * each / TFLOPS
    return min(max(LEAST_SECONDS, math.ceil(MARGIN * (START_SECONDS + drawing))), MOST_SECONDS)


def _drawing(request: Request) -> float:
    """Return the TFLOP of one step of a drawing."""
    width, height = getattr(request, "width", None) or 1024, getattr(request, "height", None) or 1024
    pixels = width * height / MEGAPIXEL
    tflop = TFLOP_A_MEGAPIXEL * pixels + TFLOP_A_MEGAPIXEL_SQUARED * pixels**2
    return tflop * CONTROLLED if request.mode == "controlnet" or request.controls else tflop


def _second_pass(request: TextToImage) -> float:
    """Return the TFLOP of all steps of a high-resolution fix."""
    if not request.has_second_pass:
        return 0.0
    pixels = (request.width or 1024) * (request.height or 1024) / MEGAPIXEL
    return (request.hires_steps or request.steps) * _tiles(pixels * request.hires_scale**2)


def _tiles(megapixels: float) -> float:
    """Return the TFLOP of one step of all tiles of a picture; how large it is, only the run sees: 1024² is taken."""
    return megapixels * OVERLAPPING * (TFLOP_A_MEGAPIXEL + TFLOP_A_MEGAPIXEL_SQUARED) * CONTROLLED


def _refusal(error: Exception) -> PlaygroundError:
    """Turn what `spaces` raises, a Gradio error with a title, into one of ours."""
    title, said = str(getattr(error, "title", "")), str(getattr(error, "message", error))
    if title in ("ZeroGPU quota exceeded", "ZeroGPU pending credits exceeded", "ZeroGPU illegal duration"):
        return NotReady(_no_quota(said))
    if title == "ZeroGPU queue timeout":
        return NotReady(f"No GPU of the Space came free in time: try again. {_WAY_OUT}")
    return GenerationFailed("The Space's GPU gave up on this run: try it again.")


def _no_quota(said: str) -> str:
    found = _LEFT.search(said)
    if found is None:
        return f"Your free GPU time on Hugging Face is used up for now. {_WAY_OUT}"
    again = f" It fills up again in {found['wait']}." if found["wait"] else ""
    return (
        f"This needs up to {found['asked']} s of your free GPU time on Hugging Face, and {found['left']} s are left."
        f"{again} {_WAY_OUT}"
    )
