"""All the programs that make a run again, by name, in the order of how close they are to this page."""

from collections.abc import Iterator, Sequence

from backend.adapters.base import Backend
from backend.adapters.registry import program_writer
from backend.domain.errors import Unsupported
from backend.domain.exchanges import Exchange
from backend.domain.providers import facts_of
from backend.domain.records import CONTROL_PICTURE, DREW, Run, RunImage
from backend.domain.requests import ControlNet, Upscale
from backend.export.client_code import client_code, map_code
from backend.export.diffusers_code import Drawn, diffusers_code
from backend.export.upscale_code import upscale_code

HERE = "Python, through this playground"
DIFFUSERS = "Python, with diffusers"


def programs(
    run: Run, image: RunImage, exchanges: Sequence[Exchange], *, backend: Backend | None, address: str
) -> Iterator[tuple[str, str]]:
    """Yield programs by name for a run and what was said to its provider; with diffusers, of this image alone.

    `address` is this playground's, `backend` who made the run, where it is still here. Where a program can't draw the
    run's picture, it says so.
    """
    if run.provider_ids.get(CONTROL_PICTURE) and isinstance(run.request, ControlNet):
        yield HERE, map_code(run.request, run.backend, address)
    else:
        yield HERE, client_code(run.request, run.backend, address)
        yield _without_us(run, image, backend)
    yield from _of_provider(run, exchanges)


def _of_provider(run: Run, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    facts = facts_of(run.backend)
    if facts is None:
        return
    write = program_writer(run.backend)
    if write is None:
        label = facts.label
        yield (
            f"{label}'s own API",
            f"# There is no program for {label}: use the one that goes through this playground.\n",
        )
    else:
        yield from write(run, exchanges)


def _without_us(run: Run, image: RunImage, backend: Backend | None) -> tuple[str, str]:
    if isinstance(run.request, Upscale) and run.request.undrawn:
        return upscale_code(run.request, (image.width, image.height))
    return DIFFUSERS, _with_diffusers(run, image, backend)


def _with_diffusers(run: Run, image: RunImage, backend: Backend | None) -> str:
    maker = backend.label if backend else run.backend
    if image.seed is None:
        return f"# {maker} didn't say the seed of this picture, without which it can't be drawn again.\n"
    size = (image.width, image.height)
    here = backend.model_here(size, image.details.get(DREW)) if backend else None
    try:
        if here is None:
            return diffusers_code(run.request, Drawn(size=size, seed=image.seed, by=maker))
        drawn = Drawn(size=size, seed=image.seed, at=here.size, model=here.name, exactly=here.exact)
        return diffusers_code(run.request, drawn)
    except Unsupported as reason:
        return f"# {reason}\n# Use the program that goes through this playground.\n"
