"""The keys that an owner makes for programs."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.domain.errors import InvalidRequest, NotFound
from backend.record.api_keys import ApiKeys
from backend.record.database.engine import open_database
from backend.visitors.identity import has_a_key, is_guest
from backend.visitors.redaction import HIDDEN, hide

TWO = Decimal("2.00")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


def test_a_key_is_known_by_its_hash_alone(engine: Engine, tmp_path: Path) -> None:
    key = ApiKeys(engine).new("chat", TWO)
    (known,) = ApiKeys(engine).all()
    assert ApiKeys(engine).found(key) == known
    assert (known.name, known.cap_usd, known.revoked) == ("chat", TWO, None)
    assert has_a_key(known.visitor)
    assert not is_guest(known.visitor)
    engine.dispose()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and key[8:].encode() in file.read_bytes()]


def test_a_key_that_is_revoked_or_made_up_is_nobodys(engine: Engine) -> None:
    keys = ApiKeys(engine)
    first, other = keys.new("chat", TWO), keys.new("other", TWO)
    keys.revoke("chat")
    assert keys.found(first) is None
    assert keys.found(first[:-1]) is None
    assert keys.found("") is None
    assert keys.found("\ud800") is None
    assert keys.found(other) is not None
    assert [bool(key.revoked) for key in keys.all()] == [True, False]
    with pytest.raises(NotFound, match="chat"):
        keys.revoke("chat")


def test_a_name_is_one_keys_until_that_is_revoked(engine: Engine) -> None:
    keys = ApiKeys(engine)
    keys.new("chat", TWO)
    with pytest.raises(InvalidRequest, match="another key"):
        keys.new(" chat ", TWO)
    keys.revoke("chat")
    keys.new("chat", TWO)
    assert len({key.visitor for key in keys.all()}) == 2


@pytest.mark.parametrize(
    ("name", "cap"),
    [("", TWO), ("  ", TWO), ("a\nb", TWO), ("x" * 61, TWO), ("chat", Decimal(-1)), ("chat", Decimal("NaN"))],
)
def test_a_name_or_a_cap_that_is_none_is_refused(engine: Engine, name: str, cap: Decimal) -> None:
    with pytest.raises(InvalidRequest):
        ApiKeys(engine).new(name, cap)
    assert ApiKeys(engine).all() == ()


def test_no_log_shows_a_key(engine: Engine) -> None:
    key = ApiKeys(engine).new("chat", TWO)
    assert hide(f"Bearer {key} was sent", []) == f"Bearer {HIDDEN} was sent"
