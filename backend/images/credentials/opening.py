"""What the settings say of Content Credentials, looked at before anything is opened.

A certificate that can't be used keeps the playground from starting: whoever names one relies on signed pictures.
"""

from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from backend.domain.errors import WrongSetting
from backend.images.credentials.checking import Checker
from backend.images.credentials.library import INSTALL, library

if TYPE_CHECKING:
    from backend.images.credentials.signing import Signing


class Named(Protocol):
    """What of the settings is read here: certificate, key and whom to trust (paths, or PEM itself), and `mark`."""

    @property
    def c2pa_cert(self) -> str | None:
        """Return the certificate and those that signed it."""

    @property
    def c2pa_key(self) -> SecretStr | None:
        """Return the certificate's private key."""

    @property
    def c2pa_trust(self) -> str | None:
        """Return the certificates whose signatures count."""

    @property
    def mark(self) -> bool:
        """Whether results say that a model made them."""


def open_credentials(settings: Named) -> "tuple[Checker, Signing | None]":
    """Return what checks files, and what signs results where the settings name a certificate and its key.

    Raises `WrongSetting` where they can't be used.
    """
    cert, key, trust = settings.c2pa_cert, settings.c2pa_key, settings.c2pa_trust
    named = {"PLAYGROUND_C2PA_CERT": cert, "PLAYGROUND_C2PA_KEY": key, "PLAYGROUND_C2PA_TRUST": trust}
    given = [name for name, value in named.items() if value is not None]
    if not given:
        return Checker(), None
    if (cert is None) != (key is None):
        alone, other = ("CERT", "KEY") if key is None else ("KEY", "CERT")
        raise WrongSetting(f"PLAYGROUND_C2PA_{alone} is set without PLAYGROUND_C2PA_{other}: give both, or neither.")
    if cert and not settings.mark:
        raise WrongSetting(
            "PLAYGROUND_C2PA_CERT signs that a model made a picture, and PLAYGROUND_MARK is off so that none says so: "
            "give one of the two, or neither."
        )
    _check_library(given[0])
    from backend.images.credentials.certificate import TRUST, pem_of, read_certificates, read_identity

    trusted = pem_of(read_certificates(TRUST, trust)) if trust else ""
    if cert is None or key is None:
        return Checker(trusted), None
    from backend.images.credentials.signing import Signing

    identity = read_identity(cert, key.get_secret_value())
    checker = Checker(trusted, identity.issuers, identity.serial)
    return checker, Signing(identity, checker)


def _check_library(name: str) -> None:
    try:
        library()
    except ImportError:
        raise WrongSetting(f"{name} needs c2pa-python, which isn't installed: {INSTALL}, or leave it out.") from None
    except (OSError, RuntimeError) as error:  # A system library that is too old, or no build for this processor.
        raise WrongSetting(
            f"{name} needs c2pa-python, which can't be loaded here ({type(error).__name__}): {INSTALL} on a newer "
            "system, or leave it out."
        ) from error
