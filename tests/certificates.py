"""A chain of certificates of the tests' own: a root, one in between, and one that signs pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

CLAIMS, EMAIL, DOCUMENTS = "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"
SIGNER = "A playground of tests"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Chain:
    """PEM texts: the signer's certificate and the one above it, its key, and the root."""

    certificates: bytes
    key: bytes
    root: bytes

    def write(self, folder: Path) -> dict[str, str]:
        """Write them where a playground finds them, and return its settings."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("cert.pem", self.certificates), ("key.pem", self.key), ("root.pem", self.root)):
            (folder / name).write_bytes(content)
        return {
            "PLAYGROUND_C2PA_CERT": str(folder / "cert.pem"),
            "PLAYGROUND_C2PA_KEY": str(folder / "key.pem"),
        }


def make_chain(
    key: Key | None = None,
    *,
    name: str = SIGNER,
    purposes: Sequence[str] = (CLAIMS, EMAIL),
    lasts: timedelta = timedelta(days=30),
) -> Chain:
    """Make a chain whose signer lasts so long from now on."""
    root, middle, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()), key
    own = own or ec.generate_private_key(ec.SECP256R1())
    signer = _certificate(name, own, "Middle", middle, purposes=purposes, lasts=lasts)
    return Chain(
        certificates=_pem(signer) + _pem(_certificate("Middle", middle, "Root", root)),
        key=own.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        root=_pem(_certificate("Root", root, "Root", root)),
    )


def _certificate(
    subject: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    *,
    purposes: Sequence[str] | None = None,
    lasts: timedelta = timedelta(days=30),
) -> x509.Certificate:
    """Make a certificate; without `purposes` one that signs others."""
    above, now = purposes is None, datetime.now(UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    made = (
        x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(above, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not above, key_cert_sign=above, crl_sign=above, decipher_only=False, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if purposes:
        made = made.add_extension(x509.ExtendedKeyUsage(list(map(ObjectIdentifier, purposes))), critical=False)
    return made.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def _name(text: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, text), (NameOID.COMMON_NAME, text))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
