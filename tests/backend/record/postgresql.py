"""A PostgreSQL of the tests' own, from the system's package, in a folder that is gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest, or None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name)) if DEBIAN.exists() else []
    return folders[-1] if folders else None


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """Start a server on loopback and yield its SQLAlchemy address."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        data, port = Path(folder) / "data", _free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        _run([binaries / "initdb", "-D", data, "-U", ACCOUNT, "--auth=trust", "--no-sync"])
        # As with SQLite's file: no test asks whether something outlives a power cut.
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off"
        _run([binaries / "pg_ctl", "-D", data, "-w", "-l", Path(folder) / "log", "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://{ACCOUNT}@127.0.0.1:{port}/postgres"
        finally:
            _run([binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"])


def _run(command: Sequence[str | Path]) -> None:
    # PostgreSQL refuses to run as root, which a container often is.
    user = ACCOUNT if os.geteuid() == 0 else None
    done = subprocess.run(command, user=user, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
