"""Check the Python first, in words that an old one understands too, then set up."""

import shutil
import subprocess
import sys

OLDEST = (3, 11)
KNOWN = ("python3.12", "python3.13", "python3.11")


def is_new_enough(python):
    # type: (str) -> bool
    """Say whether this program is a Python that the playground runs on (version managers' stand-ins often aren't)."""
    check = "import sys; sys.exit(sys.version_info < {!r})".format(OLDEST)  # noqa: UP032
    return shutil.which(python) is not None and subprocess.call([python, "-c", check], stderr=subprocess.DEVNULL) == 0


def newer_python():
    # type: () -> str | None
    """Name a Python on this machine that is new enough, if there is one."""
    return next((name for name in KNOWN if is_new_enough(name)), None)


def main():
    # type: () -> int
    """Set up with this Python, or with a newer one that is there already."""
    if sys.version_info >= OLDEST:
        from tools.setup.command import main as set_up

        return set_up(sys.argv[1:])
    version = ".".join(str(part) for part in sys.version_info[:3])
    newer = newer_python()
    if newer is None:
        told = "Python " + version + " is too old: install Python 3.11, 3.12 or 3.13, then name it: "
        print(told + "make run PYTHON=python3.12", file=sys.stderr)
        return 1
    print("Python " + version + " is too old: going on with " + newer + ".")
    sys.stdout.flush()  # or the words come behind those of the program that goes on
    return subprocess.call([newer, "-m", "tools.setup"] + sys.argv[1:])  # noqa: RUF005


sys.exit(main())
