"""Signed results on every backend, and on every way on which they leave."""

import base64
import dataclasses
import hashlib
import io
import json
import logging
import zipfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from mcp.types import ImageContent
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.events import Finished, Generated
from backend.domain.parts import Control
from backend.domain.requests import TABBED, Mode, Request, parse_request
from backend.generation.generate import draw_control, generate
from backend.generation.recovery import recover
from backend.images.credentials.claim import Deed
from backend.images.encoding import encode
from backend.images.keep import keep_image
from backend.images.metadata.origin import read_origin
from backend.images.metadata.source_type import VOCABULARY
from backend.images.metadata.texts import has_manifest
from backend.images.watermark.pictures import carries_watermark
from backend.playground import Playground
from backend.record.run_json import run_json
from backend.record.zip_file import write_zip
from tests.backend.adapters.modelrunner.scene import modelrunner_scene
from tests.backend.adapters.runware.scene import Scene, runware_scene
from tests.backend.generation.test_recovery import abandon
from tests.backend.images.credentials.conftest import signing
from tests.backend.images.credentials.files import actions, active, report, signed
from tests.backend.images.credentials.test_signing import file_of, run_of
from tests.backend.images.metadata.test_source_type import FORMATS, NOISE, SAID, exiftool, pixels
from tests.backend.images.watermark.test_mark import picture
from tests.certificates import Chain
from tests.serving import Site, free_port, page_of
from tests.ui.endpoints.test_mcp import answer, call
from ui.serving.served import Served

CALLER = Caller(visitor="visitor-1")
CLOUDS = Image.fromarray(picture("clouds"))


def asked(playground: Playground, mode: Mode) -> Request:
    photo = playground.files.put(encode(NOISE.resize((256, 256)), "png"), "png")
    given = {} if mode == "text_to_image" else {"image": photo}
    given |= {"mask": photo} if mode == "inpaint" else {}
    more = {"left": 64} if mode == "outpaint" else {}
    return parse_request({"mode": mode, "prompt": "a boat", "seed": 5, **given, **more})


def with_runware(scene: Scene, chain: Chain, folder: Path) -> Playground:
    """Let a scene's playground sign."""
    scene.playground = signing(scene.playground, chain, folder)
    return scene.playground


def test_a_providers_results_are_signed_in_every_mode_and_its_maps_are_not(chain: Chain, tmp_path: Path) -> None:
    with runware_scene(tmp_path / "data") as scene:
        playground = with_runware(scene, chain, tmp_path / "certificates")
        for mode in TABBED:
            _, run = scene.draw(asked(playground, mode))
            content = playground.files.whole(run.images[0].sha256)
            assert report(content, "png", chain)["validation_state"] == "Trusted"
            told = actions(content, "png")[-1]
            assert told["softwareAgent"]["name"] == "runware:z-image@turbo"
            assert told["description"].endswith(" on Runware")
            assert told["digitalSourceType"] == VOCABULARY + SAID[mode]
        photo = playground.files.put(encode(NOISE, "png"), "png")
        *_, bought = draw_control(playground, CALLER, "runware", Control(image=photo, preprocess="depth"))
        assert isinstance(bought, Finished)
        assert not has_manifest(playground.files.whole(bought.run.images[0].sha256))


def test_modelrunners_results_are_signed_in_every_mode_also_those_brought_home(chain: Chain, tmp_path: Path) -> None:
    with modelrunner_scene(tmp_path / "data") as scene:
        playground = signing(scene.playground, chain, tmp_path / "certificates")
        runs = []
        for mode in scene.modelrunner.capabilities.modes:
            *_, last = generate(playground, CALLER, "modelrunner", asked(playground, mode))
            assert isinstance(last, Finished)
            runs.append(last.run)
        left = dataclasses.replace(runs[0], id="b" * 32, status="running", images=())
        playground.budget.reserve(left, Decimal("0.01"))
        playground.store.add(left)
        abandon(playground, left.id)
        recover(playground).join(60)
        runs.append(playground.store.run(left.id))
        assert runs[-1].status == "finished"
        for run in runs:
            image = run.images[0]
            content = playground.files.whole(image.sha256)
            assert report(content, image.format, chain)["validation_state"] == "Trusted"
            told = actions(content, image.format)[-1]
            assert told["description"].endswith(" on ModelRunner")
            assert told["digitalSourceType"] == VOCABULARY + SAID[run.request.mode]
            assert run_json(run)["images"][0]["unsigned"] is None


def test_two_visitors_at_once_have_their_own_photos_credentials_and_nobody_elses(signer: Playground) -> None:
    def edited(visitor: str) -> tuple[str, str]:
        photo = signed(signer.signing)
        request = parse_request(
            {"mode": "image_to_image", "prompt": visitor, "image": signer.files.put(photo, "png"), "steps": 1}
        )
        *_, last = generate(signer, Caller(visitor=visitor), "fake", request)
        assert isinstance(last, Finished)
        (parent,) = active(signer.files.whole(last.run.images[0].sha256), "png")["ingredients"]
        return parent["active_manifest"], active(photo, "png")["label"]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(edited, ["ann", "bob"] * 3))
    assert [theirs for theirs, _ in found] == [own for _, own in found]
    assert len(set(found)) == 6


