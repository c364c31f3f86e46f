"""A pipeline's modules as places that a LoRA may change, however their weights are stored."""

from collections.abc import Iterator
from typing import Any

from backend.adapters.local.loras.names import Component, Place

COMPONENTS: tuple[Component, ...] = ("transformer", "text_encoder")


def places_of(pipe: Any) -> Iterator[Place]:
    """Yield every module that has weights, and every parameter beside them; the pipeline wears no LoRA."""
    for component in COMPONENTS:
        for path, module in getattr(pipe, component).named_modules():
            for name, weights in module.named_parameters(recurse=False):
                if name == "weight":
                    yield _place(component, path, module)
                elif name != "bias":
                    yield Place(component, f"{path}.{name}".lstrip("."), tuple(weights.shape), linear=False)


def _place(component: Component, path: str, module: Any) -> Place:
    from torch.nn import Linear

    if isinstance(module, Linear):
        return Place(component, path, (module.out_features, module.in_features), linear=True)
    return Place(component, path, tuple(module.weight.shape), linear=False)
