"""Check the Python first, in words that an old one understands too, then set up."""

import shutil
import subprocess
import sys

from tools.setup import NEWEST, OLDEST

KNOWN = ("python3.12", "python3.13", "python3.14", "python3.11")
WAY_OUT = "install Python 3.11, 3.12, 3.13 or 3.14, then name it: make run PYTHON=python3.12"


def is_one_of_ours(python):
    # type: (str) -> bool
    """Say whether this program is a Python that the playground runs on (version managers' stand-ins often aren't)."""
    check = "import sys; sys.exit(not {!r} <= sys.version_info[:2] <= {!r})".format(OLDEST, NEWEST)  # noqa: UP032
    return shutil.which(python) is not None and subprocess.call([python, "-c", check], stderr=subprocess.DEVNULL) == 0


def another_python():
    # type: () -> str | None
    """Name a Python on this machine that the playground runs on, if there is one."""
    return next((name for name in KNOWN if is_one_of_ours(name)), None)


def main():
    # type: () -> int
    """Set up with this Python, or with a fitting one that is there already."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        from tools.setup.command import main as set_up

        return set_up(sys.argv[1:])
    version = "Python " + ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST:
        told = version + " is too old"
    else:
        told = version + " is too new (orjson, which gradio needs, has no build for it yet)"
    other = another_python()
    if other is None:
        print(told + ": " + WAY_OUT, file=sys.stderr)
        return 1
    print(told + ": going on with " + other + ".")
    sys.stdout.flush()  # or the words come behind those of the program that goes on
    return subprocess.call([other, "-m", "tools.setup"] + sys.argv[1:])  # noqa: RUF005


sys.exit(main())
