"""Gradio's sessions without what nobody reads, and its components' signatures worked out once.

Each page that opens, and each call of the API, is a session. Gradio describes every component of the app for it
(`gradio/state_holder.py`, `config_values`), for a deep link alone, which the gate keeps shut: 38 ms on the event loop
and 0.4 MB each that stay until the session is given up.
"""

import inspect
import logging
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from gradio import Blocks
from gradio.state_holder import SessionState

log = logging.getLogger(__name__)

MOST_SESSIONS = 500
"""As many are kept; the longest unused is given up. Its page goes on: nothing that is asked later depends on it."""
DESCRIBED = "config_values"
"""Where a session keeps the components' descriptions."""
_WRITERS = frozenset({"__init__", "__setitem__", "_update_config", "_update_value_in_config"})
_READERS = frozenset({"components"})


def lean_sessions(kind: type[SessionState] = SessionState) -> bool:
    """Let sessions describe no component from now on; once done it stays.

    Return whether they do so: where a later release builds sessions otherwise, nothing is changed.
    """
    if getattr(kind.__init__, "lean", False):
        return True
    if not _as_known(kind):
        log.warning("This release of Gradio builds its sessions otherwise: each takes more memory and time.")
        return False
    for name, lean in (
        ("__init__", _begun(kind.__init__)),
        ("__setitem__", _set(kind.__setitem__)),
        ("_update_config", _nothing),
        ("_update_value_in_config", _nothing),
    ):
        setattr(kind, name, lean)
    return True


def remember_signatures(page: Blocks) -> None:
    """Keep the signature of each component's constructor, which Gradio works out anew at each update.

    `inspect.signature` itself looks for `__signature__` first (PEP 362), so nothing of Gradio's is replaced.
    """
    for kind in {type(block) for block in page.blocks.values()}:
        maker = inspect.unwrap(kind.__init__)
        if isinstance(maker, FunctionType) and not hasattr(maker, "__signature__"):
            maker.__signature__ = inspect.signature(maker)  # type: ignore[attr-defined]


class _Undescribed:
    """An app as a session's constructor sees it: there is no component to describe."""

    def __init__(self, own: Blocks) -> None:
        self._own = own
        self.blocks: dict[int, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


def _begun(own: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: SessionState, blocks: Blocks) -> None:  # noqa: N807 - it takes that one's place
        own(self, _Undescribed(blocks))

    __init__.lean = True  # type: ignore[attr-defined]
    return __init__


def _set(own: Callable[..., None]) -> Callable[..., None]:
    def __setitem__(self: SessionState, key: int, value: Any) -> None:  # noqa: N807 - it takes that one's place
        block = self.blocks_config.blocks.get(key)
        if block is not None and block.stateful:
            own(self, key, value)
        elif block is not None:
            self.blocks_config.blocks[key] = value
        # Else it is a component that an update has changed, which has got a number of its own: Gradio keeps it under
        # that one too, and with the next update another.

    return __setitem__


def _nothing(_session: SessionState, *_given: Any) -> None:
    return None


def _as_known(kind: type[SessionState]) -> bool:
    """Whether descriptions are written where they were, and read by what makes a deep link alone."""
    users = {name for name, code in _codes(kind) if DESCRIBED in _names(code)}
    return users == _WRITERS | _READERS and list(inspect.signature(kind).parameters) == ["blocks"]


def _codes(kind: type) -> Iterator[tuple[str, CodeType]]:
    for name, member in vars(kind).items():
        function = member.fget if isinstance(member, property) else member
        if isinstance(function, FunctionType):
            yield name, function.__code__


def _names(code: CodeType) -> set[str]:
    """Return the names that a function uses, in its comprehensions too."""
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*map(_names, inner))
