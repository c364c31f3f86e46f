"""A playground in a process of its own, as `python app.py` starts it, which can be killed and started again."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from backend.simulator.world import KEY, World
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
"""Seconds until a started playground answers."""


@dataclass
class AppProcess:
    """The playground over a data folder, whose providers are the simulator at an address."""

    data: Path
    provider: str
    world: World
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Return where its page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, and wait until its page is there."""
        given = {
            "PLAYGROUND_DATA": str(self.data),
            "PLAYGROUND_BACKEND": "runware",
            "RUNWARE_API_KEY": KEY,
            "RUNWARE_BASE_URL": f"{self.provider}/v1",
            "MODELRUNNER_KEY": KEY,
            "MODELRUNNER_BASE_URL": self.provider,
            "MODELRUNNER_STORAGE_URL": self.provider,
        }
        with (self.data.parent / "app.log").open("ab") as log:
            command = [sys.executable, "app.py", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **given}, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, (self.data.parent / "app.log").read_text()[-2000:]
            assert time.monotonic() < until, "the playground doesn't start"
            time.sleep(0.2)

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}config").is_success
        return False
