"""Group commit: what many threads write at the same moment goes to the disk in one transaction."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Work = Callable[[Connection], Any]
_Waiting = tuple[Work, "Future[Any]"]


class GroupCommit:
    """Lets the thread whose turn it is write for all who wait by then; alone, a thread waits for nobody.

    `turn` is a lock that is held meanwhile; `begin` opens a transaction that commits at its end.
    """

    def __init__(
        self, turn: AbstractContextManager[Any], begin: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        self._turn = turn
        self._begin = begin
        self._waiting: deque[_Waiting] = deque()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Carry out `work` and return what it returns, once that is on disk; raise what it raises, and keep nothing.

        `work` may run in another thread, and again where another's has failed: it must do no more than read and write.
        """
        mine: Future[T] = Future()
        self._waiting.append((work, mine))
        with self._turn:
            if not mine.done():
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        return mine.result()

    def _commit(self, group: Sequence[_Waiting]) -> None:
        begun = False
        try:
            with self._begin() as connection:
                begun = True
                results = [work(connection) for work, _ in group]
        except BaseException as error:  # noqa: BLE001 - handed to the threads that asked, and none may wait for ever
            if begun:
                self._apart(group, error)
            else:  # The database itself can't be had: apart, each would wait for it as long again, all in a row.
                for _, future in group:
                    future.set_exception(error)
        else:
            for (_, future), result in zip(group, results, strict=True):
                future.set_result(result)

    def _apart(self, group: Sequence[_Waiting], error: BaseException) -> None:
        if len(group) == 1:
            group[0][1].set_exception(error)
            return
        for each in group:
            self._commit([each])
