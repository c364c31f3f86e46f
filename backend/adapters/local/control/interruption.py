"""Stopping a network of torch in the middle of its work."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from backend.threads.background import Check


@contextmanager
def interruptible(check: Check, *models: Any) -> Iterator[None]:
    """Ask `check` before each layer of the models runs; what it raises ends the computation there."""
    with ExitStack() as hooks:
        for model in models:
            for layer in model.modules():
                hook = layer.register_forward_pre_hook(lambda *_: check())
                hooks.callback(hook.remove)
        yield
