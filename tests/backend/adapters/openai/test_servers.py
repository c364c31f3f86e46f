"""Several servers of OpenAI's form: each a backend of its own, named by the owner, with settings of its own."""

import logging
import pickle
from pathlib import Path
from typing import Any

import pytest

from app import main, secrets_of
from backend.adapters.registry import names, servers
from backend.domain.caller import Caller
from backend.domain.errors import WrongSetting
from backend.domain.providers import OPENAI, facts_of, unnamed
from backend.playground import Playground, open_playground
from backend.setting_words import read, wrong
from backend.settings import Settings
from tests.backend.adapters.openai.scene import price_file

TWO: dict[str, Any] = {
    "PLAYGROUND_OPENAI_SERVERS": "Fast, cloud",
    "PLAYGROUND_OPENAI_FAST_BASE_URL": "http://127.0.0.1:1/v1",
    "PLAYGROUND_OPENAI_CLOUD_BASE_URL": "https://cloud.test/v1",
    "PLAYGROUND_OPENAI_CLOUD_API_KEY": "canary-cloud",
    "PLAYGROUND_OPENAI_CLOUD_MODEL": "big",
}


def settings_of(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_each_named_server_is_a_backend_of_its_own() -> None:
    settings = settings_of(**TWO)
    assert names(settings) == ("local", "runware", "modelrunner", "openai-fast", "openai-cloud")
    fast, cloud = servers(settings)
    assert (fast.label, cloud.label) == ("Fast", "cloud")
    assert settings.addresses_of(fast) == ("http://127.0.0.1:1/v1",)
    assert (settings.key_of(fast), settings.own_of(fast)) == (None, (None, None))
    key = settings.key_of(cloud)
    assert key is not None
    assert (key.get_secret_value(), settings.own_of(cloud)) == ("canary-cloud", ("big", None))


def test_the_one_without_a_name_comes_first_and_none_without_an_address() -> None:
    assert [facts.name for facts in servers(settings_of())] == []
    both = settings_of(**TWO, PLAYGROUND_OPENAI_BASE_URL="http://127.0.0.1:2/v1", PLAYGROUND_OPENAI_API_KEY="own-1")
    assert [facts.name for facts in servers(both)] == ["openai", "openai-fast", "openai-cloud"]


def test_they_are_read_from_the_environment_and_from_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "PLAYGROUND_OPENAI_SERVERS=fast\nPLAYGROUND_OPENAI_FAST_BASE_URL=http://127.0.0.1:3/v1\n"
        "PLAYGROUND_OPENAI_FAST_API_KEY=canary-file\n"
    )
    monkeypatch.setenv("PLAYGROUND_OPENAI_FAST_MODEL", "from-the-environment")
    settings = Settings()
    (fast,) = servers(settings)
    assert settings.addresses_of(fast) == ("http://127.0.0.1:3/v1",)
    assert settings.own_of(fast) == ("from-the-environment", None)
    assert "canary-file" in settings.secrets


def test_their_keys_show_nowhere_and_are_kept_out_of_the_log(playground: Playground) -> None:
    settings = settings_of(**TWO, PLAYGROUND_OPENAI_API_KEY="canary-one")
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert {"canary-cloud", "canary-one"} <= set(secrets_of(settings, playground))
    assert pickle.loads(pickle.dumps(settings)).key_of(servers(settings)[1]) == settings.key_of(servers(settings)[1])
    copied = settings.model_copy(update={"data": Path("elsewhere")})
    assert copied.key_of(servers(copied)[1]) == settings.key_of(servers(settings)[1])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PLAYGROUND_OPENAI_SERVERS": "fast"}, "PLAYGROUND_OPENAI_FAST_BASE_URL is missing: give a web address"),
        ({"PLAYGROUND_OPENAI_SERVERS": "a b"}, "PLAYGROUND_OPENAI_SERVERS is 'a b'"),
        ({"PLAYGROUND_OPENAI_SERVERS": "fast,FAST"}, "a name stands there twice"),
        (TWO | {"PLAYGROUND_OPENAI_FAST_BASE_URL": "here"}, "PLAYGROUND_OPENAI_FAST_BASE_URL is 'here'"),
        ({"PLAYGROUND_OPENAI_BASE_URL": "ftp://x"}, "PLAYGROUND_OPENAI_BASE_URL is 'ftp://x'"),
    ],
)
def test_what_can_not_be_used_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        read({"_env_file": None, **given})
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_named_servers_variables_are_told_like_the_unnamed_ones() -> None:
    assert unnamed("PLAYGROUND_OPENAI_FAST_API_KEY") == "PLAYGROUND_OPENAI_API_KEY"
    assert unnamed("PLAYGROUND_OPENAI_API_KEY") is None
    assert unnamed("RUNWARE_API_KEY") is None
    assert "canary" not in str(wrong("PLAYGROUND_OPENAI_FAST_API_KEY", "canary"))


def test_a_server_that_is_gone_still_has_its_name() -> None:
    gone = facts_of("openai-old")
    assert gone is not None
    assert (gone.label, gone.keys) == ("old", ("PLAYGROUND_OPENAI_OLD_API_KEY",))
    assert (facts_of("openai"), facts_of("runware-x"), facts_of("local"), facts_of("openai-a/b")) == (
        OPENAI,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"prices": []}, 'give `"prices"` with at least one price, or `"free": true`'),
        ({"prices": [{"width": 512, "height": 512, "usd": 0}]}, "greater than 0"),
        ({"prices": [{"width": 512, "usd": "1"}]}, "prices.0.height: Field required"),
        ({"free": True, "prices": [{"width": 512, "height": 512, "usd": 1}]}, '`"free": true`'),
        ({"price": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_price_file_that_can_not_be_used_ends_the_start(tmp_path: Path, values: dict[str, Any], why: str) -> None:
    given = {
        **TWO,
        "PLAYGROUND_OPENAI_FAST_PRICES": price_file(tmp_path, **values),
        "PLAYGROUND_DATA": tmp_path / "data",
    }
    with pytest.raises(WrongSetting) as caught:
        open_playground(settings_of(**given))
    assert str(caught.value).startswith("PLAYGROUND_OPENAI_FAST_PRICES is ")
    assert why in str(caught.value)


def test_one_that_is_not_there_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {**TWO, "PLAYGROUND_OPENAI_CLOUD_PRICES": "no/such.json"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path / "data"))
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "PLAYGROUND_OPENAI_CLOUD_PRICES is 'no/such.json', which can't be used (No such file or directory)" in said


def test_one_can_be_chosen_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    given = {**TWO, "PLAYGROUND_BACKEND": "openai-cloud", "PLAYGROUND_DATA": tmp_path, "PLAYGROUND_MODEL": "tiny"}
    playground = open_playground(settings_of(**given))
    assert (playground.default, playground.choose("auto").label) == ("openai-cloud", "cloud")
    assert playground.choose("openai-fast").missing(Caller(visitor="me")) is None
    assert "canary" not in caplog.text
    with pytest.raises(WrongSetting, match="known are auto, local, runware, modelrunner, openai-fast, openai-cloud"):
        open_playground(settings_of(**{**given, "PLAYGROUND_BACKEND": "openai-slow"}))
    playground.store.engine.dispose()
