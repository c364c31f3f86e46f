"""Steps' data, drawn in this process, or ahead by others of low priority while this one trains."""

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from torch.utils.data import DataLoader, Dataset

WAITING = 4  # steps that each process draws ahead
POLITE = 10  # how much nicer than the training these processes are

Step = TypeVar("Step")


class _Steps(Dataset[Any]):
    """A step's data by its number."""

    def __init__(self, make: Callable[[int], Any], *, first: int) -> None:
        self._make, self._first = make, first

    def __len__(self) -> int:
        return 1_000_000_000

    def __getitem__(self, at: int) -> Any:
        return self._make(self._first + at)


def steps(make: Callable[[int], Step], *, first: int, workers: int) -> Iterator[Step]:
    """The data of step `first`, the next one and so on; `make` gives a step's and can be pickled."""
    if not workers:
        yield from (make(step) for step in range(first, first + 1_000_000_000))
    data = _Steps(make, first=first)
    yield from DataLoader(
        data, batch_size=None, shuffle=False, num_workers=workers, prefetch_factor=WAITING, collate_fn=_as_it_is,
        worker_init_fn=_be_polite,
    )  # fmt: skip


def _as_it_is(made: Any) -> Any:
    return made


def _be_polite(_number: int) -> None:
    os.nice(POLITE)
