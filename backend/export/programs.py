"""All the programs that make a run again, by name, in the order of how close they are to this page."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from backend.adapters.base import CONTROL_PICTURE, Backend
from backend.domain.errors import Unsupported
from backend.domain.exchanges import Exchange
from backend.domain.records import Run, RunImage
from backend.domain.requests import ControlNet
from backend.export.client_code import client_code, map_code
from backend.export.curl_code import curl_code
from backend.export.diffusers_code import Drawn, diffusers_code
from backend.export.javascript_code import javascript_code
from backend.export.orders import Orders, orders_of
from backend.export.python_code import python_code
from backend.export.sdk_code import sdk_code
from backend.providers import FACTS

HERE = "Python, through this playground"
DIFFUSERS = "Python, with diffusers"
_WRITERS: Mapping[str, Callable[[Orders], str]] = {
    "curl": curl_code,
    "Python, with httpx": python_code,
    "JavaScript": javascript_code,
}


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
        yield DIFFUSERS, _with_diffusers(run, image, backend)
    orders = orders_of(run, exchanges)
    if orders:
        yield from ((name, write(orders)) for name, write in _WRITERS.items())
        yield f"Python, with {FACTS[orders.provider].sdk}", sdk_code(orders)


def _with_diffusers(run: Run, image: RunImage, backend: Backend | None) -> str:
    maker = backend.label if backend else run.backend
    if image.seed is None:
        return f"# {maker} didn't say the seed of this picture, without which it can't be drawn again.\n"
    size = (image.width, image.height)
    here = backend.model_here(size) if backend else None
    try:
        if here is None:
            return diffusers_code(run.request, Drawn(size=size, seed=image.seed, by=maker))
        drawn = Drawn(size=size, seed=image.seed, at=here.size, model=here.name, exactly=here.exact)
        return diffusers_code(run.request, drawn)
    except Unsupported as reason:
        return f"# {reason}\n# Use the program that goes through this playground.\n"
