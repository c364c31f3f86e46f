"""A run laid open: what was asked, what was sent and answered, and code that makes it again."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from markupsafe import Markup

from backend.domain.errors import PlaygroundError
from backend.domain.records import Run, RunImage
from backend.export.programs import programs
from backend.playground import Playground
from backend.record.exchange_log import load_exchanges
from ui.runs.cards import lost
from ui.serving.served import Served, url

_HEAD = Markup(
    '<div class="inspector-head"><h2 class="quiet">Request</h2><button type="button" data-close>Close</button></div>'
)
_BLOCK = Markup(
    '<details><summary>{}</summary><div class="code"><button type="button" data-copy>Copy</button>'
    '<pre tabindex="0"><code>{}</code></pre></div></details>'
)

_OWN_FILE = Markup(
    '<p class="hint"><a class="restore-file" href="{}" download="{}">Download the provider\'s own file</a>: '
    "byte for byte as it came, with whatever it says of its origin.</p>"
)


def inspector_html(playground: Playground, run: Run, image: RunImage, *, address: str, own_file: Markup) -> str:
    """Return a run of this visitor as readable blocks under the link to its file; no key is in any of them."""
    blocks = (_BLOCK.format(title, text) for title, text in _blocks(playground, run, image, address))
    return str(_HEAD + own_file + Markup("").join(blocks))


def own_file_link(served: Served, image: RunImage, visitor: str) -> Markup:
    """Return the link that downloads the provider's own file, or why it can't be; nothing for a picture made here."""
    if image.original is None:
        return Markup("")
    try:
        path = served.copy_of(image.original, visitor)
    except PlaygroundError as error:
        return lost(error)
    return _OWN_FILE.format(url(path), f"provider-{image.sha256[:8]}{path.suffix}")


def _blocks(playground: Playground, run: Run, image: RunImage, address: str) -> Iterator[tuple[str, str]]:
    asked = run.request.model_dump(mode="json", exclude_defaults=True) | {"mode": run.request.mode}
    yield "The request", _json(asked)
    exchanges = load_exchanges(playground.store.engine, run.id)
    yield from programs(run, image, exchanges, backend=playground.backends.get(run.backend), address=address)
    for exchange in exchanges:
        place = f"{exchange.method} {urlsplit(exchange.url).netloc}"
        yield f"{place}: sent", _json(exchange.sent)
        yield f"{place}: received ({exchange.status or 'no answer'})", _json(exchange.received)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
