"""What is looked at before anything is opened: a setting that can't be used is said, not broken down on."""

import os
import socket
from contextlib import closing, suppress
from pathlib import Path

from backend.adapters.local.collection.places import folders_of
from backend.data_folder import data_folder
from backend.domain.errors import NotReady, WrongSetting
from backend.setting_words import wrong
from backend.settings import Settings
from backend.upkeep.upload_folder import make_upload_folder

VIBE = (
    "GRADIO_VIBE_MODE lets every visitor run code on this machine: unset it to start a page that strangers can reach."
)

UNMARKED = (
    "PLAYGROUND_MARK is off, which is for a machine of your own: leave it out, so that pictures say that a model made "
    "them, to start a page that strangers can reach."
)


def check_start(settings: Settings) -> None:
    """Raise `NotReady` or `WrongSetting` for a setting with which no page can start."""
    if settings.public and settings.vibe_mode:
        raise NotReady(VIBE)
    if settings.public and not settings.mark:
        raise NotReady(UNMARKED)
    _check_models(settings.models)
    _check_folder("PLAYGROUND_DATA", data_folder(settings))
    make_upload_folder(settings)
    _check_address(settings)


def _check_models(said: str) -> None:
    try:
        folders_of(said)
    except NotReady as error:
        raise wrong("PLAYGROUND_MODELS", said, str(error).rstrip(".")) from error


def _check_folder(name: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise wrong(name, folder, error.strerror or str(error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise wrong(name, folder, "it can't be written to")


def _check_address(settings: Settings) -> None:
    """Try whether this machine can listen there; Gradio itself says of everything that the port is taken."""
    told = "port" in settings.model_fields_set
    try:
        _listen(settings.host, settings.port if told else 0)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        if not told or not _can_listen(settings.host):
            raise wrong("GRADIO_SERVER_NAME", settings.host, why) from error
        raise WrongSetting(
            f"GRADIO_SERVER_PORT (--port) is {settings.port}, where this machine can't listen ({why}): stop what "
            "listens there, give another port, or leave it out, and the first free one from 7860 on is taken."
        ) from error


def _can_listen(host: str) -> bool:
    with suppress(OSError, UnicodeError):
        _listen(host, 0)
        return True
    return False


def _listen(host: str, port: int) -> None:
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    with closing(socket.socket(family, kind, protocol)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
