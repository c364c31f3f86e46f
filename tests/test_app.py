"""The program ends as whoever stands at its terminal expects."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.serving import free_port

PATIENCE = 120


def test_ctrl_c_at_the_very_line_that_says_ready_ends_it_without_a_trace(tmp_path: Path) -> None:
    # A shell that runs the tests in its background has SIGINT ignored, and programs inherit that.
    program = ["env", "--default-signal=INT", sys.executable, "app.py", "--backend", "fake"]
    command = [*program, "--port", str(free_port()), "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdout
        assert any("is ready" in line for line in started.stdout)
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=PATIENCE)
    assert (started.returncode, "Traceback" in said) == (0, False)
