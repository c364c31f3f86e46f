"""Importing Gradio without its writing type stubs anew, which takes half of the import.

Gradio's metaclass parses the source of each component and writes a `.pyi` beside it whenever a process starts
(`gradio/component_meta.py`, `create_or_modify_pyi`); editors read these, a running page never does.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

WRITER = ("gradio.component_meta", "create_or_modify_pyi")


def skip_stubs() -> None:
    """Let the coming `import gradio` write no stubs.

    Nothing happens where Gradio has been imported already, or where a later release has no such function.
    """
    if WRITER[0] not in sys.modules:
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Steps in for one module, once."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != WRITER[0]:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec and spec.loader:
            spec.loader = _Silenced(spec.loader)
        return spec


class _Silenced(Loader):
    """Loads the module as its own loader does, and then takes its writer's work away."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._own.exec_module(module)
        if hasattr(module, WRITER[1]):
            setattr(module, WRITER[1], lambda *_component: None)
