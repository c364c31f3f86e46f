"""A setting that can't be used, in one sentence: its name, its value and what it takes."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from backend.domain.errors import WrongSetting
from backend.domain.providers import FACTS, Facts, unnamed
from backend.settings import Settings

_KEY = "the key as the provider's page shows it"
_WEB = "a web address such as {default}"
_ANY_WEB = "a web address such as http://127.0.0.1:8000/v1"
_SERVERS = "names with commas between them, such as fast,cloud"
_SWITCH = "true or false"
_USD = "an amount in dollars from 0 up, such as 0.50"


def _of_provider(facts: Facts) -> dict[str, str]:
    addresses = {variable: _WEB if default else _ANY_WEB for variable, default in facts.addresses.items()}
    return {facts.keys[0]: _KEY, **addresses, **facts.own, **({facts.several: _SERVERS} if facts.several else {})}


TAKES: Mapping[str, str] = {
    **{name: takes for facts in FACTS.values() for name, takes in _of_provider(facts).items()},
    "PLAYGROUND_BACKEND": "auto, or the name of a backend such as local or runware",
    "PLAYGROUND_MODEL": "auto, tiny, a hub id such as Tongyi-MAI/Z-Image-Turbo, a folder, or its file",
    "PLAYGROUND_MODELS": "folders of models, or ComfyUI's extra_model_paths.yaml, separated as in PATH",
    "PLAYGROUND_DATA": "a folder that this user may write to",
    "PLAYGROUND_VISITOR_CAP_USD": _USD,
    "PLAYGROUND_DAILY_CAP_USD": _USD,
    "PLAYGROUND_ROOM_CAP_USD": _USD,
    "PLAYGROUND_ALLOW_CALLBACKS": _SWITCH,
    "PLAYGROUND_TRUSTED_PROXY": "addresses or networks with commas between them, such as 10.0.0.0/8",
    "PLAYGROUND_DATABASE_URL": "an address such as postgresql+psycopg://user:password@host/name",
    "PLAYGROUND_IMAGES_URL": "an address such as s3://bucket/folder",
    "RAY_ADDRESS": "auto, or the address of a Ray cluster's head, such as 10.0.0.1:6379",
    "PLAYGROUND_REPLICAS": "a whole number from 1 up",
    "PLAYGROUND_DISK_LIMIT_GB": "a number of gigabytes above 0, such as 20",
    "PLAYGROUND_MARK": "on or off",
    "PLAYGROUND_C2PA_CERT": "the path of a PEM file with the certificate and those that signed it, or its text",
    "PLAYGROUND_C2PA_KEY": "the path of a PEM file with the certificate's private key, or its text",
    "PLAYGROUND_C2PA_TRUST": "the path of a PEM file with the certificates whose signatures count, or its text",
    "PLAYGROUND_WATERMARK": "on or off",
    "PLAYGROUND_LLM_BASE_URL": "a web address without a password in it, such as http://127.0.0.1:11434/v1",
    "PLAYGROUND_LLM_API_KEY": "the key as the server's page shows it",
    "PLAYGROUND_LLM_MODEL": "the name of a model that the server has",
    "PLAYGROUND_LLM_USD_PER_MILLION": "a price from 0 up, or two with a comma between them, such as 0.15,0.60",
    "PLAYGROUND_GPU_USD_PER_HOUR": _USD,
    "GRADIO_SERVER_NAME": "an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them",
    "GRADIO_SERVER_PORT": "a port from 0 to 65535, such as {default}",
    "GRADIO_SHARE": _SWITCH,
    "GRADIO_TEMP_DIR": "a folder that this user may write to",
    "PLAYGROUND_AUTH": "NAME:PASSWORD",
    "SPACE_ID": "OWNER/NAME, as the Space sets it",
    "SPACES_ZERO_GPU": _SWITCH,
    "OAUTH_CLIENT_SECRET": "the secret that the Space sets",
    "GRADIO_VIBE_MODE": "nothing",
}
"""What each setting takes, in the words of "give …"."""

OPTIONS: Mapping[str, str] = {
    "GRADIO_SERVER_NAME": "--host",
    "GRADIO_SERVER_PORT": "--port",
    "GRADIO_SHARE": "--share",
    "PLAYGROUND_BACKEND": "--backend",
    "PLAYGROUND_MODEL": "--model",
    "PLAYGROUND_MODELS": "--models",
    "PLAYGROUND_DATA": "--data",
    "PLAYGROUND_AUTH": "--auth",
}
"""The settings that the command line has as well."""

_SECRET = (
    "PLAYGROUND_C2PA_CERT",
    "PLAYGROUND_C2PA_TRUST",
    "PLAYGROUND_AUTH",
    "PLAYGROUND_DATABASE_URL",
    "PLAYGROUND_IMAGES_URL",
    "GRADIO_VIBE_MODE",
    "PLAYGROUND_LLM_BASE_URL",
)
"""Settings that hold a password, or may."""


def read(given: Mapping[str, Any]) -> Settings:
    """Return the environment's settings with those given laid over them; raise `WrongSetting`, a line for each."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise WrongSetting("\n".join(_sentence(entry) for entry in error.errors(include_url=False))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"The file .env can't be read ({error}): save it as UTF-8 text, or take it away.") from error


def wrong(name: str, value: Any, why: str = "") -> WrongSetting:
    """Return the error of a setting, by its name in the environment, that turned out not to be usable."""
    option = f" ({OPTIONS[name]})" if name in OPTIONS else ""
    said = "can't be used" if _is_secret(name) else f"is {str(value)!r}"
    because = f", which can't be used ({why})" if why and not _is_secret(name) else f" ({why})" if why else ""
    known = unnamed(name) or name
    takes = TAKES[known].format(default=_field(known).default)
    return WrongSetting(f"{name}{option} {said}{because}: give {takes}, or leave it out.")


def name_of(field: FieldInfo) -> str:
    """Return what a setting is called in the environment; the first of its names."""
    if field.alias:
        return field.alias
    choices: tuple[Any, ...] = getattr(field.validation_alias, "choices", ())
    return str(choices[0])


def _sentence(entry: Any) -> str:
    name = str(entry["loc"][0]) if entry["loc"] else ""
    known = name if name in TAKES or unnamed(name) else next((each for each in TAKES if each in _aliases(name)), "")
    if not known:
        return f"{name or 'The settings'}: {entry['msg']}."
    if entry["type"] == "missing":
        return f"{known} is missing: give {TAKES[unnamed(known) or known]}, or take the server out of the list."
    why = str(entry["msg"]).removeprefix("Value error, ") if entry["type"] == "value_error" else ""
    return str(wrong(known, entry["input"], why))


def _aliases(name: str) -> tuple[str, ...]:
    for field in Settings.model_fields.values():
        choices = tuple(map(str, getattr(field.validation_alias, "choices", ())))
        if name in choices:
            return choices
    return ()


def _field(name: str) -> FieldInfo:
    return next(field for field in Settings.model_fields.values() if name_of(field) == name)


def _is_secret(name: str) -> bool:
    known = unnamed(name) or name
    return known in _SECRET or _field(known).annotation == SecretStr | None
