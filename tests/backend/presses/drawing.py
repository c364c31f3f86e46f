"""A process that draws several visitors' queues, for `test_restarts`.

Takes the data folder, how many visitors there are, and after how many runs it ends: by itself, or killed (SIGKILL) in
the middle of one.
"""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from backend.domain.caller import Caller
from backend.generation.recovery import recover
from backend.playground import Playground, open_playground
from backend.presses.queues import Queues
from backend.prompts.wording import PLAIN
from backend.settings import Settings


def opened(data: Path) -> Playground:
    """Open the playground of a folder, on the fake backend."""
    return open_playground(Settings(_env_file=None, PLAYGROUND_DATA=data, PLAYGROUND_BACKEND="fake"))


def pages(playground: Playground, visitors: int, stack: contextlib.ExitStack) -> list[Caller]:
    """Open a page for each visitor."""
    for number in range(visitors):
        stack.enter_context(playground.pages.line(f"page-{number}"))
    return [Caller(visitor=f"visitor-{number}", page=f"page-{number}") for number in range(visitors)]


def end_after(playground: Playground, images: int, ended: threading.Event, *, kill: bool) -> None:
    """Set `ended` once so many images are on record, or kill this process in the transaction of the next one."""
    seen = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        if statement.startswith("INSERT INTO images"):
            seen += 1
            if seen > images and kill:
                os.kill(os.getpid(), signal.SIGKILL)
            if seen > images:
                ended.set()

    event.listen(playground.store.engine, "before_cursor_execute", count)


def main(data: str, visitors: str, images: str, how: str) -> None:
    """Draw, and end on the way."""
    playground = opened(Path(data))
    recover(playground).join()
    ended = threading.Event()
    end_after(playground, int(images), ended, kill=how == "kill")
    queues = Queues(playground, lambda _: PLAIN)
    with contextlib.ExitStack() as stack:
        here = pages(playground, int(visitors), stack)
        for caller in here:
            assert queues.look(caller).queue.paused, "a queue began by itself after a restart"
            queues.resume(caller)
        ended.wait(500)
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
