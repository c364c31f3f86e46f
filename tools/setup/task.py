"""What is to be set up, where, and from which lists: the command line, understood."""

import argparse
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.setup import builds, pair, stamp
from tools.setup.environment import Environment
from tools.setup.machine import gpu

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be set up, where, from which lists."""

    environment: Environment
    dev: bool
    torch_index: str
    root: Path = ROOT

    @property
    def purpose(self) -> str:
        """What the environment will serve for."""
        return "dev" if self.dev else "run"

    @property
    def lists(self) -> list[Path]:
        """The files that say what gets installed; a container image doesn't hold the last."""
        names = ["requirements.txt", "constraints.txt", *(["requirements-dev.txt"] if self.dev else [])]
        return [self.root / name for name in names if (self.root / name).exists()]

    @property
    def constraints(self) -> Path:
        """The exact versions."""
        return self.root / "constraints.txt"

    @property
    def steps(self) -> int:
        """How many steps there are to announce."""
        return 5 if self.dev else 4

    def key(self) -> str:
        """Everything that decides what gets installed; told within milliseconds."""
        version = ".".join(map(str, self.environment.version))
        return stamp.key(self.lists, version, platform.machine(), self.torch_index, str(gpu.is_seen()))

    def is_done(self) -> bool:
        """Say whether all this was set up before; what serves for tests serves for running too."""
        folder, purposes = self.environment.folder, (self.purpose, "dev")
        tasks = (replace(self, dev=purpose == "dev") for purpose in purposes)
        done = any(stamp.is_current(folder, task.purpose, task.key()) for task in tasks)
        return done and self.environment.python.exists() and pair.fits(self.environment.packages)

    def say(self, step: int, what: str) -> None:
        """Announce a step."""
        print(f"Step {step} of {self.steps}: {what}", flush=True)


def parse(arguments: Sequence[str]) -> Task:
    """Read the command line; TORCH_INDEX may come from the environment too."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description="Set up the playground, once.")
    parser.add_argument("--venv", type=Path, default=Path(".venv"), help="where to put the environment")
    parser.add_argument("--dev", action="store_true", help="also what tests and linters need")
    parser.add_argument(
        "--torch-index",
        default=os.environ.get("TORCH_INDEX", ""),
        metavar="URL",
        help=f"where torch comes from; without a GPU {builds.CPU_INDEX}; 'ordinary' for where all else comes from",
    )
    options = parser.parse_args(arguments)
    return Task(Environment(options.venv), options.dev, options.torch_index)