@pytest.mark.parametrize("watermark", [False, True])
def test_a_providers_lossless_webp_is_signed_as_one(signer: Playground, *, watermark: bool) -> None:
    theirs, run = io.BytesIO(), run_of(signer)
    CLOUDS.save(theirs, "WEBP", lossless=True)
    deed = Deed("text_to_image", "trainedAlgorithmicMedia", "a model", "a machine")
    assert signer.signing
    sign = signer.signing.of_run(signer.files, run.request, deed)
    made = Generated(theirs.getvalue(), 5, Decimal(0), 0)
    image = keep_image(signer.files, run, made, deed.term, sign, watermark=watermark)
    content = signer.files.whole(image.sha256)
    assert image.format == "webp"
    assert signer.checker.read(content).standing == "trusted"
    assert np.array_equal(pixels(content), pixels(theirs.getvalue())) is not watermark
    assert carries_watermark(content) is watermark


def test_copies_and_zips_hold_the_signed_bytes(signer: Playground, tmp_path: Path) -> None:
    run = run_of(signer, count=2)
    contents = [signer.files.whole(image.sha256) for image in run.images]
    served = Served(signer.files, signer.holders)
    assert [served.copy(image, "visitor-1").read_bytes() for image in run.images] == contents
    names = write_zip(tmp_path / "images.zip", signer.files, [run]).names
    with zipfile.ZipFile(tmp_path / "images.zip") as archive:
        assert [archive.read(name) for name in names] == contents
    assert not has_manifest(served.thumbnail(run.images[0].sha256, "visitor-1").read_bytes())


def test_a_script_gets_the_signed_bytes_and_can_ask_what_they_say(
    signer: Playground, chain: Chain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    at = signer.settings.model_copy(update={"port": free_port()})
    with page_of(dataclasses.replace(signer, settings=at)) as address:
        client = Client(address, verbose=False, download_files=tmp_path / "downloads")
        (path,), run = client.predict(prompt="a red fox", seed=3, api_name="/text_to_image")
        content = Path(path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == run["images"][0]["sha256"]
        found = client.predict(image=handle_file(path), api_name="/read_metadata")
        (edited,), _ = client.predict("a red fox", handle_file(path), api_name="/image_to_image")
        seen = call(Site(address, signer, FakeBackend(signer.files)), "text_to_image", prompt="a red fox", seed=3)
        drawn = answer(seen)
        for_an_assistant = httpx.get(drawn["files"][0]).content
        (view,) = [base64.b64decode(each.data) for each in seen.content if isinstance(each, ImageContent)]
        pages = [httpx.get(f"{address}{part}").text for part in ("/", "/config", "/gradio_api/info")]
    assert found["origin"]["content_credentials"] == "trusted"
    assert "nothing was changed since" in found["origin"]["says"]
    (parent,) = active(Path(edited).read_bytes(), "png")["ingredients"]
    assert parent["active_manifest"] == active(content, "png")["label"]
    assert signer.checker.read(for_an_assistant).standing == "trusted"
    assert hashlib.sha256(for_an_assistant).hexdigest() == drawn["images"][0]["sha256"]
    assert [one["images"][0]["unsigned"] for one in (run, drawn)] == [None, None]
    small = read_origin(view)
    assert small is not None
    assert (small.term, small.credentials) == ("trainedAlgorithmicMedia", None)
    secrets = [line for line in chain.key.decode().splitlines() if line and "---" not in line]
    secrets.append(signer.settings.c2pa_key.get_secret_value() if signer.settings.c2pa_key else "")
    for shown in (*pages, caplog.text, json.dumps(found), json.dumps(run)):
        assert not any(secret in shown for secret in secrets)


@pytest.mark.system
@pytest.mark.parametrize("watermark", [False, True])
def test_exiftool_reads_the_term_of_signed_files_and_finds_nothing_wrong(
    signer: Playground, tmp_path: Path, *, watermark: bool
) -> None:
    signer = dataclasses.replace(signer, settings=signer.settings.model_copy(update={"watermark": watermark}))
    photo = signer.files.put(encode(CLOUDS, "png"), "png")
    wanted = {}
    for mode in TABBED:
        for image_format in FORMATS:
            path = tmp_path / f"{mode}.{image_format}"
            size = {} if mode == "outpaint" else {"width": 512, "height": 512}
            given = {} if mode == "text_to_image" else {"image": photo}
            content = file_of(signer, mode, output_format=image_format, **size, **given)
            assert carries_watermark(content) is watermark
            path.write_bytes(content)
            wanted[str(path)] = VOCABULARY + SAID[mode]
            with Image.open(path) as picture:
                picture.load()
    read = json.loads(exiftool("-json", "-n", "-XMP-iptcExt:DigitalSourceType", *wanted))
    assert {one["SourceFile"]: one["DigitalSourceType"] for one in read} == wanted
    faults = json.loads(exiftool("-json", "-validate", "-warning", "-error", *wanted))
    assert [one for one in faults if "Error" in one] == []
    told = [name for name in wanted if not name.endswith(".webp")]  # Of WebP, exiftool 12.57 tells no JUMBF.
    found = json.loads(exiftool("-json", "-CBOR:ActionsAction", *told))
    assert {str(one["ActionsAction"]).partition(".")[0].strip("['") for one in found} == {"c2pa"}
