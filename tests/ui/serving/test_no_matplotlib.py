import subprocess
import sys

import gradio
import pytest

from ui.serving.no_matplotlib import draw_no_plots

EVENT = """
import sys
from ui.serving.no_stubs import skip_stubs
skip_stubs()
import gradio as gr
from gradio.routes import App
from starlette.testclient import TestClient
from ui.serving.no_matplotlib import draw_no_plots
assert draw_no_plots(), "Gradio calls it otherwise now: look at ui/serving/no_matplotlib.py"
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
        "Gradio imports it elsewhere now: look at ui/serving/no_matplotlib.py"
    )


def test_a_release_that_calls_it_otherwise_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(gradio.utils, "MatplotlibBackendMananger")
    assert not draw_no_plots()
    assert not hasattr(gradio.utils, "MatplotlibBackendMananger")
