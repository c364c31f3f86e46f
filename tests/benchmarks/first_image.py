"""From the line that says ready to the first image of the embedded model, as somebody sees it who ran `make run`."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gradio_client import Client

from tests.benchmarks.support.measure import Row, seconds
from tests.serving import free_port

MOST_FIRST, MOST_LATER = 60.0, 5.0
PROMPT = "a red circle on a blue background"
READY = "The playground is ready: "


def rows() -> Iterator[Row]:
    """Start the playground, wait for its line, and ask for two images at once after it, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--backend", "local", "--model", "tiny", "--data", folder]
        quiet = {**os.environ, "HF_HUB_OFFLINE": "1", "GRADIO_TEMP_DIR": str(Path(folder) / "cache")}
        with subprocess.Popen(
            [*command, "--port", str(free_port())],
            env=quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                address = _address(process)
                began = time.perf_counter()
                client = Client(address, verbose=False)
                _draw(client)
                first = time.perf_counter() - began
                later = seconds(lambda: _draw(client))
            finally:
                process.terminate()
    yield _row(
        "the ready line to the first image (embedded model, its loading and the client's start)", first, MOST_FIRST
    )
    yield _row("the next image through the API", later, MOST_LATER)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    for line in process.stdout:
        if READY in line:
            return line.partition(READY)[2].strip()
    raise RuntimeError("the playground ended before it was ready")


def _draw(client: Client) -> None:
    images, _ = client.predict(prompt=PROMPT, api_name="/text_to_image")
    assert images


def _row(what: str, taken: float, most: float) -> Row:
    return Row(what, "–", f"{taken:.1f} s", f"< {most:g} s", taken < most)
