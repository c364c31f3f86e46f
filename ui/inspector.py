"""A run laid open: what was asked, what was sent and answered, and code that makes it again."""

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from backend.errors import Unsupported
from backend.exchanges import Exchange
from backend.export.client_code import client_code
from backend.export.diffusers_code import diffusers_code
from backend.export.http_code import curl_code, javascript_code, provider_of, python_code
from backend.playground import Playground
from backend.runs.exchanges import load_exchanges
from backend.runs.records import Run, RunImage

_HEAD = Markup(
    '<div class="inspector-head"><h2 class="quiet">Request</h2><button type="button" data-close>Close</button></div>'
)
_BLOCK = Markup(
    '<details><summary>{}</summary><div class="code"><button type="button" data-copy>Copy</button>'
    '<pre tabindex="0"><code>{}</code></pre></div></details>'
)


def inspector_html(playground: Playground, run: Run, image: RunImage, address: str) -> str:
    """Return a run of this visitor as readable blocks; no key is in any of them."""
    blocks = (_BLOCK.format(title, text) for title, text in _blocks(playground, run, image, address))
    return str(_HEAD + Markup("").join(blocks))


def _blocks(playground: Playground, run: Run, image: RunImage, address: str) -> Iterator[tuple[str, str]]:
    asked = run.request.model_dump(mode="json", exclude_defaults=True) | {"mode": run.request.mode}
    yield "The request", _json(asked)
    yield "Python, through this playground", client_code(run.request, run.backend, address)
    try:
        seed = image.seed if image.seed is not None else run.request.seed
        code = diffusers_code(run.request, size=(image.width, image.height), seed=seed)
    except Unsupported:  # Plain diffusers has no call for it: then this block is left out.
        code = ""
    if code:
        yield "Python, with diffusers", code
    for exchange in load_exchanges(playground.store.engine, run.id):
        yield from _exchange(exchange, run.backend)


def _exchange(exchange: Exchange, backend: str) -> Iterator[tuple[str, str]]:
    place = f"{exchange.method} {provider_of(exchange)}"
    yield f"{place}: sent", _json(exchange.sent)
    yield f"{place}: received ({exchange.status or 'no answer'})", _json(exchange.received)
    if exchange.pays:
        yield f"{place}: curl", curl_code(exchange, backend)
        yield f"{place}: Python", python_code(exchange, backend)
        yield f"{place}: JavaScript", javascript_code(exchange, backend)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
