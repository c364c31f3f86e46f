"""What this machine takes changes the numbers of the pipeline's call, or what is made of its picture."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.options import LocalOptions
from backend.domain.caller import Caller
from backend.domain.events import Generated
from backend.domain.requests import MODES, Mode, Request
from tests.backend.adapters.takes.encoded import told
from tests.backend.adapters.takes.recorded import recording
from tests.backend.adapters.takes.samples import acts_or_is_refused, fields_of, once, pair, stored

CASES = [(mode, path) for mode in MODES for path in fields_of(mode, LocalOptions)]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBackend]:
    with recording(tmp_path_factory.mktemp("local")) as backend:
        yield backend


@pytest.fixture(scope="module")
def carried(local: LocalBackend) -> Any:
    def run(request: Request) -> Any:
        heard = Heard()
        local.run(request, Caller(visitor="visitor-1"), heard)
        return [told(event, request) for event in heard.told if isinstance(event, Generated)]

    return once(run)


@pytest.mark.parametrize(("mode", "path"), CASES)
def test_every_field_changes_the_numbers_or_is_refused(
    local: LocalBackend, carried: Any, mode: Mode, path: str
) -> None:
    acts_or_is_refused(local.capabilities, path, pair(mode, path, stored(local.files)), carried)


def test_the_same_request_gives_the_same_numbers(local: LocalBackend, carried: Any) -> None:
    request, _ = pair("inpaint", "controls.scale", stored(local.files))
    assert carried(request) == carried(request.model_copy(update={"options": {"weights": "auto"}}))
