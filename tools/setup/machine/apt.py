"""Debian's packages, where we may install them."""

import os
import shutil
import subprocess


def is_usable() -> bool:
    """Say whether this is Debian or one of its family, and we are root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*names: str) -> bool:
    """Install these packages quietly; False where that failed."""
    print(f"  installing {', '.join(names)} with apt-get", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["update"], ["install", "-y", "--no-install-recommends", *names])
    return all(
        subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=False).returncode
        == 0
        for command in commands
    )
