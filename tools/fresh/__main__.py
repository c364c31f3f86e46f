"""Try the README's commands on fresh machines: `python -m tools.fresh --work DIR [--release NAME …] [--case WORDS …]`.

Needs root, debootstrap (`apt-get install debootstrap`), a line to Debian and to PyPI, and 11 GB in DIR, most of it for
a while. Run by hand: a release takes half an hour and more. It prints the rows of
`docs/fresh.md`; what was said lies in DIR/said, a file a case.
"""

import argparse
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.fresh.cases import CASES, Case

ROOT = Path(__file__).parents[2]
RELEASES = {"bookworm": "Debian 12", "trixie": "Debian 13", "testing": "Debian testing"}
MIRROR = "http://deb.debian.org/debian"
ALL_THAT_IS_THERE = "python3,git,make,ca-certificates"
HOME = "home/Žofie Müller"
LIMIT_SECONDS = 3600


def main(arguments: Sequence[str] | None = None) -> int:
    """Go through the releases and cases; 1 where one was seen to do otherwise than it has to."""
    parser = argparse.ArgumentParser(prog="python -m tools.fresh")
    parser.add_argument("--work", type=Path, required=True, help="where the roots go")
    parser.add_argument("--release", action="append", choices=RELEASES, help="one of them only")
    parser.add_argument("--case", action="append", default=[], help="cases with these words in their name only")
    parser.add_argument("--keep", action="store_true", help="leave the environment of 7 GB there for further cases")
    options = parser.parse_args(arguments)
    cases = [case for case in CASES if not options.case or any(words in case.name for words in options.case)]
    well = True
    print("| day | machine | what is wrong with it | seen |\n| --- | --- | --- | --- |")
    for release in options.release or RELEASES:
        root = make_root(options.work, release)
        version = _python_of(root)
        for case in cases:
            row, as_meant = carry_out(
                case, root, options.work / "said" / f"{release}: {case.name.replace('/', '-')}.txt"
            )
            well = well and as_meant
            print(
                f"| {datetime.now(UTC):%Y-%m-%d} | {RELEASES[release]}, Python {version} | {case.name} | {row} |",
                flush=True,
            )
        if not options.keep:
            subprocess.run(["rm", "-rf", str(root / HOME)], check=True)
    return 0 if well else 1


def make_root(work: Path, release: str) -> Path:
    """Return a root of a release; one that is there already is taken."""
    root = work / release
    if not (root / "usr/bin/git").exists():
        what = ("--variant=minbase", f"--include={ALL_THAT_IS_THERE}", release, str(root), MIRROR)
        subprocess.run(["debootstrap", *what], check=True, stdout=subprocess.DEVNULL)
    for name in ("resolv.conf", "hosts"):
        (root / "etc" / name).touch()
    return root


def carry_out(case: Case, root: Path, said: Path) -> tuple[str, bool]:
    """Do what a case says; return what was seen, in words, and whether that is what has to be seen."""
    start = time.monotonic()
    inside = [str(Path(__file__).with_name("inside.sh")), str(root), "z image" if case.first else "another", str(ROOT)]
    own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *(["--net"] if case.cut_off else [])]
    command = [*own, "bash", *inside, case.prepare, case.command]
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=LIMIT_SECONDS,
        check=False,
    )
    said.parent.mkdir(parents=True, exist_ok=True)
    said.write_text(f"$ {shlex.join(command[-1:])}\n{done.stdout}\n(ended with {done.returncode})\n", encoding="utf-8")
    found = re.search(case.seen, done.stdout)
    as_meant = found is not None and (done.returncode != 0) == case.fails
    seconds = time.monotonic() - start
    if not as_meant:
        return f"**not as it has to be** (ended with {done.returncode})", False
    return (f"the way out is told: “{_sentence(done.stdout)}”" if case.fails else f"works, {seconds:.0f} s"), True


def _sentence(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith(("Setting up stopped", "PLAYGROUND_"))]
    return lines[-1].replace("|", "\\|") if lines else said.strip().splitlines()[-1]


def _python_of(root: Path) -> str:
    told = ["chroot", str(root), "python3", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(told, check=True, capture_output=True, text=True).stdout.strip()


sys.exit(main())
