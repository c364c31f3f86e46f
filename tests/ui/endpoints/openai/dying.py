"""A playground in a process of its own that is killed (SIGKILL) between the end of a run and its answer.

Takes the data folder and the port.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from tests.serving import served_site
from ui.endpoints.openai import answers
from ui.endpoints.sdapi import answers as a1111_answers


def die(*_: Any) -> NoReturn:
    """End without a word; asked for a picture of an ended run."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main(data: str, port: str) -> None:
    """Serve until somebody orders."""
    answers.encoded = a1111_answers.encoded = die
    with served_site(Path(data), port=int(port)):
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
