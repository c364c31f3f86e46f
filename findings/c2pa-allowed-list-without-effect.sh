#!/bin/sh
# c2pa-python 0.38.1, with c2pa-rs 0.91.3 (2026-11-29, Python 3.11): the list of signers that one knows.
#
# Its documentation (docs/context-settings.md of its repository) has `trust.allowed_list`: certificates in PEM that are
# trusted whatever their chain. One would think that a setting which 0.37.10 obeys is obeyed by 0.38.1 too, or refused.
# Seen, for a picture whose signer's certificate is on the list, with settings that are otherwise the defaults:
#   0.37.10  read: Trusted; a list that holds a number: an error
#   0.38.1   read: Valid, signingCredential.untrusted; a list that holds a number: taken without a word
# The list has moved to an entry of `trust.anchors`, which wants `trust_kind` ("manifest") and `trust_anchors` (which may
# be empty) beside it: then 0.38.1 reads Trusted. Other settings of `trust`, such as `trust_anchors`, are obeyed in the
# old place as well, so that nothing tells that this one isn't.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/known.py" <<'PYTHON'
import io
import json
import sys
from pathlib import Path

import c2pa
from PIL import Image

version, folder = sys.argv[1], Path(sys.argv[2])
signer, root = ((folder / name).read_text() for name in ("signer.pem", "root.pem"))


def context(**trust):
    return c2pa.Context(settings=c2pa.Settings.from_dict({"trust": trust}))


def sign():
    info = c2pa.C2paSignerInfo(b"es256", signer.encode(), (folder / "signer.key").read_bytes(), b"")
    info.ta_url = None
    picture, signed = io.BytesIO(), io.BytesIO()
    Image.radial_gradient("L").save(picture, "JPEG")
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    made = {"actions": [{"action": "c2pa.created", "digitalSourceType": kind}]}
    manifest = {"assertions": [{"label": "c2pa.actions.v2", "data": made}]}
    with c2pa.Signer.from_info(info) as key, c2pa.Builder(manifest, context=context()) as builder:
        builder.sign(key, "image/jpeg", picture, signed)
    return signed.getvalue()


def read(signed, **trust):
    with c2pa.Reader("image/jpeg", io.BytesIO(signed), context=context(**trust)) as reader:
        report = json.loads(reader.json())
    return report["validation_state"], [fault["code"] for fault in report.get("validation_status", [])]


def taken(**trust):
    try:
        context(**trust)
    except c2pa.C2paError as error:
        return str(error)
    return "taken"


TRUSTED, UNKNOWN = ("Trusted", []), ("Valid", ["signingCredential.untrusted"])
signed = sign()
assert read(signed) == UNKNOWN and read(signed, trust_anchors=root) == TRUSTED
listed, number = read(signed, allowed_list=signer), taken(allowed_list=5)
print(f"{version}: allowed_list: {listed}; a number: {number}")
if version == "0.37.10":
    assert listed == TRUSTED and number != "taken"
else:
    assert listed == UNKNOWN and number == "taken"
    entry = {"trust_kind": "manifest", "trust_anchors": ""}
    moved = read(signed, anchors=[{**entry, "allowed_list": signer}])
    print(f"{version}: in an entry of anchors: {moved}; the entry without it: {read(signed, anchors=[entry])}")
    assert moved == TRUSTED and read(signed, anchors=[entry]) == UNKNOWN
    for part in ({"trust_kind": "manifest"}, {"trust_anchors": ""}):
        print(f"{version}: an entry with {list(part)} alone: {taken(anchors=[{**part, 'allowed_list': signer}])}")
        assert "missing field" in taken(anchors=[{**part, "allowed_list": signer}])
PYTHON

cd "$folder"
curve="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $curve -keyout root.key -out root.pem -days 30 -subj "/O=A root" \
    -addext keyUsage=critical,keyCertSign 2> openssl.txt
openssl req $curve -keyout signer.key -out signer.csr -subj "/O=A signer" 2> openssl.txt
printf '%s\n' basicConstraints=critical,CA:false keyUsage=critical,digitalSignature extendedKeyUsage=emailProtection \
    subjectKeyIdentifier=hash authorityKeyIdentifier=keyid > signer.ext
openssl x509 -req -in signer.csr -CA root.pem -CAkey root.key -days 20 -extfile signer.ext -out signer.pem 2> openssl.txt

for version in 0.37.10 0.38.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/python" -m pip install --quiet --disable-pip-version-check \
        c2pa-python==$version pillow==12.3.0
    "$folder/$version/bin/python" known.py $version "$folder"
done
