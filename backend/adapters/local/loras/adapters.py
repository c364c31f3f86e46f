"""LoRAs on the shared model: put on, and taken off without a trace."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import Any

from backend.adapters.local.loras.changes import Change, read_changes
from backend.adapters.local.loras.differences import Differences
from backend.adapters.local.loras.dora import weigh_dora
from backend.adapters.local.loras.names import Component, Names
from backend.adapters.local.loras.peft_layers import ORDER, layer_of, put_layers, take_layers, weigh_layers
from backend.adapters.local.loras.places import COMPONENTS, places_of
from backend.adapters.local.loras.refusals import gone, two_doras
from backend.adapters.local.loras.shelf import LoraFile
from backend.adapters.local.loras.stored import check_stored
from backend.adapters.local.machine.memory import MemoryPlan
from backend.adapters.local.machine.placement import lay_out

_Worn = Mapping[str, tuple[Change, ...]]


class Adapters:
    """Keeps the LoRAs of the last drawing on, since the next one often has the same.

    `memory` says how the pipeline is laid out: one that is offloaded is brought together for a change, and laid out
    again.
    """

    def __init__(self, pipe: Any, memory: Callable[[], MemoryPlan]) -> None:
        self._pipe, self._memory = pipe, memory
        self._names: Names | None = None
        self._differences = Differences(pipe)
        self._on: dict[str, tuple[Change, ...]] = {}
        self._weights: dict[str, float] = {}

    @property
    def on_words(self) -> Hashable:
        """Return what changes the text encoder now: embeddings of other words are other ones."""
        return frozenset(
            (name, self._weights[name])
            for name, changes in self._on.items()
            if self._weights.get(name) and any(change.place.component == "text_encoder" for change in changes)
        )

    def put_on(self, loras: tuple[LoraFile, ...]) -> None:
        """Leave exactly these LoRAs on; raise `Unsupported` where one can't be used whole, and leave none on then."""
        weights = {_name(lora): lora.weight for lora in loras}
        if weights == self._weights:
            return
        worn = self._exchanged({_name(lora): lora for lora in loras})
        with ExitStack() as undone:
            undone.callback(self._take_off)  # Whatever ends it: half of a LoRA would be in all drawings after this one.
            with self._together():
                self._put(worn)
                self._weigh(weights)
            undone.pop_all()

    def _exchanged(self, files: Mapping[str, LoraFile]) -> _Worn:
        """Return what has yet to be put on, after all else was taken off: nothing where the files are those before."""
        if files.keys() == self._on.keys():
            return {}
        self._take_off()
        worn = {name: self._read(lora) for name, lora in files.items()}
        _check_doras(files, worn)
        return worn

    def _read(self, lora: LoraFile) -> tuple[Change, ...]:
        if self._names is None:
            self._names = Names(places_of(self._pipe))
        changes = read_changes(lora.path, self._names)
        check_stored(lora.path, self._pipe, changes, self._differences)
        return changes

    def _put(self, worn: _Worn) -> None:
        self._on |= worn
        for kind, (name, changes), component in product(ORDER, worn.items(), COMPONENTS):
            own = [each for each in changes if each.kind == kind and each.place.component == component]
            if own:
                put_layers(self._model(component), f"{name}_{kind}", kind, own, self._pipe.vae.dtype)

    def _weigh(self, weights: Mapping[str, float]) -> None:
        acting = [(name, change, weight) for name, weight in weights.items() if weight for change in self._on[name]]
        for component in COMPONENTS:
            if hasattr(self._model(component), "peft_config"):
                layers = [each for each in acting if each[1].place.component == component]
                weigh_layers(self._model(component), _scales(layers))
        for name, change, weight in acting:
            if change.kind == "dora":
                layer = layer_of(self._model(change.place.component), change, f"{name}_dora")
                weigh_dora(layer, f"{name}_dora", change, weight, self._pipe.vae.dtype)
        self._differences.set((change, weight) for _, change, weight in acting if change.kind == "difference")
        self._weights = dict(weights)

    def _model(self, component: Component) -> Any:
        return getattr(self._pipe, component)

    def _take_off(self) -> None:
        if not self._on:
            return
        with self._together():
            self._differences.undo()
            for component in COMPONENTS:
                take_layers(self._model(component))
        self._on, self._weights = {}, {}

    @contextmanager
    def _together(self) -> Iterator[None]:
        plan = self._memory()
        if plan.offload == "none":
            yield
            return
        device = self._pipe._execution_device.type
        self._pipe.remove_all_hooks()
        try:
            yield
        finally:
            lay_out(self._pipe, plan, device)


def _scales(acting: Iterable[tuple[str, Change, float]]) -> dict[str, float]:
    """Return PEFT's adapters with their scales, a DoRA's first and at 1: its weight is in its factors."""
    scales = {
        f"{name}_{change.kind}": 1.0 if change.kind == "dora" else weight
        for name, change, weight in acting
        if change.kind != "difference"
    }
    return dict(sorted(scales.items(), key=lambda each: not each[0].endswith("_dora")))


def _check_doras(files: Mapping[str, LoraFile], worn: _Worn) -> None:
    """Raise `Unsupported` where two DoRAs change one module: each is a way from the module's own weights."""
    known: dict[object, str] = {}
    for name, changes in worn.items():
        for change in changes:
            if change.kind == "dora" and (other := known.setdefault(change.place, name)) != name:
                raise two_doras(files[other].path, files[name].path)


def _name(lora: LoraFile) -> str:
    try:
        stamp = lora.path.stat()
    except OSError as error:
        raise gone(lora.path) from error
    return "lora_" + hashlib.sha256(f"{lora.path}|{stamp.st_mtime_ns}|{stamp.st_size}".encode()).hexdigest()[:16]
