"""Results with Content Credentials, read back by the library's own reader."""

import dataclasses
import logging
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.parts import OutputFormat
from backend.domain.records import Run
from backend.domain.requests import MODES, Mode, parse_request
from backend.generation.generate import generate
from backend.generation.recovery import recover
from backend.images.credentials.checking import Checker
from backend.images.credentials.sources import MOST_MANIFEST
from backend.images.encoding import encode
from backend.images.keep import UNSIGNED
from backend.images.metadata.origin import read_origin
from backend.images.metadata.provenance import without_manifest
from backend.images.metadata.texts import has_manifest
from backend.images.watermark.pictures import carries_watermark
from backend.playground import Playground
from backend.record.run_json import run_json
from backend.restore.read import read_metadata
from tests.backend.generation.test_recovery import left_running, wait_until_finished
from tests.backend.images.credentials.conftest import short_lived, signing
from tests.backend.images.credentials.files import actions, active, from_a_camera, report, signed, with_another_pixel
from tests.backend.images.metadata.test_source_type import FORMATS, NOISE, SAID, pixels
from tests.backend.restore.files import png_chunk
from tests.certificates import SIGNER, Chain, make_chain

CREATED, EDITED = ["c2pa.created"], ["c2pa.opened", "c2pa.edited"]
DONE = {"text_to_image": CREATED, "controlnet": CREATED} | dict.fromkeys(
    ("image_to_image", "inpaint", "outpaint", "upscale"), EDITED
)
CALLER = Caller(visitor="visitor-1")


def run_of(playground: Playground, mode: Mode = "text_to_image", **values: Any) -> Run:
    """Run a request on the fake, with plain pictures for what a mode needs and isn't given."""
    plain = playground.files.put(encode(NOISE, "png"), "png")
    needed: dict[str, Any] = {"image": plain} if mode != "text_to_image" else {}
    needed |= {"mask": plain} if mode == "inpaint" else {"left": 64} if mode == "outpaint" else {}
    request = parse_request({"mode": mode, "prompt": "a boat", "seed": 5, **needed, **values})
    *_, last = generate(playground, CALLER, "fake", request)
    assert isinstance(last, Finished)
    return last.run


def file_of(playground: Playground, mode: Mode = "text_to_image", **values: Any) -> bytes:
    return playground.files.whole(run_of(playground, mode, **values).images[0].sha256)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_a_result_is_signed_with_its_action_model_and_origin_and_keeps_its_settings(
    signer: Playground, playground: Playground, chain: Chain, mode: Mode, image_format: OutputFormat
) -> None:
    content = file_of(signer, mode, output_format=image_format)
    found = report(content, image_format, chain)
    assert found["validation_state"] == "Trusted"
    assert active(content, image_format)["signature_info"]["issuer"] == SIGNER
    assert active(content, image_format)["claim_generator_info"][0]["name"] == "Z-Image Playground"
    told = actions(content, image_format)
    assert [each["action"] for each in told] == DONE[mode]
    assert told[-1]["digitalSourceType"].endswith(f"/{SAID[mode]}")
    assert told[-1]["softwareAgent"]["name"] == playground.backends["fake"].model_name
    settings, origin = read_metadata(content), read_origin(content)
    assert settings is not None
    assert (settings.recipe["prompt"], settings.recipe["seed"]) == ("a boat", 5)
    assert origin is not None
    assert origin.term == SAID[mode]
    assert origin.credentials is not None
    assert np.array_equal(pixels(content), pixels(file_of(playground, mode, output_format=image_format)))


@pytest.mark.parametrize("image_format", FORMATS)
def test_another_pixel_is_told(signer: Playground, image_format: OutputFormat) -> None:
    content = file_of(signer, output_format=image_format)
    found = signer.checker.read(content)
    assert (found.standing, found.issuer) == ("trusted", SIGNER)
    changed = with_another_pixel(content, image_format)
    assert len(changed) > len(content) // 2
    codes = [
        fault["code"] for fault in report(changed, image_format)["validation_results"]["activeManifest"]["failure"]
    ]
    assert "assertion.dataHash.mismatch" in codes
    assert signer.checker.read(changed).standing == "broken"


def test_without_a_certificate_nothing_is_signed_nor_changed(playground: Playground, signer: Playground) -> None:
    plain = file_of(playground)
    assert not has_manifest(plain)
    assert without_manifest(file_of(signer), "png") == plain


def test_each_image_of_a_batch_has_a_signature_of_its_own_and_its_size_is_what_lies_on_disk(signer: Playground) -> None:
    run = run_of(signer, count=3)
    contents = [signer.files.whole(image.sha256) for image in run.images]
    assert len({active(content, "png")["label"] for content in contents}) == 3
    assert [image.bytes for image in run.images] == list(map(len, contents))
    assert all(UNSIGNED not in image.details for image in run.images)
    assert [image["unsigned"] for image in run_json(run)["images"]] == [None] * 3


