"""Graphs of ComfyUI's API, changed from the official Z-Image one, and what is read of the file that carries them."""

from copy import deepcopy
from typing import Any

from PIL import Image

from backend.restore.found import Restored
from backend.restore.read import read_metadata
from tests.backend.restore.files import with_texts
from tests.backend.restore.test_comfyui import GRAPH

PROMPT, SEED = "a fox in the snow", 1035183423012003


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """Return a node of the API's graph."""
    return {"class_type": kind, "inputs": inputs}


def graph(**nodes: dict[str, Any]) -> dict[str, Any]:
    """Return the official graph with a sampler that is known here; nodes replace others, inputs are put into them."""
    made = deepcopy(GRAPH)
    made["3"]["inputs"]["sampler_name"] = "euler"
    for name, change in deepcopy(nodes).items():
        if "class_type" in change:
            made[name.removeprefix("n")] = change
        else:
            made[name.removeprefix("n")]["inputs"] |= change["inputs"]
    return made


def restored(texts: dict[str, Any], size: tuple[int, int] = (8, 8)) -> Restored:
    """Return what is read of a PNG of this size that carries these texts; objects become JSON."""
    found = read_metadata(with_texts(texts, Image.new("RGB", size)))
    assert found is not None
    return found


def listed(found: Restored, name: str) -> list[str]:
    """Return the values that were listed under a name instead of being taken over."""
    return [entry.value for entry in found.dropped if entry.name == name]
