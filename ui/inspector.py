"""A run laid open: what was asked, what was sent and answered, and code that makes it again."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from backend.export.programs import programs
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
    exchanges = load_exchanges(playground.store.engine, run.id)
    yield from programs(run, image, exchanges, backend=playground.backends.get(run.backend), address=address)
    for exchange in exchanges:
        place = f"{exchange.method} {urlsplit(exchange.url).netloc}"
        yield f"{place}: sent", _json(exchange.sent)
        yield f"{place}: received ({exchange.status or 'no answer'})", _json(exchange.received)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