def test_many_runs_at_once_are_all_signed(signer: Playground) -> None:
    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(lambda _: file_of(signer), range(16)))
    assert len({active(content, "png")["label"] for content in contents}) == 16


@pytest.mark.parametrize("mode", ["image_to_image", "inpaint", "outpaint"])
def test_a_signed_photo_that_is_edited_is_the_parent(signer: Playground, mode: Mode) -> None:
    photo = signed(signer.signing)
    content = file_of(signer, mode, image=signer.files.put(photo, "png"))
    (parent,) = active(content, "png")["ingredients"]
    assert (parent["relationship"], parent["title"]) == ("parentOf", "Input image")
    assert parent["active_manifest"] == active(photo, "png")["label"]
    (told,) = signer.checker.read(content).ingredients
    assert (told.signed, told.holds, told.issuer) == (True, True, SIGNER)


def test_a_photo_without_credentials_is_named_and_nothing_of_it_goes_along(signer: Playground) -> None:
    content = file_of(signer, "image_to_image", image=signer.files.put(encode(NOISE, "jpeg"), "jpeg"))
    (parent,) = active(content, "png")["ingredients"]
    assert set(parent) == {"title", "format", "relationship", "label"}


def test_no_small_picture_and_no_place_of_a_signed_photo_goes_along(signer: Playground, chain: Chain) -> None:
    photo = from_a_camera(chain, of=from_a_camera(chain))
    assert [photo.count(sign) for sign in (b"\xff\xd8\xff", b"GPSLatitude", b"Ann the author")] == [2, 2, 2]
    sha256 = signer.files.put(photo, "png")
    content = file_of(signer, "inpaint", image=sha256, controls=[{"image": sha256}])
    assert [content.count(sign) for sign in (b"\xff\xd8\xff", b"GPSLatitude", b"Ann the author")] == [0, 0, 2]
    found = report(content, "png", chain)
    assert found["validation_state"] == "Trusted"
    assert len(found["manifests"]) == 3
    assert [each["action"] for each in actions(content, "png")] == [*EDITED, *["c2pa.redacted"] * 4]
    again = file_of(signer, "image_to_image", image=signer.files.put(content, "png"))
    assert report(again, "png", chain)["validation_state"] == "Trusted"
    assert [(each.signed, each.holds) for each in signer.checker.read(again).ingredients] == [(True, True)]


def test_what_guides_is_an_input_and_a_mask_is_no_ingredient(signer: Playground) -> None:
    photo = signed(signer.signing)
    sha256 = signer.files.put(photo, "png")
    guided = active(file_of(signer, "controlnet", image=sha256), "png")["ingredients"]
    assert [each["relationship"] for each in guided] == ["inputTo"]
    painted = file_of(signer, "inpaint", mask=sha256, controls=[{"image": sha256}])
    both = active(painted, "png")["ingredients"]
    assert [(each["relationship"], each["title"]) for each in both] == [
        ("parentOf", "Input image"),
        ("inputTo", "Control image"),
    ]
    assert len(actions(painted, "png")[1]["parameters"]["ingredients"]) == 1


def test_a_changed_photo_is_named_as_one_whose_credentials_do_not_hold(signer: Playground) -> None:
    photo = with_another_pixel(signed(signer.signing), "png")
    content = file_of(signer, "image_to_image", image=signer.files.put(photo, "png"))
    found = signer.checker.read(content)
    assert found.standing == "trusted"
    assert [(each.signed, each.holds) for each in found.ingredients] == [(True, False)]


@pytest.mark.parametrize("manifest", [b"manifest", bytes(MOST_MANIFEST + 1)], ids=["broken", "huge"])
def test_a_photo_whose_credentials_are_broken_or_huge_is_named_without_them(
    signer: Playground, manifest: bytes
) -> None:
    plain = encode(NOISE, "png")
    photo = plain[:33] + png_chunk(b"caBX", manifest) + plain[33:]
    content = file_of(signer, "image_to_image", image=signer.files.put(photo, "png"))
    (parent,) = active(content, "png")["ingredients"]
    assert parent["title"] == "Input image, whose Content Credentials could not be read"
    assert len(content) < 100_000


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_providers_signed_file_is_the_parent_and_stays_as_it_came(
    signer: Playground, monkeypatch: pytest.MonkeyPatch, image_format: OutputFormat
) -> None:
    theirs = signed(signer.signing, image_format)
    monkeypatch.setattr("backend.adapters.fake.encode", lambda *_: theirs)
    run = run_of(signer, output_format=image_format, options={"provider": True})
    image = run.images[0]
    assert image.original is not None
    assert signer.files.whole(image.original) == theirs
    content = signer.files.whole(image.sha256)
    (parent,) = active(content, image_format)["ingredients"]
    assert parent["active_manifest"] == active(theirs, image_format)["label"]
    assert [each["action"] for each in actions(content, image_format)] == ["c2pa.opened", "c2pa.edited.metadata"]
    assert signer.checker.read(content).standing == "trusted"
    assert np.array_equal(pixels(content), pixels(theirs))


