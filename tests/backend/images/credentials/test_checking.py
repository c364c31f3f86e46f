"""Credentials of files from elsewhere: who signed, whether they hold, and that no file can do harm."""

import http.server
import io
import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import c2pa
import pytest

from backend.domain.parts import OutputFormat
from backend.images.credentials import reader
from backend.images.credentials.checking import Checker
from backend.images.credentials.claim import definition
from backend.images.credentials.reader import settings_of
from backend.images.encoding import encode
from backend.images.metadata.credentials import NOT_CHECKED, UNREADABLE
from backend.images.metadata.origin import read_origin
from backend.playground import Playground
from tests.backend.images.credentials.conftest import short_lived
from tests.backend.images.credentials.files import PHOTO, signed
from tests.backend.images.metadata.test_source_type import FORMATS, NOISE
from tests.backend.restore.files import png_chunk
from tests.certificates import Chain, make_chain


@pytest.mark.parametrize("image_format", FORMATS)
def test_who_is_on_the_servers_list_is_trusted_and_anybody_else_unknown(
    signer: Playground, chain: Chain, image_format: OutputFormat
) -> None:
    content = signed(signer.signing, image_format)
    assert Checker(chain.root.decode()).read(content).standing == "trusted"
    assert Checker(make_chain().root.decode()).read(content).standing == "unknown issuer"
    assert Checker().read(content).standing == "unknown issuer"


def test_an_avif_is_checked_too(signer: Playground) -> None:
    plain = io.BytesIO()
    NOISE.save(plain, "AVIF")
    assert signer.signing is not None
    content = signer.signing.sign(plain.getvalue(), "avif", PHOTO, ())
    found = read_origin(content, signer.checker.read)
    assert found is not None
    assert found.credentials is not None
    assert found.credentials.standing == "trusted"
    assert read_origin(plain.getvalue(), signer.checker.read) is None


def test_another_customer_of_the_servers_own_issuer_is_not_the_server(signer: Playground) -> None:
    content = signed(signer.signing)
    assert signer.checker.read(content).standing == "trusted"
    assert Checker(own=signer.checker.own, serial="1").read(content).standing == "unknown issuer"


def test_a_certificate_that_has_ended_counts_no_more(playground: Playground, tmp_path: Path) -> None:
    short, _, content = short_lived(playground, tmp_path)
    checker, until = Checker(short.root.decode()), time.monotonic() + 90
    while (standing := checker.read(content).standing) == "trusted" and time.monotonic() < until:
        time.sleep(0.1)
    assert standing == "invalid"


def test_without_the_library_it_is_said_that_there_are_some(
    signer: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = signed(signer.signing)
    monkeypatch.setattr("backend.images.credentials.checking.package_folder", lambda: None)
    found = read_origin(content, signer.checker.read)
    assert found is not None
    assert found.credentials == NOT_CHECKED


def test_damage_anywhere_is_never_taken_for_a_signature_of_the_list(signer: Playground) -> None:
    content, dice = signed(signer.signing, "jpeg"), random.Random(5)
    for _ in range(6):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[dice.randrange(20, len(damaged) // 2)] ^= 1 + dice.randrange(255)
        assert signer.checker.read(bytes(damaged)).standing in ("broken", "invalid", "unreadable", "unknown issuer")
    assert signer.checker.read(content[: len(content) // 3]).standing in ("broken", "unreadable")


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"RIFF", b"text", bytes(100_000)], ids=repr)
def test_what_is_no_picture_is_unreadable(content: bytes) -> None:
    assert Checker().read(content) == UNREADABLE


def test_a_manifest_of_nonsense_is_unreadable_and_quick() -> None:
    plain = encode(NOISE, "png")
    content = plain[:33] + png_chunk(b"caBX", random.Random(1).randbytes(8 * 2**20)) + plain[33:]
    assert Checker().read(content) == UNREADABLE


def test_a_file_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in(monkeypatch, tmp_path, "import time; time.sleep(100)")
    monkeypatch.setattr(reader, "MOST_SECONDS", 0.2)
    assert Checker().read(b"") == UNREADABLE
    assert "TimeoutExpired" in caplog.text


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os.abort()", "print('x' * 2**21)"])
def test_a_library_that_breaks_down_takes_nothing_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    stand_in(monkeypatch, tmp_path, code)
    assert Checker().read(b"") == UNREADABLE


def test_nothing_of_the_servers_environment_is_in_its_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "a canary key")
    told = "{'faults': [], 'list': None, 'issuer': repr(dict(os.environ)), 'generator': '', 'time': '',"
    stand_in(
        monkeypatch,
        tmp_path,
        f"import json, os; print(json.dumps({told} 'serial': '', 'source_types': [], 'ingredients': [], 'more': 0}}))",
    )
    found = Checker().read(b"")
    assert found.standing == "unknown issuer"
    assert "canary" not in found.issuer


def stand_in(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Let another program answer in the reader's place."""
    program = folder / "reader.py"
    program.write_text(code)
    monkeypatch.setattr(reader, "__file__", str(program))


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Serve manifests that lie elsewhere, and count who asks."""
    asked: list[str] = []

    class Shelf(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("embedded", [True, False])
def test_a_manifest_that_lies_elsewhere_is_never_fetched(
    signer: Playground, chain: Chain, elsewhere: tuple[str, list[str]], *, embedded: bool
) -> None:
    address, asked = elsewhere
    builder = c2pa.Builder(definition(PHOTO, ()), context=c2pa.Context.from_dict(settings_of("", "")))
    builder.set_remote_url(address)
    if not embedded:
        builder.set_no_embed()
    info = c2pa.C2paSignerInfo("es256", chain.certificates, chain.key, None)
    target = io.BytesIO()
    builder.sign(c2pa.Signer.from_info(info), "image/png", io.BytesIO(encode(NOISE, "png")), target)
    content = target.getvalue()
    assert address.encode() in content
    assert signer.checker.read(content).standing == ("trusted" if embedded else "unreadable")
    assert asked == []


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"active_manifest": "a", "manifests": {"a": {"assertions": [{"label": "c2pa.actions", "data": "text"}]}}},
        {"active_manifest": "a", "manifests": {"a": {"assertions": [{"label": "c2pa.actions"}, {}]}}},
        {"active_manifest": "a", "manifests": {"a": {"ingredients": [{}] * 9, "claim_generator_info": []}}},
    ],
)
def test_a_report_with_less_than_usual_is_read_as_far_as_it_goes(odd: dict[str, object]) -> None:
    told = reader.summary(odd)
    assert told["issuer"] == ""
    assert json.loads(json.dumps(told)) == told
    assert len(told["ingredients"]) <= 5


def test_texts_are_bounded_and_can_turn_nothing_around() -> None:
    hostile = "a\u202eb“c”\x00\n" + "d" * 5000
    told = reader.summary({"active_manifest": "a", "manifests": {"a": {"signature_info": {"issuer": hostile}}}})
    assert told["issuer"].startswith("a b c d")
    assert len(told["issuer"]) == 80
