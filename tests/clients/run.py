"""Scripts that use a client, run in its environment as processes of their own; what they print last is their answer."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.environments import FOLDER, Environment, environment_of

MOST_SECONDS = 120.0
"""Of one script; the machine may be busy."""
_JAVASCRIPT = ("node", "--input-type=module", "-")
"""Its imports are looked for from where a script lies, or from the working folder where it comes on standard input."""


def said_by(client: str, script: str, *, seconds: float = MOST_SECONDS, **given: Any) -> Any:
    """Run `client/script` (Python or JavaScript) in the client's environment and return the JSON that its last line is.

    What is `given` is its first argument, as JSON. `AssertionError` holds what it wrote where it ends in an error.
    """
    return said_within(environment_of(client), FOLDER / client / script, seconds=seconds, **given)


def said_within(made: Environment, file: Path, *, seconds: float = MOST_SECONDS, **given: Any) -> Any:
    """Run a script in an environment, as `said_by` does."""
    by_node = file.suffix == ".mjs"
    command = _JAVASCRIPT if by_node else (str(made.python), "-I", str(file))
    with running(made, *command, json.dumps(given)) as process:
        out, wrong = process.communicate(file.read_text(encoding="utf-8") if by_node else None, timeout=seconds)
    assert process.returncode == 0, f"{file} ended with {process.returncode}:\n{out[-2000:]}\n{wrong[-4000:]}"
    return json.loads(out.splitlines()[-1])


@contextmanager
def running(made: Environment, *command: str, log: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Start a process in a client's environment and end it with the block; no key or proxy of the machine's reaches it.

    One that goes on, such as a server, writes to a `log`: nobody empties its pipes.
    """
    with (log or Path(os.devnull)).open("w") as written:
        out = written if log else subprocess.PIPE
        process = subprocess.Popen(
            command, cwd=made.folder, env=_variables(made), stdin=subprocess.PIPE, stdout=out, stderr=out, text=True
        )
        with process:  # which closes its pipes
            try:
                yield process
            finally:
                process.kill()


def _variables(made: Environment) -> dict[str, str]:
    path = f"{made.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, "HOME": str(made.folder), "LANG": "C.UTF-8", "NO_PROXY": "*"}
