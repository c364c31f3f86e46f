"""A wrong setting at the start: one sentence with its name, its value and the way out, and exit code 2."""

import socket
from pathlib import Path

import pytest

from app import main
from backend.domain.errors import RecordBusy
from backend.record.database import address
from backend.record.database.engine import open_database
from backend.setting_words import OPTIONS, TAKES, name_of, wrong
from backend.settings import Settings

WRONG = {
    "RUNWARE_BASE_URL": ("api.runware.ai", "http://[::1", "ftp://runware.ai"),
    "MODELRUNNER_BASE_URL": ("queue",),
    "MODELRUNNER_STORAGE_URL": ("https://",),
    "PLAYGROUND_OPENAI_BASE_URL": ("127.0.0.1:8000", "ftp://server"),
    "PLAYGROUND_OPENAI_SERVERS": ("a b", "fast,fast", "1st"),
    "PLAYGROUND_BACKEND": ("comfy",),
    "PLAYGROUND_MODELS": ["/no/such/folder"],
    "PLAYGROUND_DATA": ("{file}", "{file}/below", "~nobody-of-this-name/x"),
    "PLAYGROUND_VISITOR_CAP_USD": ("-1", "a cent", "NaN"),
    "PLAYGROUND_DAILY_CAP_USD": ("-0.01", "Infinity"),
    "PLAYGROUND_ROOM_CAP_USD": ("$1",),
    "PLAYGROUND_ALLOW_CALLBACKS": ("perhaps",),
    "PLAYGROUND_TRUSTED_PROXY": ("my-proxy", "10.0.0.0/33"),
    "PLAYGROUND_DATABASE_URL": ("a database", "mysql://a:secret@host/name", "postgresql+none://a:secret@host/name"),
    "PLAYGROUND_IMAGES_URL": ("nothing://bucket",),
    "PLAYGROUND_REPLICAS": ("0", "1.5", "many"),
    "PLAYGROUND_DISK_LIMIT_GB": ("0", "20 GB"),
    "PLAYGROUND_MARK": ("sometimes",),
    "PLAYGROUND_C2PA_CERT": ("{file}",),
    "PLAYGROUND_C2PA_KEY": ("{file}", "-----BEGIN PRIVATE KEY-----secret"),
    "PLAYGROUND_C2PA_TRUST": ("{file}", "no such file"),
    "PLAYGROUND_WATERMARK": ("faint",),
    "PLAYGROUND_LLM_BASE_URL": ("127.0.0.1:11434", "http://anna:secret@127.0.0.1/v1"),
    "PLAYGROUND_LLM_USD_PER_MILLION": ("1,2,3", "-1", "cheap"),
    "PLAYGROUND_GPU_USD_PER_HOUR": ("-2",),
    "GRADIO_SERVER_NAME": ("no.such.host.invalid", "192.0.2.1"),
    "GRADIO_SERVER_PORT": ("http", "65536", "-1"),
    "GRADIO_SHARE": ("please",),
    "GRADIO_TEMP_DIR": ("{file}",),
    "PLAYGROUND_AUTH": ("secret", "ann:", ":secret"),
    "SPACES_ZERO_GPU": ("maybe",),
}
NEVER_WRONG = {
    *("RUNWARE_API_KEY", "MODELRUNNER_KEY", "PLAYGROUND_OPENAI_API_KEY", "OAUTH_CLIENT_SECRET", "SPACE_ID"),
    *("PLAYGROUND_OPENAI_MODEL", "PLAYGROUND_OPENAI_PRICES"),  # Only the server knows its models; only with an address.
    *("PLAYGROUND_LLM_API_KEY", "PLAYGROUND_LLM_MODEL"),  # Only the server knows them.
    "PLAYGROUND_MODEL",  # Said on the page, where another can be chosen.
    "RAY_ADDRESS",  # Said at the switch: only the cluster needs it.
    "GRADIO_VIBE_MODE",
}


Told = pytest.CaptureFixture[str]


@pytest.fixture
def said(capsys: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return what a start says, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path / "data"))
    return capsys


def test_every_setting_has_its_words() -> None:
    names = {name_of(field) for field in Settings.model_fields.values()}
    assert names == set(TAKES) == set(WRONG) | NEVER_WRONG
    assert names >= set(OPTIONS)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_setting_is_named_with_the_way_out(
    said: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    monkeypatch.setenv(name, value.format(file=tmp_path / "file"))
    assert main([]) == 2
    out = said.readouterr().err.strip()
    assert out.startswith(name)
    assert any(way in out for way in ("give ", "run `pip"))
    assert "secret" not in out
    assert "Traceback" not in out
    assert "\n" not in out


def test_several_wrong_settings_are_all_named(said: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_REPLICAS", "none")
    assert main(["--port", "web", "--auth", "ann"]) == 2
    lines = said.readouterr().err.strip().splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "PLAYGROUND_REPLICAS",
        "GRADIO_SERVER_PORT",
        "PLAYGROUND_AUTH",
    ]
    assert "(--port) is 'web'" in lines[1]


def test_a_file_of_settings_that_is_no_text_is_said(said: Told, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PLAYGROUND_MODEL=\xff\xfe\n")
    assert main([]) == 2
    assert "The file .env can't be read" in said.readouterr().err


def test_a_port_that_is_taken_is_said(said: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    assert f"GRADIO_SERVER_PORT (--port) is {port}, where this machine can't listen" in said.readouterr().err


def test_a_database_that_does_not_answer_is_named_without_its_password(
    said: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", "postgres://ann:secret@127.0.0.1:1/name?sslpassword=secret")
    assert main([]) == 2
    out = said.readouterr().err
    assert "PLAYGROUND_DATABASE_URL names postgresql+psycopg://ann:***@127.0.0.1:1/name, which can't be used" in out
    assert "secret" not in out


def test_a_record_that_is_no_database_is_said(said: Told, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "playground.db").write_text("something else altogether" * 100)
    assert main([]) == 2
    assert "The record in " in said.readouterr().err


def test_a_start_waits_for_a_record_that_another_program_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    begin = "backend.record.database.engine._begin_alone"

    def refusing(engine: object) -> object:
        tries.append(engine)
        monkeypatch.undo()
        raise RecordBusy("the record is locked")

    monkeypatch.setattr(begin, refusing)
    open_database(tmp_path).dispose()
    assert len(tries) == 1


def test_a_default_is_part_of_the_way_out() -> None:
    assert str(wrong("GRADIO_SERVER_PORT", "x")).endswith("such as 7860, or leave it out.")


def test_the_record_says_of_its_address_what_the_settings_say() -> None:
    assert TAKES["PLAYGROUND_DATABASE_URL"] == address.TAKES
