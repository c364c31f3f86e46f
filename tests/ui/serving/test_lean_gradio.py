import subprocess
import sys

import gradio
import pytest

from ui.serving.lean_gradio import draw_no_plots, make_one_app

EVENT = """
import sys
from ui.serving.no_stubs import skip_stubs
skip_stubs()
import gradio as gr
from gradio.routes import App
from starlette.testclient import TestClient
from ui.serving.lean_gradio import draw_no_plots
assert draw_no_plots(), "Gradio calls it otherwise now: look at ui/serving/lean_gradio.py"
with gr.Blocks(analytics_enabled=False) as demo:
    words = gr.Textbox()
    words.change(str.upper, words, words, api_name="up")
with TestClient(App.create_app(demo)) as client:
    client.get("/gradio_api/startup-events")
    print(client.post("/gradio_api/run/up", json={"data": ["a boat"]}).json()["data"])
print([name for name in sys.modules if name == "matplotlib"])
"""


def test_an_event_imports_no_matplotlib() -> None:
    said = subprocess.run([sys.executable, "-c", EVENT], check=True, capture_output=True, text=True).stdout
    assert said.splitlines() == ["['A BOAT']", "[]"], (
        "Gradio imports it elsewhere now: look at ui/serving/lean_gradio.py"
    )


def test_a_release_that_calls_it_otherwise_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(gradio.utils, "MatplotlibBackendMananger")
    assert not draw_no_plots()
    assert not hasattr(gradio.utils, "MatplotlibBackendMananger")


PAGE = """
import urllib.request
from ui.serving.no_stubs import skip_stubs
skip_stubs()
import gradio as gr
from gradio import blocks
from gradio.routes import App
from ui.serving.lean_gradio import make_one_app
assert make_one_app() and make_one_app(), "Gradio launches otherwise now: look at ui/serving/lean_gradio.py"
made, make = [], App.create_app
App.create_app = staticmethod(lambda *given, **named: made.append(given) or make(*given, **named))
with gr.Blocks(analytics_enabled=False) as demo:
    words = gr.Textbox()
    words.change(str.upper, words, words, api_name="up")
with demo.route("More", "more"):
    gr.Textbox("there")
demo.queue()
_, address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
print([urllib.request.urlopen(address + path).status for path in ("", "more")], len(made))
demo.close()
"""


def test_a_page_makes_the_application_that_is_served_and_no_other() -> None:
    said = subprocess.run([sys.executable, "-c", PAGE], check=True, capture_output=True, text=True).stdout
    assert said.splitlines()[0] == "[200, 200] 1"


def test_a_release_that_launches_otherwise_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    own = gradio.routes.App
    monkeypatch.setattr(gradio.blocks, "App", own)
    monkeypatch.setattr(gradio.blocks.Blocks, "launch", lambda _: None)
    assert not make_one_app()
    assert gradio.blocks.App is own
