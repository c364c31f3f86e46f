"""Files that hold as much as is read, or more: what they say is looked at once, and not for long."""

import json
from typing import Any

from tests.backend.restore.comfyui.graphs import graph, node
from tests.backend.restore.files import png, png_chunk, with_texts

_OBJECTS = json.dumps([{"a": number} for number in range(38_000)])


def _around(number: int) -> dict[str, Any]:
    """Return a sampler whose inputs lead all over a graph of 2,000."""
    names = ("model", "latent_image", "seed", "steps", "positive", "text")
    return node("KSampler", **{name: [str((number * (at + 1) + 1) % 2000), 0] for at, name in enumerate(names)})


def _joining(number: int) -> dict[str, Any]:
    texts = {f"string_{part}": [str(number + 1), 0] for part in range(1, 101)}
    return node("JoinStringMulti", inputcount=100, delimiter=" ", **texts)


_JOINED = {f"n{number}": _joining(number) for number in range(100, 130)}
LARGE = {
    "a megabyte of JSON": png(parameters=_OBJECTS, prompt=_OBJECTS),
    "as many texts as are read": with_texts(dict.fromkeys(("parameters", "prompt", "workflow", "Comment"), _OBJECTS)),
    "8 MB of quotes": png()[:33] + png_chunk(b"tEXt", b"prompt\0" + b'"' * (2**23 - 100)) + png()[33:],
    "8 MB of base64": with_texts({"prompt": graph(n70=node("Load", image="A" * 8_000_000))}),
    "a canvas of 12,000 nodes": with_texts(
        {"workflow": {"nodes": [{"id": number, "type": "KSampler"} for number in range(12_000)], "links": []}}
    ),
    "2,000 nodes all linked": with_texts({"prompt": {str(number): _around(number) for number in range(2000)}}),
    "texts of texts of texts": with_texts({"prompt": graph(n6={"inputs": {"text": ["100", 0]}}, **_JOINED)}),
}
