"""Reads the Content Credentials of one file, in a process of its own; `checking.py` runs it.

What strangers upload goes through a native library: here it can neither hang the playground nor take it along. It takes
a line of JSON and then the file, answers with JSON, and imports nothing of the playground's.
"""

import importlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

LIBRARY = "c2pa"
MOST_SECONDS = 10
MOST_SECONDS_OF_A_SOURCE = 2
"""A picture that a result was made of: what takes longer here would be taken over for every image of a run."""
_MOST_MEMORY = 4 * 2**30
_MOST_TEXT = 80
_MOST_ADDRESS = 200
_MOST_INGREDIENTS = 5
_MOST_TYPES = 3
_PRIVATE = (
    "c2pa.thumbnail",
    "c2pa.metadata",
    "c2pa.embedded-data",
    "cawg.metadata",
    "stds.exif",
    "stds.iptc",
    "stds.xmp",
)
"""How the labels of assertions begin that hold pictures, places, and what a camera noted."""
_PURPOSES = "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.311.76.59.1.9\n"
"""What a certificate may be made for (EKU): C2PA claims, email, documents, and Microsoft's. Unless they are named here,
c2pa-python 0.38 takes those for email alone."""


def settings_of(trusted: str, own: str) -> dict[str, Any]:
    """Return the library's settings: certificates in PEM whose signatures count, and nothing asked of any network."""
    trust = {"trust_config": _PURPOSES, "trust_anchors": trusted, "user_anchors": own}
    return {
        "trust": {name: value for name, value in trust.items() if value},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
        "core": {"allowed_network_hosts": []},
        "builder": {"thumbnail": {"enabled": False}},
    }


def summary(store: Mapping[str, Any]) -> dict[str, Any]:
    """Return what matters of the library's report, shortened: signer, claims, faults, and what it was made of."""
    manifests = store.get("manifests") or {}
    active = manifests.get(store.get("active_manifest")) or {}
    results = store.get("validation_results") or {}
    ingredients = active.get("ingredients") or []
    return {
        **_signer(active),
        "faults": _faults(results),
        "list": results.get("trustListUri"),
        "generator": _generator(active),
        "source_types": _source_types(active),
        "ingredients": [_ingredient(each, manifests, results) for each in ingredients[:_MOST_INGREDIENTS]],
        "more": len(ingredients[_MOST_INGREDIENTS:]),
    }


def private_parts(store: Mapping[str, Any]) -> list[str]:
    """Return where pictures, places and what a camera noted lie in any manifest of a detailed report, as JUMBF URIs."""
    return [
        f"self#jumbf=/c2pa/{manifest}/c2pa.assertions/{label}"
        for manifest, told in store["manifests"].items()
        for label in told["assertion_store"]
        if label.startswith(_PRIVATE)
    ]


def _signer(manifest: Mapping[str, Any]) -> dict[str, str]:
    info = manifest.get("signature_info") or {}
    return {
        "issuer": _text(info.get("issuer") or info.get("common_name")),
        "serial": _text(info.get("cert_serial_number")),
        "time": _text(info.get("time")),
    }


def _generator(manifest: Mapping[str, Any]) -> str:
    told = manifest.get("claim_generator_info") or [{}]
    return _text(f"{told[0].get('name') or manifest.get('claim_generator') or ''} {told[0].get('version') or ''}")


def _source_types(manifest: Mapping[str, Any]) -> list[str]:
    found = (_text(action.get("digitalSourceType"), _MOST_ADDRESS) for action in _actions(manifest))
    return list(dict.fromkeys(filter(None, found)))[:_MOST_TYPES]


def _actions(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for assertion in manifest.get("assertions") or []:
        data = assertion.get("data")
        if str(assertion.get("label")).startswith("c2pa.actions") and isinstance(data, dict):
            yield from (action for action in data.get("actions") or [] if isinstance(action, dict))


def _ingredient(each: Mapping[str, Any], manifests: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    manifest = manifests.get(str(each.get("active_manifest"))) or {}
    deltas = [
        delta.get("validationDeltas") or {}
        for delta in results.get("ingredientDeltas") or []
        if str(delta.get("ingredientAssertionURI")).endswith(f"/{each.get('label')}")
    ]
    faults = [*_faults(each.get("validation_results") or {}), *(code for one in deltas for code in _codes(one))]
    return {
        **_signer(manifest),
        "title": _text(each.get("title")),
        "relationship": _text(each.get("relationship")),
        "signed": bool(each.get("active_manifest")),
        "faults": faults,
        "source_types": _source_types(manifest),
    }


def _faults(results: Mapping[str, Any]) -> list[str]:
    return _codes(results.get("activeManifest") or {})


def _codes(results: Mapping[str, Any]) -> list[str]:
    return [_text(fault.get("code")) for fault in results.get("failure") or []][:20]


def _text(value: Any, most: int = _MOST_TEXT) -> str:
    """Return printable text of bounded length: nothing that turns the direction of writing, or ends a quotation."""
    shown = "".join(sign if sign.isprintable() and sign not in "“”" else " " for sign in str(value or "")[:1000])
    return " ".join(shown.split())[:most]


def read(order: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """Return the summary of a file, or only its private parts if these are asked for; raises what the library does."""
    library = importlib.import_module(LIBRARY)
    context = library.Context.from_dict(settings_of(order["trusted"], order["own"]))
    with library.Reader(io.BytesIO(content), context=context) as reader:
        if order["private"]:
            return {"private": private_parts(json.loads(reader.detailed_json()))}
        return summary(json.loads(reader.json()))


def main() -> None:
    """Answer one order from standard input."""
    order = json.loads(sys.stdin.buffer.readline())
    sys.path.insert(0, order["folder"])
    _limit(order["seconds"])
    sys.stdout.write(json.dumps(read(order, sys.stdin.buffer.read())))


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Not on Windows; there the time limit alone holds.
        return
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
