"""The owner's certificate and its key, read from PEM files and checked before anything is signed with them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backend.domain.errors import WrongSetting

CERT, KEY, TRUST = "PLAYGROUND_C2PA_CERT", "PLAYGROUND_C2PA_KEY", "PLAYGROUND_C2PA_TRUST"
_PURPOSES = {"1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"}
"""C2PA claims, email and documents: what a certificate has to be made for (C2PA 2.2, section 14.4.1)."""
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_LEAST_RSA = 2048
"""Bits of an RSA key."""
_CHAIN = "give a PEM file that holds the certificate and then those that signed it"
_MOST_BYTES = 2**20
"""Of a PEM file."""

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: the certificates in PEM without a root, the key's kind in C2PA's words, and what the own one says."""

    chain: str
    issuers: str
    """The certificates above the own one; that one itself where it is signed by nobody else."""
    algorithm: str
    name: str
    serial: str
    ends: datetime
    key: str = field(repr=False)
    """PKCS #8 in PEM, in the clear."""


def read_identity(cert: str, key: str, now: datetime | None = None) -> Identity:
    """Read both, by their paths or as PEM texts; raise `WrongSetting`, which holds nothing of the key or its path."""
    chain = read_certificates(CERT, cert)
    private = _read_key(key)
    own = chain[0]
    _check_certificate(_place(cert), own, now or datetime.now(UTC))
    if own.public_key() != private.public_key():
        raise WrongSetting(
            f"{KEY} is not the key of the first certificate in {_place(cert)} ({CERT}): give the key that it was made "
            "for, and put that certificate first."
        )
    return Identity(
        chain=_pem([own, *(each for each in chain[1:] if each.issuer != each.subject)]),
        issuers=_pem(chain[1:] or chain),
        algorithm=_algorithm(private),
        name=_name(own),
        serial=str(own.serial_number),
        ends=own.not_valid_after_utc,
        key=private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )


def read_certificates(setting: str, given: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file or text, at least one; raise `WrongSetting`."""
    try:
        return x509.load_pem_x509_certificates(_content(given))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongSetting(f"{setting} names {_place(given)}, which can't be read ({reason}): {_CHAIN}.") from None
    except ValueError:
        raise WrongSetting(f"{setting} names {_place(given)}, which holds no certificate in PEM: {_CHAIN}.") from None


def pem_of(certificates: list[x509.Certificate]) -> str:
    """Return certificates in PEM, one behind the other."""
    return _pem(certificates)


def _read_key(given: str) -> _Key:
    wanted = "give the path of its PEM file or its text: P-256, P-384, P-521, Ed25519, or RSA from 2048 bits on"
    try:
        found = serialization.load_pem_private_key(_content(given), password=None)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongSetting(f"{KEY} names a file that can't be read ({reason}): {wanted}.") from None
    except TypeError:
        raise WrongSetting(
            f"{KEY} names a key with a passphrase, which nobody could type at the start: give one without, in a file "
            "that only the playground can read (`openssl pkey -in key.pem -out plain.pem`)."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise WrongSetting(f"{KEY} names a file that holds no private key: {wanted}.") from None
    if not isinstance(found, _Key) or not _algorithm(found):
        raise WrongSetting(f"{KEY} is of a kind with which Content Credentials are not signed: {wanted}.")
    return found


def _content(given: str) -> bytes:
    """Return a PEM text, or what the file holds that is named."""
    if _is_text(given):
        return given.encode()
    with Path(given).expanduser().open("rb") as file:
        return file.read(_MOST_BYTES)


def _is_text(given: str) -> bool:
    return given.lstrip().startswith("-----BEGIN")


def _place(given: str) -> str:
    """Return a path as it may be shown; of a text nothing: somebody may have taken the one setting for the other."""
    return "a text" if _is_text(given) else given


def _algorithm(key: _Key) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name, "")
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256" if key.key_size >= _LEAST_RSA else ""
    return "ed25519"


def _check_certificate(place: str, own: x509.Certificate, now: datetime) -> None:
    """Raise `WrongSetting` for what the library would refuse in words that help nobody."""
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        days = f"{own.not_valid_before_utc:%Y-%m-%d} to {own.not_valid_after_utc:%Y-%m-%d}"
        raise WrongSetting(
            f"{CERT} names {place}, whose first certificate counts from {days}: give one that counts now."
        )
    try:
        usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        purposes = {one.dotted_string for one in usage}
    except (x509.ExtensionNotFound, ValueError):
        purposes = set()
    if not purposes & _PURPOSES or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string in purposes:
        raise WrongSetting(
            f"{CERT} names {place}, whose first certificate isn't made for Content Credentials: give one whose "
            "extended key usage is C2PA claim signing (1.3.6.1.4.1.62558.2.1), email protection or document signing."
        )


def _name(certificate: x509.Certificate) -> str:
    subject = certificate.subject
    found = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME) or subject.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    return str(found[0].value) if found else "a certificate without a name"


def _pem(certificates: list[x509.Certificate]) -> str:
    return "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in certificates)
