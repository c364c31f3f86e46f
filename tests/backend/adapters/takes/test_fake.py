"""The fake draws all of the form: every field makes another picture, or another event."""

from typing import Any

import pytest

from backend.adapters.fake import FakeBackend, FakeOptions
from backend.adapters.job import Heard
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import Progress
from backend.domain.requests import MODES, Mode, Request
from backend.images.storage.files import ImageFiles
from tests.backend.adapters.takes.encoded import told
from tests.backend.adapters.takes.samples import acts_or_is_refused, fields_of, pair, stored

CASES = [(mode, path) for mode in MODES for path in fields_of(mode, FakeOptions)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ImageFiles:
    return ImageFiles(tmp_path_factory.mktemp("fake"))


@pytest.mark.parametrize(("mode", "path"), CASES)
def test_every_field_makes_another_picture(files: ImageFiles, mode: Mode, path: str) -> None:
    fake, caller = FakeBackend(files), Caller(visitor="visitor-1")

    def carried(request: Request) -> Any:
        heard = Heard()
        slow = request.options.get("seconds")
        try:
            fake.run(request, caller, heard)
        except PlaygroundError as error:
            return type(error), slow
        return [told(event, request) for event in heard.told if not isinstance(event, Progress)], slow

    acts_or_is_refused(fake.capabilities, path, pair(mode, path, stored(files)), carried)
