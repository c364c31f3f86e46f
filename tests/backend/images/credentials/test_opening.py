"""A certificate that can't be used is said at the start, in a sentence that holds nothing of the key."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from backend.domain.errors import WrongSetting
from backend.images.credentials.opening import open_credentials
from backend.playground import Playground
from backend.settings import Settings
from backend.upkeep.start_lines import start_lines
from tests.backend.images.credentials.conftest import signing
from tests.backend.images.credentials.files import report, signed
from tests.certificates import SIGNER, Chain, Key, make_chain

ONE_DAY = timedelta(days=1)
CERT, KEY, TRUST = "PLAYGROUND_C2PA_CERT", "PLAYGROUND_C2PA_KEY", "PLAYGROUND_C2PA_TRUST"


def refused(folder: Path, chain: Chain, **more: Any) -> str:
    """Return what a start says of a chain; None takes a setting out."""
    given = {name: value for name, value in {**chain.write(folder), **more}.items() if value is not None}
    with pytest.raises(WrongSetting) as caught:
        open_credentials(Settings(_env_file=None, **given))
    said = str(caught.value)
    lines = [line for line in chain.key.decode().splitlines() if line and "---" not in line]
    assert not any(line in said for line in lines)
    assert "\n" not in said
    return said


def rewritten(chain: Chain, **changed: bytes) -> Chain:
    return Chain(**{"certificates": chain.certificates, "key": chain.key, "root": chain.root, **changed})


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "P-521", "Ed25519", "RSA"],
)
def test_every_kind_of_key_signs(playground: Playground, tmp_path: Path, key: Key) -> None:
    chain = make_chain(key)
    content = signed(signing(playground, chain, tmp_path / "c").signing)
    assert report(content, "png", chain)["validation_state"] == "Trusted"


def test_an_older_shape_of_the_key_will_do(playground: Playground, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    older = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    assert b"EC PRIVATE KEY" in older
    assert signed(signing(playground, rewritten(make_chain(key), key=older), tmp_path / "c").signing)


def test_a_root_in_the_file_is_known_again_and_goes_into_no_picture(playground: Playground, tmp_path: Path) -> None:
    chain = make_chain()
    own = chain.certificates.split(b"-----END")[0] + b"-----END CERTIFICATE-----\n"
    rooted = signing(playground, rewritten(chain, certificates=chain.certificates + chain.root), tmp_path / "rooted")
    content = signed(rooted.signing)
    assert rooted.checker.read(content).standing == "trusted"
    assert len(content) == len(signed(signing(playground, chain, tmp_path / "plain").signing))
    assert signed(signing(playground, rewritten(chain, certificates=own), tmp_path / "alone").signing)


def test_the_start_says_who_signs_and_until_when(signer: Playground) -> None:
    (line,) = start_lines(signer)
    assert f"signed as “{SIGNER}”" in line
    assert signer.signing is not None
    assert f"until {signer.signing.ends:%Y-%m-%d}" in line


@pytest.mark.parametrize(("left", "other"), [(CERT, KEY), (KEY, CERT)])
def test_one_without_the_other_is_said(tmp_path: Path, chain: Chain, left: str, other: str) -> None:
    assert refused(tmp_path, chain, **{other: None}).startswith(f"{left} is set without {other}: give both")


def test_certificate_and_key_may_be_texts_as_a_spaces_secrets_are(chain: Chain, tmp_path: Path) -> None:
    texts = {CERT: chain.certificates.decode(), KEY: chain.key.decode(), TRUST: chain.root.decode()}
    settings = Settings(_env_file=None, **texts)
    assert chain.key.decode().splitlines()[1] not in f"{settings!r} {settings} {settings.model_dump_json()}"
    checker, signs = open_credentials(settings)
    assert checker.read(signed(signs)).standing == "trusted"
    for wrong in ({CERT: chain.key.decode()}, {TRUST: chain.key.decode()}, {KEY: chain.certificates.decode()}):
        assert next(iter(wrong)) in refused(tmp_path, chain, **wrong)


def test_a_key_that_does_not_fit_its_setting_is_shown_nowhere(tmp_path: Path, chain: Chain) -> None:
    cut = chain.key.decode().replace("-----BEGIN PRIVATE KEY-----", "").strip()
    assert refused(tmp_path, chain, **{KEY: cut}).startswith(f"{KEY} names a file that can't be read")
    assert "holds no private key" in refused(tmp_path, chain, **{KEY: str(tmp_path / "cert.pem")})


def test_what_is_no_certificate_or_is_not_there_is_said(tmp_path: Path, chain: Chain) -> None:
    assert "can't be read (No such file" in refused(tmp_path, chain, **{CERT: str(tmp_path / "none.pem")})
    assert "no certificate in PEM" in refused(tmp_path, chain, **{CERT: str(tmp_path / "key.pem")})
    assert refused(tmp_path, chain, **{TRUST: str(tmp_path / "key.pem")}).startswith(TRUST)


def test_certificates_that_do_not_fit_are_said(tmp_path: Path, chain: Chain) -> None:
    assert "is not the key of the first certificate" in refused(tmp_path, rewritten(chain, key=make_chain().key))
    parts = chain.certificates.split(b"-----END CERTIFICATE-----\n")
    turned = b"".join(part + b"-----END CERTIFICATE-----\n" for part in (parts[1], parts[0]))
    assert refused(tmp_path, rewritten(chain, certificates=turned))
    assert "isn't made for Content Credentials" in refused(tmp_path, make_chain(purposes=("1.3.6.1.5.5.7.3.1",)))
    assert "isn't made for Content Credentials" in refused(tmp_path, make_chain(purposes=()))
    assert "counts from" in refused(tmp_path, make_chain(lasts=-ONE_DAY))


def test_keys_that_sign_no_credentials_are_said(tmp_path: Path) -> None:
    for key in (ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 1024)):
        assert "of a kind" in refused(tmp_path, make_chain(key))
    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
    )
    assert "with a passphrase" in refused(tmp_path, rewritten(make_chain(key), key=locked))


def test_without_the_library_the_start_says_how_to_get_it(
    tmp_path: Path, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    said = refused(tmp_path, chain)
    assert said.startswith(f"{CERT} needs c2pa-python, which isn't installed")
    assert "requirements-sign.txt" in said
    open_credentials(Settings(_env_file=None))


def test_marks_that_are_off_and_a_certificate_contradict_one_another(tmp_path: Path, chain: Chain) -> None:
    assert "PLAYGROUND_MARK is off" in refused(tmp_path, chain, PLAYGROUND_MARK="off")
