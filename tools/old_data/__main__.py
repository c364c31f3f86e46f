"""Write the data folder that a commit leaves behind: `python -m tools.old_data COMMIT`, or none for the working tree.

The commit's own code runs its own door on its fake backend in a folder of its own, and is killed while an order is out.
What it leaves goes, as it lies there, into the next `tests/backend/record/database/records/NN.zip`, whose comment names
the commit. It needs the packages of this environment to be ones that the commit ran on.
"""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests/backend/record/database/records"
FILL = Path(__file__).with_name("fill.py")


def main(arguments: list[str]) -> int:
    """Take the tree, let it work, keep what it leaves; say where."""
    commit = arguments[0] if arguments else "HEAD"
    changed = "" if arguments else _git("stash", "create")
    told = _git("show", "--no-patch", "--format=%h %cs", commit) + (" and what was changed then" if changed else "")
    with tempfile.TemporaryDirectory() as folder:
        tree, data = Path(folder, "tree"), Path(folder, "data")
        tree.mkdir()
        _extract(changed or commit, tree)
        _let_work(tree, data)
        target = KEPT / f"{len(list(KEPT.glob('*.zip'))) + 1:02d}.zip"
        _keep(data, target, told)
    print(f"{target.relative_to(ROOT)}: {told}, {target.stat().st_size} bytes")
    return 0


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _extract(commit: str, tree: Path) -> None:
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    heavy = (f"--exclude={part}" for part in ("presets/tiny", "docs", "tests", "tools"))
    subprocess.run(["tar", "--extract", *heavy], cwd=tree, input=packed, check=True)


def _let_work(tree: Path, data: Path) -> None:
    variables = {"PYTHONPATH": str(tree), "HOME": str(tree), "PATH": "", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, str(FILL), str(data)], cwd=tree, env=variables, check=False)
    if done.returncode != -signal.SIGKILL:
        raise SystemExit(f"The commit's code ended by itself ({done.returncode}): its words above say why.")


def _keep(data: Path, target: Path, told: str) -> None:
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as kept:
        kept.comment = told.encode()
        for file in sorted(
            path for path in data.rglob("*") if path.is_file() and path.suffix not in (".lock", ".db-shm")
        ):
            kept.write(file, file.relative_to(data))


sys.exit(main(sys.argv[1:]))
