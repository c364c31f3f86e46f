"""All the programs that make a run again, by name, in the order of how close they are to this page."""

from collections.abc import Callable, Sequence

from backend.errors import Unsupported
from backend.exchanges import Exchange
from backend.export.client_code import client_code
from backend.export.diffusers_code import MODEL, diffusers_code
from backend.export.http_code import curl_code, javascript_code, python_code
from backend.export.sdk_code import modelrunner_code, runware_code
from backend.runs.records import Run

_SDK: dict[str, tuple[str, Callable[[Exchange], str]]] = {
    "runware": ("Python (runware-sdk)", runware_code),
    "modelrunner": ("Python (modelrunner-ai)", modelrunner_code),
}


def programs(run: Run, exchanges: Sequence[Exchange], *, address: str, model: str = MODEL) -> dict[str, str]:
    """Return programs by name for a run and what was said to its provider.

    `address` is this playground's; `model` is the hub id or folder for diffusers. A run of several images is made
    again through the API; the provider's programs repeat its last paid call.
    """
    found = {"Python (this playground)": client_code(run.request, run.backend, address)}
    paid = [exchange for exchange in exchanges if exchange.pays]
    if paid:
        call = paid[-1]
        found |= {"curl": curl_code(call, run.backend), "Python (httpx)": python_code(call, run.backend)}
        if run.backend in _SDK:
            name, write = _SDK[run.backend]
            found[name] = write(call)
        found["JavaScript"] = javascript_code(call, run.backend)
    drawn = _with_diffusers(run, model)
    return found | ({"Python (diffusers)": drawn} if drawn else {})


def _with_diffusers(run: Run, model: str) -> str | None:
    image = next((image for image in run.images if image.seed is not None), None)
    if image is None or image.seed is None:
        return None
    try:
        return diffusers_code(run.request, size=(image.width, image.height), seed=image.seed, model=model)
    except Unsupported:
        return None
