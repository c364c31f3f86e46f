from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import Field, SecretStr, ValidationError

from app import read_settings, secrets_of
from backend.money.caps import Caps
from backend.playground import Playground
from backend.settings import Settings


def test_nothing_has_to_be_set() -> None:
    settings = Settings(_env_file=None)
    assert (settings.backend, settings.model, settings.port) == ("auto", "auto", 7860)
    assert settings.runware_api_key is None
    assert settings.gpu_usd_per_hour == Decimal(0)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    monkeypatch.setenv("MODELRUNNER_API_KEY", "key-1")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "8000")
    settings = Settings(_env_file=None)
    assert settings.data == tmp_path
    assert settings.modelrunner_key is not None
    assert settings.modelrunner_key.get_secret_value() == "key-1"
    assert settings.port == 8000


def test_a_dot_env_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RUNWARE_API_KEY=from-file\n")
    monkeypatch.chdir(tmp_path)
    key = Settings().runware_api_key
    assert key is not None
    assert key.get_secret_value() == "from-file"


def test_no_key_shows_in_what_settings_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "canary-1")
    monkeypatch.setenv("MODELRUNNER_KEY", "canary-2")
    settings = Settings(_env_file=None)
    assert "canary" not in f"{settings!r} {settings} {settings.model_dump_json()}"


class Later(Settings):
    """The settings, when somebody has added a secret."""

    new_secret: SecretStr | None = Field(None, alias="PLAYGROUND_NEW_SECRET")


def test_a_secret_that_is_added_is_kept_out_of_the_log_by_itself(playground: Playground) -> None:
    settings = Later(_env_file=None, PLAYGROUND_NEW_SECRET="canary-3", MODELRUNNER_KEY="canary-4")
    playground.callers.keys.put(("visitor-1", "page"), "fake", "canary-5")
    assert set(secrets_of(settings, playground)) == {"canary-3", "canary-4", "canary-5"}


def test_the_help_names_every_backend(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--help"])
    assert "auto, local, runware, modelrunner, openai, or cluster" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("values", "public"),
    [
        ({}, False),
        ({"GRADIO_SHARE": True}, True),
        ({"SPACE_ID": "a/b"}, True),
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, True),
    ],
)
def test_whether_strangers_can_reach_it(values: dict[str, object], public: bool) -> None:
    assert Settings(_env_file=None, **values).public is public


def test_on_loopback_no_cap_holds_but_the_rooms() -> None:
    assert Settings(_env_file=None).caps == Caps(room=Decimal("0.50"))


@pytest.mark.parametrize("values", [{"GRADIO_SHARE": True}, {"SPACE_ID": "a/b"}, {"GRADIO_SERVER_NAME": "0.0.0.0"}])
def test_once_strangers_can_reach_it_caps_hold(values: dict[str, object]) -> None:
    caps = Settings(_env_file=None, **values).caps
    assert caps == Caps(visitor=Decimal("0.25"), house=Decimal("5.00"), room=Decimal("0.50"))


def test_the_disk_has_a_limit_once_strangers_can_fill_it() -> None:
    assert Settings(_env_file=None).disk_limit is None
    assert Settings(_env_file=None, GRADIO_SHARE=True).disk_limit == 20 * 10**9
    for share in (False, True):
        set_to = Settings(_env_file=None, GRADIO_SHARE=share, PLAYGROUND_DISK_LIMIT_GB="0.5")
        assert set_to.disk_limit == 500_000_000
    with pytest.raises(ValidationError):
        Settings(_env_file=None, PLAYGROUND_DISK_LIMIT_GB=0)


def test_a_cap_that_is_set_holds_everywhere_even_one_of_nothing() -> None:
    settings = Settings(_env_file=None, PLAYGROUND_VISITOR_CAP_USD=Decimal(0), PLAYGROUND_DAILY_CAP_USD=Decimal(9))
    assert settings.caps == Caps(visitor=Decimal(0), house=Decimal(9), room=Decimal("0.50"))
    shared = settings.model_copy(update={"share": True})
    assert shared.caps == settings.caps
