"""The tool that makes, lists and revokes keys."""

from decimal import Decimal
from pathlib import Path

import pytest

from backend.record.api_keys import ApiKeys
from backend.record.database.engine import open_database
from tools.api_keys import main


def run(data: Path, *words: str) -> int:
    return main(["--data", str(data), *words])


def test_a_key_is_printed_once_and_is_the_playgrounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "new", "chat", "--cap", "2.00") == 0
    said = capsys.readouterr()
    key = said.out.strip()
    assert key.startswith("zimage-")
    assert "revoke chat" in said.err
    assert key not in said.err
    engine = open_database(tmp_path)
    found = ApiKeys(engine).found(key)
    assert found is not None
    assert (found.name, found.cap_usd) == ("chat", Decimal("2.00"))
    engine.dispose()
    assert run(tmp_path, "list") == 0
    listed = capsys.readouterr().out
    assert "chat\t$0.00 of $2.00" in listed
    assert key not in listed


def test_a_revoked_key_is_listed_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "new", "chat", "--cap", "$0.50")
    assert run(tmp_path, "revoke", "chat") == 0
    run(tmp_path, "list")
    assert "revoked 20" in capsys.readouterr().out


def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "revoke", "nobody") == 2
    assert "no key 'nobody'" in capsys.readouterr().err
    run(tmp_path, "new", "chat", "--cap", "1")
    assert run(tmp_path, "new", "chat", "--cap", "1") == 2
    assert run(tmp_path, "new", "loss", "--cap", "-1") == 2
    with pytest.raises(SystemExit):
        run(tmp_path, "new", "chat", "--cap", "much")
    with pytest.raises(SystemExit):
        run(tmp_path, "new", "chat")
