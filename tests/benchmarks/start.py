"""From the start of the process to the first answer, and the memory it takes then, against a bare page of five tabs."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.support.measure import Row
from tests.serving import free_port

ROUNDS = 3
MOST_TIMES, MOST_MEMORY = 1.3, 1.5
PATIENCE = 600.0
BARE = """
import sys
import gradio as gr

with gr.Blocks() as page:
    for name in ("Text", "Image", "Inpaint", "Outpaint", "ControlNet"):
        with gr.Tab(name):
            words, image, steps = gr.Textbox(label="Prompt"), gr.Image(type="filepath"), gr.Slider(1, 50, 8)
            gr.Button("Generate").click(lambda words, image, steps: image, [words, image, steps], gr.Image())
page.launch(server_port=int(sys.argv[1]), quiet=True)
"""


@dataclass(frozen=True)
class Start:
    """Seconds to the first 200, and megabytes resident at that moment (0 where the system doesn't tell)."""

    seconds: float
    megabytes: float


def rows() -> Iterator[Row]:
    """Start both in turns and compare; the playground proxies, so that no model is loaded behind the page."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        ours: list[Start] = []
        theirs: list[Start] = []
        for turn in range(ROUNDS):
            both = [(ours, playground(Path(folder) / str(turn))), (theirs, [str(bare)])]
            for found, command in both if turn % 2 == 0 else reversed(both):
                found.append(_start(command, Path(folder)))
    yield _row("process start to the first 200", "s", _middles(ours, theirs, "seconds"), MOST_TIMES)
    yield _row("resident memory then", "MB", _middles(ours, theirs, "megabytes"), MOST_MEMORY)


def playground(data: Path) -> list[str]:
    """Return the command that serves the playground on Runware, but for the port."""
    return ["app.py", "--backend", "runware", "--data", str(data), "--port"]


def _middles(ours: Sequence[Start], theirs: Sequence[Start], what: str) -> tuple[float, float]:
    middles = [statistics.median(getattr(start, what) for start in starts) for starts in (ours, theirs)]
    return middles[0], middles[1]


def _row(what: str, unit: str, middles: tuple[float, float], most: float) -> Row:
    ours, theirs = middles
    ratio = ours / theirs if theirs else 0.0
    shown = f"{ours:.1f} {unit} : {theirs:.1f} {unit} = {ratio:.2f} ×"
    return Row(what, "a bare Gradio page of five tabs", shown, f"≤ {most:g} ×", ratio <= most)


def _start(command: Sequence[str], folder: Path) -> Start:
    began = time.perf_counter()
    with serving(command, folder) as (_, pid):
        return Start(time.perf_counter() - began, resident(pid))


@contextmanager
def serving(command: Sequence[str], folder: Path, tree: Path | None = None) -> Iterator[tuple[str, int]]:
    """Start a server, of another checkout where `tree` is one, wait for its first answer, and yield address and pid."""
    port = free_port()
    quiet = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_TEMP_DIR": str(folder / "cache")}
    quiet["RUNWARE_API_KEY"] = "not-asked-for"
    whole = [sys.executable, *command, str(port)]
    with subprocess.Popen(whole, env=quiet, stdout=subprocess.DEVNULL, cwd=tree) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/", process)
            yield f"http://127.0.0.1:{port}/", process.pid
        finally:
            process.terminate()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(url, timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing answered at {url}")


def resident(pid: int) -> float:
    """Return a process's resident megabytes, 0 where the system doesn't tell."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
