"""pip in the environment, or uv for it: its own bars on a terminal, calm lines elsewhere."""

import collections
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from tools.setup import uv
from tools.setup.builds import Build
from tools.setup.environment import Environment
from tools.setup.machine import disk
from tools.setup.progress import Progress

EVERY = 10.0  # seconds between two calm lines
TAIL = 15  # of pip's last lines when it failed


def run(environment: Environment, build: Build, *arguments: str) -> bool:
    """Run pip and show how far it is on the way to this build; False where it failed, after its last words."""
    return _run([str(environment.python), "-m", "pip", *arguments], environment, build)


def install(environment: Environment, build: Build, constraints: Path, *arguments: str) -> bool:
    """Install with the constrained versions, by uv where it can stand in for pip, and by pip where it can't or fails.

    Neither compiles what it installs: `bytecode` does, of what is needed.
    """
    if found := uv.program(environment):
        if _run(uv.command(found, environment, constraints, *arguments), environment, build):
            return True
        print("  uv could not do it: pip tries", flush=True)
    keep = () if disk.has_room_for_cache(environment.folder, build) else ("--no-cache-dir",)
    return run(environment, build, "install", "--no-input", "--no-compile", *keep, "-c", str(constraints), *arguments)


def _run(command: list[str], environment: Environment, build: Build) -> bool:
    # A small /tmp is a common reason for a failed install of torch, so downloads wait beside the environment.
    temporary = environment.folder / "downloads"
    temporary.mkdir(exist_ok=True)
    variables = {**os.environ, "TMPDIR": str(temporary.absolute()), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        if sys.stdout.isatty():
            return subprocess.run(command, env=variables, check=False).returncode == 0
        free = shutil.disk_usage(environment.folder).free if _is_uv(command) else None
        return _run_calmly(command, variables, Progress(build, environment.folder, temporary, free))
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _run_calmly(command: list[str], variables: dict[str, str], progress: Progress) -> bool:
    start, name = time.monotonic(), "uv" if _is_uv(command) else "pip"
    tail: collections.deque[str] = collections.deque(maxlen=TAIL)
    with subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        lines = _follow(pip.stdout)
        due = start + EVERY
        while (line := _next(lines, due)) is not None:
            if line:
                tail.append(line)
                progress.read(line)
            if time.monotonic() >= due:
                print(progress.line(time.monotonic() - start), flush=True)
                due += EVERY
    if pip.returncode != 0:
        print("".join(f"  {name}: {line}" for line in tail), end="", flush=True)
    return pip.returncode == 0


def _is_uv(command: list[str]) -> bool:
    return Path(command[0]).stem == "uv"


def _follow(stream: IO[str]) -> "queue.Queue[str | None]":
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _next(lines: "queue.Queue[str | None]", due: float) -> str | None:
    """The next line, an empty one where none came in time, None at the end."""
    try:
        return lines.get(timeout=max(0.0, due - time.monotonic()))
    except queue.Empty:
        return ""
