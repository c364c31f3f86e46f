import subprocess
import sys

from ui.serving.no_stubs import WRITER, skip_stubs

SEEN = """
import sys
from ui.serving.no_stubs import WRITER, skip_stubs
skip_stubs()
import gradio
assert not any(type(finder).__module__ == "ui.serving.no_stubs" for finder in sys.meta_path), "it stays in the way"
assert gradio.Button("Go").click, "a component lost its events"
assert "annotated_image" in gradio.AnnotatedImage.__module__
print(getattr(sys.modules[WRITER[0]], WRITER[1]).__module__)
"""
MISSING = """
import sys, types
from importlib.machinery import ModuleSpec
from ui.serving.no_stubs import _Silenced
class Later:
    def create_module(self, spec): return None
    def exec_module(self, module): module.own = 1
module = types.ModuleType("gradio.component_meta")
_Silenced(Later()).exec_module(module)
print(sorted(name for name in vars(module) if not name.startswith("_")))
"""


def _said(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.strip()


def test_gradio_is_imported_whole_and_writes_no_stubs() -> None:
    assert _said(SEEN) == "ui.serving.no_stubs"


def test_a_release_without_the_writer_is_left_as_it_is() -> None:
    assert _said(MISSING) == "['own']"


def test_nothing_happens_once_gradio_is_there() -> None:
    import gradio  # noqa: F401

    before = list(sys.meta_path)
    skip_stubs()
    assert sys.meta_path == before
    assert WRITER[0] in sys.modules
