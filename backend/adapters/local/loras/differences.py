"""Full differences, which are added into weights; the weights' own values are kept until they are taken off."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from backend.adapters.local.loras.changes import Change

if TYPE_CHECKING:
    from torch import Tensor

_Key = tuple[str, str, bool]
_LEAST_BYTES = 2
"""Of a number that a small difference can be added to: fp8 would lose it."""


class Differences:
    """What lies in some of a pipeline's weights besides their own values."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._own: dict[_Key, tuple[Change, Tensor]] = {}

    def fits(self, change: Change) -> bool:
        """Whether there are such weights, stored as they are computed."""
        found, (wanted,) = self._weights(change), change.tensors.values()
        return found is not None and found.shape == wanted.shape and _is_added_to(found)

    def set(self, changes: Iterable[tuple[Change, float]]) -> None:
        """Leave exactly these changes in, each as strongly as its weight says."""
        self.undo()
        sums: dict[_Key, Tensor] = {}
        for change, weight in changes:
            key, (tensor,) = _key(change), change.tensors.values()
            self._own.setdefault(key, (change, self._weights(change).detach().to("cpu", copy=True)))
            sums[key] = sums.get(key, 0) + weight * tensor
        for key, (change, own) in self._own.items():
            self._weights(change).data.copy_(own.float() + sums[key])

    def undo(self) -> None:
        """Give the weights their own values back, to the last bit."""
        for change, own in self._own.values():
            self._weights(change).data.copy_(own)
        self._own.clear()

    def _weights(self, change: Change) -> Any:
        model, path = getattr(self._pipe, change.place.component), change.place.path
        try:
            module = model.get_submodule(path)
        except AttributeError:  # it is a parameter of the model itself
            return model.get_parameter(path)
        base = module.get_base_layer() if hasattr(module, "get_base_layer") else module
        return getattr(base, "bias" if "bias" in change.tensors else "weight", None)


def _is_added_to(weights: Any) -> bool:
    return bool(weights.is_floating_point()) and weights.element_size() >= _LEAST_BYTES


def _key(change: Change) -> _Key:
    return change.place.component, change.place.path, "bias" in change.tensors
