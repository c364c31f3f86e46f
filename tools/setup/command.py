"""The command: what gets installed, step by step, and what is said meanwhile."""

import platform
import sys
import time
from collections.abc import Sequence

from tools.setup import builds, bytecode, chromium, pair, pip, stamp
from tools.setup.builds import Build
from tools.setup.environment import Environment
from tools.setup.errors import SetupError
from tools.setup.machine import disk, gpu, probe, proxy
from tools.setup.task import Task, parse

WAY_OUT = (
    "Its last lines above say why. Without a network it can't go on; "
    "the same command goes on from here and keeps what is loaded already."
)
ELSEWHERE = "Make room or let this user write there, or put the environment elsewhere: make run VENV=/path/there."


def main(arguments: Sequence[str]) -> int:
    """Set up, unless that was done before; say what went wrong and the way out."""
    try:
        task = parse(arguments)
        if not task.is_done():
            set_up(task)
    except SetupError as error:
        print(f"Setting up stopped: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"Setting up stopped: {error.strerror or error}{where}. {ELSEWHERE}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def set_up(task: Task) -> None:
    """Do the steps in order; each leaves a state from which the same command goes on."""
    start, environment = time.monotonic(), task.environment
    build = builds.choose(task.torch_index, gpu=gpu.is_present())
    introduce(task)
    if why := builds.lacking(*builds.here()):
        raise SetupError(why)
    task.say(1, f"the environment {environment.folder}")
    disk.check(environment.folder, build)
    if not environment.works():
        environment.make()
    stamp.remove(environment.folder)
    environment.drop_halves()
    build = install_torch(task, build)
    install_rest(task, build)
    task.say(4, "checking that torch and torchvision fit each other, and compiling what is needed")
    check(environment)
    bytecode.compile_installed(environment, dev=task.dev)
    if task.dev:
        prepare_browser(task)
    stamp.write(environment.folder, task.purpose, task.key())
    print(f"All set up after {time.monotonic() - start:.0f} s. The next start skips this.", flush=True)


def introduce(task: Task) -> None:
    """Say what is about to happen, and what might not go well."""
    version = platform.python_version()
    print(f"Setting up with Python {version}. It can be stopped: the same command goes on from there.", flush=True)
    driver = gpu.driver_version()
    if driver is not None and driver < gpu.OLDEST_DRIVER and not task.torch_index:
        print(
            f"The NVIDIA driver {driver} is older than {gpu.OLDEST_DRIVER}, which these builds of torch need: "
            "update it, or take builds for an older CUDA with TORCH_INDEX=<one of PyTorch's indexes>."
        )


def install_torch(task: Task, build: Build) -> Build:
    """Install the pair, CPU builds first where they suit, the ordinary ones where those can't be had; say which."""
    note = ""
    if build.index is not None and not task.torch_index:
        reason = probe.unreachable(build.index)
        if reason is None and install_pair(task, build):
            return build
        build = builds.ordinary()
        note = f"; the smaller CPU builds can't be had: {reason or 'installing them failed'}"
    if not install_pair(task, build, note):
        raise SetupError(f"pip could not install torch. {WAY_OUT}{proxy.told()}")
    return build


def install_pair(task: Task, build: Build, note: str = "") -> bool:
    """Install torch and torchvision from one place, after removing a pair from another."""
    environment = task.environment
    disk.check(environment.folder, build)
    task.say(2, f"{build.name} ({build.size} with all else{note})")
    packages = environment.packages
    if packages is not None and pair.labels(packages) - {build.label}:
        pip.run(environment, build, "uninstall", "-y", *pair.NAMES)
    source = () if build.index is None else ("--extra-index-url", build.index)
    wanted = builds.pinned(task.constraints, build.label)
    return pip.install(environment, build, task.constraints, *source, *wanted)


def install_rest(task: Task, build: Build) -> None:
    """Install everything else; the pair is there already and is left alone."""
    name = "requirements-dev.txt" if task.dev else "requirements.txt"
    task.say(3, f"everything else in {name}")
    if not pip.install(task.environment, build, task.constraints, "-r", str(task.root / name)):
        raise SetupError(f"pip could not install everything. {WAY_OUT}{proxy.told()}")


def check(environment: Environment) -> None:
    """Look at what got installed, without the seconds that importing it takes."""
    packages = environment.packages
    assert packages is not None
    pair.check(packages)


def prepare_browser(task: Task) -> None:
    """Find or install the Chromium of the browser tests; they are left out without one."""
    task.say(5, "Chromium for the browser tests")
    found = chromium.ensure_chromium()
    print(f"  {found or chromium.MISSING}", flush=True)