def test_a_run_that_is_brought_home_is_signed_too(signer: Playground) -> None:
    run = left_running(signer, provider_ids={"fake_id": "x"})
    recover(signer).join(5)
    wait_until_finished(signer, run)
    contents = [signer.files.whole(image.sha256) for image in signer.store.run(run.id).images]
    assert [signer.checker.read(content).standing for content in contents] == ["trusted", "trusted"]


def test_the_key_is_in_no_log_answer_file_or_copy(
    signer: Playground, chain: Chain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = run_of(signer, "image_to_image", image=signer.files.put(signed(signer.signing), "png"))
    lines = [line for line in chain.key.decode().splitlines() if line and "---" not in line]
    key_file = str(signer.settings.c2pa_key.get_secret_value()) if signer.settings.c2pa_key else ""
    shown = [caplog.text, repr(signer), repr(signer.settings), repr(signer.signing), repr(run), str(signer.settings)]
    shown += [signer.settings.model_dump_json(), repr(vars(signer.signing))]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "certificates" not in path.parts]
    assert len(kept) > 2
    for secret in (*lines, key_file):
        assert not any(secret in text for text in shown)
        assert not any(secret.encode() in content for content in kept)
    with pytest.raises(TypeError, match="no other process"):
        pickle.dumps(signer.signing)


def test_a_certificate_that_ends_leaves_results_unsigned_and_that_is_said(
    playground: Playground, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, signer, _ = short_lived(playground, tmp_path)
    assert signer.signing is not None
    while datetime.now(UTC) <= signer.signing.ends + timedelta(seconds=1):
        time.sleep(0.05)
    run = run_of(signer)
    assert not has_manifest(signer.files.whole(run.images[0].sha256))
    assert "renew it" in run.images[0].details[UNSIGNED]
    assert "renew it" in run_json(run)["images"][0]["unsigned"]
    assert "isn't signed" in caplog.text


def test_whatever_the_library_raises_costs_no_picture(signer: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("an inner matter")

    monkeypatch.setattr(signer.signing, "_signed", broken)
    run = run_of(signer, options={"provider": True})
    assert run.status == "finished"
    assert run.images[0].details[UNSIGNED] == "an inner matter"


def test_a_photo_is_looked_at_once_for_all_images_of_a_run(signer: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    inside = Checker.private_parts
    monkeypatch.setattr(Checker, "private_parts", lambda self, content: looked.append(content) or inside(self, content))
    run_of(signer, "image_to_image", image=signer.files.put(signed(signer.signing), "png"), count=3)
    assert len(looked) == 1


@pytest.fixture
def marking(signer: Playground) -> Playground:
    """Return a playground that signs and writes a watermark."""
    return dataclasses.replace(signer, settings=signer.settings.model_copy(update={"watermark": True}))


@pytest.mark.parametrize("options", [{}, {"provider": True}])
def test_a_watermark_is_told_and_signed_with_the_pixels_that_it_changed(
    marking: Playground, options: dict[str, bool]
) -> None:
    content = file_of(marking, width=512, height=512, options=options)
    assert [each["action"] for each in actions(content, "png")] == ["c2pa.created", "c2pa.edited"]
    assert marking.checker.read(content).standing == "trusted"
    assert carries_watermark(content)


@pytest.mark.parametrize("options", [{}, {"provider": True}])
def test_no_watermark_is_told_of_a_picture_that_is_too_small_for_one(
    marking: Playground, options: dict[str, bool]
) -> None:
    content = file_of(marking, width=128, height=512, options=options)
    assert [each["action"] for each in actions(content, "png")] == CREATED
    assert marking.checker.read(content).standing == "trusted"


def test_no_watermark_is_told_of_a_paid_file_whose_pixels_cannot_be_read(
    marking: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = encode(NOISE.resize((512, 512)), "jpeg")
    monkeypatch.setattr("backend.adapters.fake.encode", lambda *_: theirs[: len(theirs) // 2])
    content = file_of(marking, width=512, height=512, options={"provider": True})
    assert [each["action"] for each in actions(content, "jpeg")] == CREATED


def test_an_input_that_is_gone_keeps_no_result_from_being_signed(
    signer: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = signer.files.put(signed(signer.signing), "png")
    made = signer.backends["fake"].run

    def run(*given: Any) -> None:
        signer.files.delete(photo)
        made(*given)

    monkeypatch.setattr(signer.backends["fake"], "run", run)
    content = file_of(signer, "image_to_image", image=photo)
    assert [each["title"] for each in active(content, "png")["ingredients"]] == ["Input image"]


@pytest.mark.parametrize("purposes", [("1.3.6.1.4.1.62558.2.1",), ("1.3.6.1.5.5.7.3.36",)])
def test_a_certificate_for_claims_alone_or_for_documents_signs(
    playground: Playground, tmp_path: Path, purposes: tuple[str, ...]
) -> None:
    signer = signing(playground, make_chain(purposes=purposes), tmp_path / "purposes")
    assert signer.checker.read(file_of(signer)).standing == "trusted"
