"""The local engine with its last step left out: the pipeline's call is recorded, and becomes the picture's colours."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import ZImageControlNetPipeline, ZImagePipeline
from diffusers.models.attention_dispatch import _AttentionBackendRegistry
from PIL import Image
from safetensors.torch import save_file

from backend.adapters.local.at_hand import Models
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.control import detectors
from backend.adapters.local.control.controlnets import ControlNet, load_controlnet
from backend.adapters.local.control.sighting import Sighting
from backend.adapters.local.control.sources import find_controlnets
from backend.adapters.local.drawing.block_cache import BlockCache
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.nag import Nag
from backend.adapters.local.load import load
from backend.adapters.local.machine import option_rules
from backend.adapters.local.machine.checkpoint import EMBEDDED, find
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import Layout
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.threads.background import Loading
from tests.backend.adapters.local.upscaling.networks import compact
from tests.backend.adapters.takes.samples import LORA, OTHER_LORA, UPSCALER

CPU = Machine("cpu", "CPU", 16 * 2**30)
TARGET = "layers.0.attention.to_q"


@dataclass
class Notes:
    """What was asked for beside the pipeline's call: how the weights are to lie, and which ControlNet."""

    layout: Layout = field(default_factory=Layout)
    controlnet: str = ""


class AllHere(Extras):
    """Extras of which every file is said to be here."""

    def file(self, name: str) -> Path:
        return Path("extras") / name / "weights"


class Named:
    """A detector whose maps are of one colour, its own, and that sees a face and a hand in every picture.

    Also a safety check that flags everything.
    """

    def __init__(self, folder: Path) -> None:
        self.colour = tuple(hashlib.sha256(folder.name.encode()).digest()[:3])

    def find(self, image: Image.Image, check: Any) -> Image.Image:
        return Image.new("RGB", image.size, self.colour)

    def parts(self, image: Image.Image, check: Any) -> tuple[Sighting, ...]:
        at_the_edge = Sighting("face", (0, 10, 24, 40), 0.8), Sighting("hand", (0, 60, 20, 90), 0.7)
        return *at_the_edge, Sighting("face", (50, 40, 90, 80), 0.8), Sighting("hand", (40, 60, 70, 100), 0.7)

    def flags(self, image: Image.Image) -> bool:
        return True


@contextmanager
def recording(folder: Path) -> Iterator[LocalBackend]:
    """Yield a local backend on a machine that has everything, with a model that isn't the embedded one by name."""
    notes = Notes()
    with pytest.MonkeyPatch.context() as patch:
        engine = _engine(notes)

        def wait(_models: Models, _emit: Any, _total: int, layout: Layout) -> Engine:
            notes.layout = layout
            return engine

        def call(pipe: Any, **given: Any) -> Any:
            return _numbers(pipe, notes, given)

        patch.setattr(Models, "wait", wait)
        patch.setattr(ZImagePipeline, "__call__", call)
        patch.setattr(ZImageControlNetPipeline, "__call__", call)
        patch.setattr(detectors, "LOADERS", dict.fromkeys(detectors.LOADERS, Named))
        patch.setattr(option_rules, "_COMPILERS", ("sh",))
        settings = Settings(_env_file=None, PLAYGROUND_DATA=folder, PLAYGROUND_MODEL=str(_model(folder / "model")))
        backend = LocalBackend(settings, ImageFiles(folder / "images"), CPU, AllHere(offered=False))
        backend.workshop._safety = Loading(lambda _: Named(folder))  # type: ignore[assignment, arg-type, return-value]
        _add_loras(folder / "loras", engine)
        compact(folder / "upscalers" / f"{UPSCALER}.safetensors")
        yield backend


def _model(folder: Path) -> Path:
    """Lay out the embedded model as somebody's own: without its world and its ControlNet."""
    folder.mkdir()
    for each in EMBEDDED.iterdir():
        if each.name not in ("world.json", "controlnet"):
            (folder / each.name).symlink_to(each)
    return folder


def _engine(notes: Notes) -> Engine:
    tiny = find("tiny")
    assert tiny
    nothing = Extras(offered=False)
    pipe = load(tiny, nothing, lambda *_: None).pipe
    (source,) = find_controlnets(tiny, nothing)
    model = load_controlnet(source, torch.float32, "cpu")

    def bring(memory: Any, wanted: str, _report: Any) -> ControlNet:
        notes.controlnet = wanted
        return ControlNet(model, memory)

    return Engine(pipe, bring, attention="cudnn")


def _add_loras(folder: Path, engine: Engine) -> None:
    folder.mkdir()
    rows, columns = engine.pipe.transformer.get_submodule(TARGET).weight.shape
    for seed, name in enumerate((LORA, OTHER_LORA)):
        seeded = torch.Generator().manual_seed(seed)
        weights = {"A": torch.randn((4, columns), generator=seeded), "B": torch.randn((rows, 4), generator=seeded)}
        save_file(
            {f"transformer.{TARGET}.lora_{side}.weight": weight for side, weight in weights.items()},
            folder / f"{name}.safetensors",
        )


def _numbers(pipe: Any, notes: Notes, given: dict[str, Any]) -> Any:
    """Return, as the pipeline would, an image: a colour of all the numbers that it would have drawn with.

    Its rows are light and dark: of a redraw, whose mean colours are its source's, they tell; of what is made smaller,
    the mean does.
    """
    sampler, after = pipe.scheduler, given.pop("callback_on_step_end")
    words = _plain(given["prompt_embeds"])  # as they are before the first step; they may change with the steps
    sampler.set_timesteps(given["num_inference_steps"], sigmas=given.get("sigmas"), device="cpu")
    sampler._index, sampler.clean = len(sampler.timesteps), given["latents"]
    kept = after(pipe, 0, 0, {"latents": given["latents"]})
    walk = (sampler._solver, sampler.sigmas)
    seen = (words, given, kept, walk, *_weights(pipe, notes), *_hints(pipe))
    digest = hashlib.sha256(repr(_plain(seen)).encode()).digest()
    colour = np.frombuffer(digest[:3], dtype=np.uint8) / 255
    image = np.ones((1, given["height"], given["width"], 3)) * colour
    image[:, ::2] *= 0.5
    return SimpleNamespace(images=image)


def _weights(pipe: Any, notes: Notes) -> Iterator[Any]:
    """Yield how the model is computed: its layout, LoRAs, compiled blocks, the cache's plan, the attention's kernel."""
    transformer = pipe.transformer
    lora = transformer.get_submodule(TARGET)
    on = getattr(lora, "active_adapters", []) if hasattr(lora, "lora_A") else []
    forward = vars(transformer.layers[0]).get("forward")
    cache = getattr(getattr(forward, "func", None), "__self__", None)
    yield [(lora.scaling[name], lora.lora_A[name].weight) for name in on]
    yield cache._plan if isinstance(cache, BlockCache) else forward is not None
    yield _AttentionBackendRegistry._active_backend
    nag = getattr(vars(transformer).get("forward"), "__self__", None)
    yield (nag.by, nag._negative) if isinstance(nag, Nag) else None
    yield notes.layout, notes.controlnet


def _hints(pipe: Any) -> Iterator[Any]:
    for hint in getattr(getattr(pipe, "controlnet", None), "_hints", ()):
        yield hint.context, hint.guide.scale, hint.guide.start, hint.guide.end


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return hashlib.sha256(value.detach().contiguous().numpy().tobytes()).hexdigest()
    if isinstance(value, Image.Image):
        return hashlib.sha256(value.tobytes()).hexdigest()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
