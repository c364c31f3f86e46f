"""A playground that signs, with a chain of its own."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from backend.domain.errors import Unsigned, WrongSetting
from backend.images.credentials.opening import open_credentials
from backend.playground import Playground
from backend.settings import Settings
from tests.backend.images.credentials.files import signed
from tests.certificates import Chain, make_chain


@pytest.fixture(scope="session")
def chain() -> Chain:
    """Return a chain of certificates."""
    return make_chain()


def signing(playground: Playground, chain: Chain, folder: Path, **more: str) -> Playground:
    """Return the same playground with a certificate."""
    settings = Settings(_env_file=None, PLAYGROUND_DATA=playground.settings.data, **chain.write(folder), **more)
    checker, signs = open_credentials(settings)
    return dataclasses.replace(playground, settings=settings, checker=checker, signing=signs)


def short_lived(playground: Playground, folder: Path) -> tuple[Chain, Playground, bytes]:
    """Return a chain that ends in a moment, a playground that has just begun with it, and what that has signed."""
    for seconds in (2, 6, 20, 60):  # However slow the machine is today.
        chain = make_chain(lasts=timedelta(seconds=seconds))
        try:
            signer = signing(playground, chain, folder / f"{seconds}")
            return chain, signer, signed(signer.signing)
        except (WrongSetting, Unsigned):
            continue
    raise AssertionError("no certificate lasted long enough")


@pytest.fixture
def signer(playground: Playground, chain: Chain, tmp_path: Path) -> Playground:
    """Return a playground that signs."""
    return signing(playground, chain, tmp_path / "certificates")
