"""pip for an environment whose Python came without one, as Debian's does unless python3-venv is there too."""

import base64
import hashlib
import http.client
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from tools.setup.errors import SetupError
from tools.setup.machine import address, proxy

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
"""Of that file on PyPI: whatever index it comes from, and whoever stands between, it is this one or none."""
INDEX = "https://pypi.org/simple"
SECONDS = 30.0


def install(python: Path) -> None:
    """Bring pip into an environment by this machine's own pip, which knows its indexes, else from an index.

    Raises:
        SetupError: neither could be had.
    """
    own = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-input", "pip"]
    if subprocess.run(own, capture_output=True, check=False).returncode == 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, WHEEL)
        wheel.write_bytes(load(os.environ.get("PIP_INDEX_URL") or INDEX))
        # A wheel is a zip, and Python runs a program out of one.
        run = [str(python), f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"pip could not be put there: {' '.join(done.stderr.split())[-300:]}")


def load(index: str) -> bytes:
    """Load pip's wheel from an index of packages, whose address may hold a name and a password, which are not shown.

    Raises:
        SetupError: it can't be had, or is another file than the one that was tried here.
    """
    shown = address.shown(index)
    try:
        content = _wheel(index)
    except (OSError, ValueError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        raise SetupError(f"pip can't be had from {shown} ({why}).{proxy.told()}") from error
    if content is None:
        raise SetupError(f"{shown} has no {WHEEL}.")
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SetupError(f"What {shown} gives as {WHEEL} is another file than the one that was tried here.")
    return content


def _wheel(index: str) -> bytes | None:
    page = f"{index.rstrip('/')}/pip/"
    found = re.search(rf'href="((?:[^"]*/)?{re.escape(WHEEL)}[^"]*)"', _read(page).decode())
    return _read(urljoin(page, found[1])) if found else None


def _read(file: str) -> bytes:
    place = urlsplit(file)
    own, _, machine = place.netloc.rpartition("@")
    bare = place._replace(netloc=machine, fragment="").geturl()
    request = urllib.request.Request(bare, headers={"Accept": "text/html"})  # noqa: S310 (the user's index or PyPI)
    if own:  # urllib would look for a machine of this name, and would show a header of ours to whoever it is led on to
        password = base64.b64encode(unquote(own).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {password}")
    trusted = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=trusted) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as refusal:
        refusal.close()
        raise
