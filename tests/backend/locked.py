"""A record that another program holds for a while, as a backup does."""

import threading
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError


class Locked:
    """Refuses every transaction of an engine that writes, from `lock` to `unlock`, or so many `times`."""

    def __init__(self, engine: Engine) -> None:
        self.refused = 0
        self._left = 0.0
        self._changed = threading.Condition()
        self._engine = engine
        event.listen(engine, "before_cursor_execute", self._look)

    def lock(self, times: float = float("inf")) -> None:
        """Refuse from now on."""
        with self._changed:
            self._left = times

    def lock_after_each_image(self, times: float = float("inf")) -> None:
        """Refuse so many whenever an image has been written: in the writer's own thread, so that none slips through."""
        written = threading.local()

        def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            written.image = getattr(written, "image", False) or statement.startswith("INSERT INTO images")

        def commit(_connection: Any) -> None:
            if getattr(written, "image", False):
                written.image = False
                self.lock(times)

        event.listen(self._engine, "after_cursor_execute", see)
        event.listen(self._engine, "commit", commit)

    def unlock(self) -> None:
        """Let everything through again."""
        self.lock(0)

    def wait_until_refused(self, times: int, seconds: float = 20) -> None:
        """Return once so many have been refused."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.refused >= times, seconds)

    def _look(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        with self._changed:
            if self._left <= 0 or statement.lstrip()[:6].upper() in ("SELECT", "PRAGMA"):
                return
            self._left -= 1
            self.refused += 1
            self._changed.notify_all()
        raise OperationalError("", {}, Exception("database is locked"))
