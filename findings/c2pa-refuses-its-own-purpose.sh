#!/bin/sh
# c2pa-python 0.38.1, with c2pa-rs 0.91.3 (2026-11-29, Python 3.11): what a signer's certificate may be made for.
#
# The C2PA has a purpose of its own for certificates that sign claims (EKU 1.3.6.1.4.1.62558.2.1). One would think that
# its library takes them as it comes, all the more since 0.37.10 does. Seen, for a certificate with that purpose alone,
# and no setting but the root that it comes from:
#   0.37.10  signs; read: Trusted
#   0.38.1   refuses to sign: "certificate missing required EKU"; signed without that check and read: Invalid
#   0.38.1   with the purpose's number in `trust.trust_config` it signs, and read with it: Trusted
#   0.38.1   a certificate for e-mail (1.3.6.1.5.5.7.3.4) signs and is Trusted, with that setting and without it
# So the number has to be named wherever one signs and wherever one reads: else the right certificate is the wrong one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/sign.py" <<'PYTHON'
import datetime
import io
import json
import sys

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

CLAIMS, EMAIL = "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.4"
NOW = datetime.datetime.now(datetime.UTC)
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
}


def certificate(subject, key, issuer, issuer_key, purpose=None):
    """A root, or with a purpose a certificate that signs pictures."""
    unused = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )
    subject, issuer = (
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]) for name in (subject, issuer)
    )
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(NOW - datetime.timedelta(days=1)).not_valid_after(NOW + datetime.timedelta(days=30))
    for critical, extension in (
        (True, x509.BasicConstraints(purpose is None, None)),
        (True, x509.KeyUsage(digital_signature=purpose is not None, key_cert_sign=purpose is None, **unused)),
        (False, x509.SubjectKeyIdentifier.from_public_key(key.public_key())),
        (False, x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())),
        *([(False, x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose)]))] if purpose else []),
    ):
        made = made.add_extension(extension, critical)
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


ROOT_KEY, KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
ROOT = certificate("A root", ROOT_KEY, "A root", ROOT_KEY)
SECRET = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


def context(**settings):
    return c2pa.Context(settings=c2pa.Settings.from_dict(settings))


def sign(purpose, **settings):
    """Return a signed PNG, or the error's text."""
    info = c2pa.C2paSignerInfo(b"es256", certificate("A signer", KEY, "A root", ROOT_KEY, purpose), SECRET, b"")
    info.ta_url = None
    picture, signed = io.BytesIO(), io.BytesIO()
    Image.linear_gradient("L").save(picture, "PNG")
    manifest = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [CREATED]}}]}
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest, context=context(**settings)) as builder:
        try:
            builder.sign(signer, "image/png", picture, signed)
        except c2pa.C2paError as error:
            return str(error)
    return signed.getvalue()


def read(signed, **trust):
    settings = context(trust={"trust_anchors": ROOT.decode(), **trust})
    with c2pa.Reader("image/png", io.BytesIO(signed), context=settings) as reader:
        return json.loads(reader.json())["validation_state"]


version, named = sys.argv[1], {"trust_config": CLAIMS}
signed = sign(CLAIMS)
if version == "0.37.10":
    print(f"{version}: claim signing: {read(signed)}")
    assert read(signed) == "Trusted"
    sys.exit()
print(f"{version}: claim signing: {signed}")
assert "certificate missing required EKU" in signed
unchecked = sign(CLAIMS, verify={"verify_after_sign": False})
print(f"{version}: claim signing, read: {read(unchecked)}")
assert read(unchecked) == "Invalid"
print(f"{version}: claim signing, named: {read(sign(CLAIMS, trust=named), **named)}")
assert read(sign(CLAIMS, trust=named), **named) == "Trusted"
print(f"{version}: e-mail: {read(sign(EMAIL))}, beside the other: {read(sign(EMAIL, trust=named), **named)}")
assert read(sign(EMAIL)) == read(sign(EMAIL, trust=named), **named) == "Trusted"
PYTHON
for version in 0.37.10 0.38.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/python" -m pip install --quiet --disable-pip-version-check \
        c2pa-python==$version cryptography==50.0.2 pillow==12.3.0
    "$folder/$version/bin/python" "$folder/sign.py" $version
done
