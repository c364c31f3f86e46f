"""`/v1/images/…` as programs use it: fields, answers, errors."""

import base64
import dataclasses
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.images.encoding import encode
from tests.serving import Site
from tests.ui.endpoints.openai.asked import EDITS, GENERATIONS, VARIATIONS, ask, made, pixels, refused, runs_of
from ui.endpoints.openai import files

PICTURE = encode(Image.linear_gradient("L").convert("RGB").resize((256, 192)), "png")


def mask(size: tuple[int, int] = (256, 192)) -> bytes:
    drawn = Image.new("RGBA", size, (0, 0, 0, 255))
    drawn.paste((0, 0, 0, 0), (16, 16, 96, 96))
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return buffer.getvalue()


def send(site: Site, path: str, parts: Any, **values: str) -> httpx.Response:
    return httpx.post(f"{site.address}{path}", data=values, files=parts, timeout=60)


def test_a_prompt_becomes_images_with_seed_cost_and_run_in_body_and_head(site: Site) -> None:
    answer = ask(site, n=2, size="256x128", seed=7, response_format="b64_json")
    found = made(answer)
    assert [pixels(each).size for each in found["data"]] == [(256, 128)] * 2
    assert [each["playground"]["seed"] for each in found["data"]] == [7, 8]
    ours = found["playground"]
    assert (ours["seed"], ours["seeds"], ours["cost_usd"], ours["cost_kind"]) == (7, [7, 8], 0.0, "free")
    run = site.playground.store.run(ours["run_id"], "api")
    assert ours["seconds"] == run.seconds
    assert found["created"] == int(run.created.timestamp())
    assert found["usage"]["output_tokens"] == 2 * 16 * 8
    assert found["size"] == "256x128"
    heads = answer.headers
    assert heads["x-playground-run-id"] == run.id
    assert (heads["x-playground-seed"], heads["x-playground-cost-usd"]) == ("7,8", "0")
    assert heads["x-playground-cost-kind"] == "free"
    assert heads["x-request-id"]


def test_a_bill_is_told_and_an_unknown_one_is_never_0(site: Site) -> None:
    billed = ask(site, options={"provider": True, "cost_usd": "0.0013"})
    assert made(billed)["playground"]["cost_usd"] == 0.0013
    assert billed.headers["x-playground-cost-usd"] == "0.0013"
    assert billed.headers["x-playground-cost-kind"] == "billed"
    unknown = ask(site, options={"provider": True, "cost_usd": None, "tell_seed": False})
    assert made(unknown)["playground"]["cost_usd"] is None
    assert (
        made(unknown)["data"][0]["playground"] | {"cost_usd": None, "seed": None}
        == made(unknown)["data"][0]["playground"]
    )
    assert unknown.headers["x-playground-cost-usd"] == unknown.headers["x-playground-seed"] == "unknown"


def test_what_open_servers_take_is_taken_by_their_names(site: Site) -> None:
    names = {"negative_prompt": "fog", "num_inference_steps": 4, "guidance_scale": 2.5, "seed": 0, "n": "1"}
    others = {"loras": ["a/b", {"name": "c/d", "scale": 0.5}], "output_format": "webp", "output_compression": 40}
    ignored = {"user": "ann", "quality": "hd", "style": "vivid", "background": "auto", "moderation": "low", "glow": 7}
    found = made(ask(site, **names, **others, **ignored, size="auto"))
    request = site.playground.store.run(found["playground"]["run_id"]).request
    assert (request.negative_prompt, request.steps, request.guidance, request.seed) == ("fog", 4, 2.5, 0)
    assert [(lora.model, lora.weight) for lora in request.loras] == [("a/b", 1.0), ("c/d", 0.5)]
    assert (request.output_format, request.output_quality) == ("webp", 40)
    assert pixels(found["data"][0]).format == "WEBP"
    assert request.width == 256
    other = made(ask(site, steps=3, true_cfg_scale=3, output_compression=100, output_format="jpeg"))
    again = site.playground.store.run(other["playground"]["run_id"]).request
    assert (again.steps, again.guidance, again.output_quality) == (3, 3.0, 99)


def test_an_address_opens_without_a_cookie_and_another_one_does_not(site: Site) -> None:
    (data,) = made(ask(site, response_format="url", seed=5))["data"]
    assert "b64_json" not in data
    with httpx.Client() as stranger:
        fetched = stranger.get(data["url"])
        assert Image.open(io.BytesIO(fetched.content)).size == (256, 256)
        assert fetched.headers["content-type"] == "image/png"
        head = stranger.head(data["url"])
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(fetched.content))
        for wrong in (data["url"][:-8] + "AAAA.png", data["url"].replace("files/", "files/A"), f"{data['url']}.exe"):
            assert stranger.get(wrong).status_code == 404
    from_a_chat = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert httpx.get(data["url"], headers=from_a_chat).status_code == 200


def test_an_address_is_good_for_an_hour(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (data,) = made(ask(site, response_format="url"))["data"]
    now = files.time.time()
    monkeypatch.setattr(files.time, "time", lambda: now + files.GOOD_SECONDS - 5)
    assert httpx.get(data["url"]).status_code == 200
    monkeypatch.setattr(files.time, "time", lambda: now + files.GOOD_SECONDS + 5)
    assert refused(httpx.get(data["url"]), 404)["code"] == "not_found"


def test_a_program_that_names_an_older_model_of_openais_gets_an_address_with_a_files_ending(site: Site) -> None:
    (data,) = made(ask(site, model="dall-e-3", size="auto", quality="standard", style="vivid", n=1))["data"]
    assert data["url"].endswith(".png")
    assert data["revised_prompt"] == "a red fox"
    assert "b64_json" in made(ask(site, model="gpt-image-1"))["data"][0]


@pytest.mark.parametrize("name", ["image", "image[]"])
def test_a_picture_without_a_mask_is_redrawn_at_its_own_size(site: Site, name: str) -> None:
    answer = send(
        site, EDITS, [(name, ("upload", PICTURE, "application/octet-stream"))], prompt="a fox", n="2", seed="7"
    )
    found = made(answer)
    assert found["playground"]["mode"] == "image_to_image"
    assert found["playground"]["seeds"] == [7, 8]
    request = site.playground.store.run(found["playground"]["run_id"]).request
    assert (request.width, getattr(request, "strength", None)) == (None, 0.8)
    weaker = made(send(site, EDITS, {"image": PICTURE}, prompt="a fox", strength="0.3"))
    assert weaker["playground"]["request"]["strength"] == 0.3


def test_what_a_mask_leaves_transparent_is_painted_anew(site: Site) -> None:
    found = made(send(site, EDITS, {"image": PICTURE, "mask": ("blob", mask(), "image/png")}, prompt="a fox"))
    assert found["playground"]["mode"] == "inpaint"
    kept = site.playground.files.path(found["playground"]["request"]["mask"])
    with Image.open(kept) as drawn:
        assert (drawn.mode, drawn.getbbox()) == ("L", (16, 16, 96, 96))
        assert drawn.getpixel((20, 20)) == 255


def test_of_several_pictures_each_is_redrawn_and_the_mask_is_the_firsts(site: Site) -> None:
    files = [("image[]", PICTURE), ("image[]", encode(Image.new("RGB", (128, 128), "red"), "png")), ("mask", mask())]
    found = made(send(site, EDITS, files, prompt="two foxes"))
    assert len(found["data"]) == 2
    assert [run["mode"] for run in found["playground"]["runs"]] == ["inpaint", "image_to_image"]
    assert refused(send(site, EDITS, files, prompt="two foxes", n="11"), 400)["param"] == "n"


def test_pictures_come_in_json_too_and_no_address_is_fetched(site: Site) -> None:
    told = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    assert len(made(ask(site, EDITS, images=[{"image_url": told}]))["data"]) == 1
    assert len(made(ask(site, EDITS, image=told.partition(",")[2]))["data"]) == 1
    for address in ("https://example.com/a.png", "http://169.254.169.254/", "file:///etc/passwd", "//evil.example/a"):
        error = refused(ask(site, EDITS, images=[{"image_url": address}]), 400)
        assert error["param"] == "image.image_url"


def test_a_variation_is_drawn_after_the_pictures_own_prompt(site: Site) -> None:
    (data,) = made(ask(site, prompt="a boat in the fog", seed=3))["data"]
    own = base64.b64decode(data["b64_json"])
    found = made(send(site, VARIATIONS, {"image": own}, n="1"))["playground"]["request"]
    assert (found["prompt"], found["strength"], found["mode"]) == ("a boat in the fog", 0.6, "image_to_image")
    assert made(send(site, VARIATIONS, {"image": PICTURE}))["playground"]["request"]["prompt"] == "a picture"


def test_words_that_were_drawn_are_drawn_letter_by_letter_for_a_picture_and_for_another_playground(site: Site) -> None:
    passed = {"X-Playground-Passed": f"{'a' * 16}/openai"}
    (data,) = (found := made(ask(site, prompt="{{what}} {a|b}", headers=passed)))["data"]
    assert found["playground"]["request"]["prompt"] == "{{what}} {a|b}"
    again = made(send(site, VARIATIONS, {"image": base64.b64decode(data["b64_json"])}))
    assert again["playground"]["request"]["prompt"] == "{{what}} {a|b}"
    assert "{{what}}" in refused(ask(site, prompt="{{what}} {a|b}"), 400)["message"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": "x"}, "prompt"),
        ({"prompt": "half \ud800"}, "prompt"),
        ({"prompt": "nul \0"}, "prompt"),
        ({"prompt": ["a"]}, "prompt"),
        ({"n": 21}, "n"),
        ({"n": True}, "n"),
        ({"n": "many"}, "n"),
        ({"size": "large"}, "size"),
        ({"size": "1000x1000"}, "size"),
        ({"size": 512}, "size"),
        ({"response_format": "jpeg"}, "response_format"),
        ({"output_format": "gif"}, "output_format"),
        ({"output_compression": 5}, "output_compression"),
        ({"stream": "maybe"}, "stream"),
        ({"stream": True, "partial_images": 4}, "partial_images"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 2**63 - 1, "n": 2}, "seed"),
        ({"num_inference_steps": 99}, "num_inference_steps"),
        ({"steps": 99}, "steps"),
        ({"guidance_scale": 3, "true_cfg_scale": 4}, "true_cfg_scale"),
        ({"loras": [{"weight": 1}]}, "loras.0.model"),
        ({"loras": "all"}, "loras"),
        ({"width": 256}, "width"),
        ({"width": 99_999, "height": 256}, "width"),
        ({"options": {"glow": 1}}, "options.glow"),
    ],
)
def test_what_is_wrong_is_named(site: Site, values: dict[str, Any], field: str) -> None:
    error = refused(ask(site, **values), 400)
    assert error["param"] == field
    assert error["type"] == "invalid_request_error"
    assert f"`{field}`" in error["message"] or field == "size"


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({}, "image"),
        ({"image": b"no picture"}, "image"),
        ({"image": PICTURE, "mask": PICTURE}, "mask"),
        ({"image": PICTURE, "mask": mask((64, 64))}, "mask"),
        ({"image": PICTURE, "mask": b""}, "mask"),
    ],
)
def test_a_picture_that_cannot_be_taken_is_named(site: Site, files: Any, field: str) -> None:
    answer = httpx.post(f"{site.address}{EDITS}", data={"prompt": "a fox"}, files=files or {"other": b"x"}, timeout=60)
    assert refused(answer, 400)["param"] == field


def test_a_factor_makes_the_picture_of_an_edit_larger(site: Site) -> None:
    found = made(
        send(site, EDITS, {"image": PICTURE}, prompt="a ramp", factor="1.5", n="1", response_format="b64_json")
    )
    assert pixels(found["data"][0]).size == (384, 288)
    assert (found["playground"]["request"]["mode"], found["playground"]["request"]["factor"]) == ("upscale", 1.5)
    for sent, named in (
        ({"factor": "9"}, "factor"),
        ({"factor": "2", "steps": "4"}, "steps"),
        ({"factor": "2", "n": "2"}, "n"),
    ):
        error = refused(send(site, EDITS, {"image": PICTURE}, prompt="a ramp", **sent), 400)
        assert error["param"] == named
        assert f"`{named}`" in error["message"]
    pictures = [base64.b64encode(PICTURE).decode()] * 6
    many = refused(ask(site, EDITS, image=pictures, factor=2, method="redraw", n=4), 400)
    assert (many["param"], "makes 24 images" in many["message"]) == ("n", True)
    beside = send(site, EDITS, {"image": PICTURE, "mask": mask()}, prompt="a ramp", factor="2")
    assert refused(beside, 400)["param"] == "mask"


@pytest.mark.parametrize(
    ("path", "name"), [(GENERATIONS, "image"), (GENERATIONS, "images"), (GENERATIONS, "mask"), (VARIATIONS, "mask")]
)
def test_a_picture_is_never_left_out_in_silence(site: Site, path: str, name: str) -> None:
    plain = base64.b64encode(PICTURE).decode()
    given = {"image": plain} if path == VARIATIONS else {}
    as_json = ask(site, path, **{**given, name: [{"image_url": plain}] if name == "images" else plain})
    parts = {"image": PICTURE, name: mask()} if path == VARIATIONS else {name: mask()}
    for answer in (as_json, send(site, path, parts, prompt="a fox without its picture")):
        assert refused(answer, 400)["param"] == name
        assert "/v1/images/edits" in answer.json()["error"]["message"]
    assert runs_of(site, "a fox without its picture") == []
    assert made(ask(site, path, **{**given, name: None}))


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"null", b'{"prompt": NaN}', b"\xff\xfe", b'{"prompt":' + b"[" * 50_000 + b"}", b"1" * 9999],
)
def test_what_is_no_request_at_all_is_refused(site: Site, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{site.address}{GENERATIONS}", content=content, headers=headers, timeout=60)
    assert refused(answer, 400)["param"] == "body"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x; charset=klingon"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(site: Site, content: bytes, kind: str) -> None:
    answer = httpx.post(f"{site.address}{EDITS}", content=content, headers={"content-type": kind}, timeout=60)
    assert refused(answer, 400)["param"] in ("body", "image")


def test_a_failure_says_what_was_billed_and_never_asks_to_be_repeated_then(site: Site) -> None:
    free = ask(site, options={"fail_after": 0})
    assert refused(free, 502)["playground"]["billed"] == "no"
    lost = ask(site, prompt="a lost fox", options={"provider": True, "fail_after": 0, "failure": "time-out"})
    error = refused(lost, 424)
    (run,) = runs_of(site, "a lost fox")
    assert error["playground"] == {"run_ids": [run.id], "billed": "unknown"}
    assert lost.headers["x-should-retry"] == "false"
    assert lost.headers["x-playground-run-id"] == run.id
    assert "isn't known" in error["message"]
    empty = ask(site, options={"provider": True, "fail_after": 0, "failure": "no credit"})
    assert refused(empty, 402)["code"] == "insufficient_credit"
    inner = refused(ask(site, options={"fail_after": 0, "failure": "bug"}), 502)
    assert "secret" not in inner["message"]


def test_what_came_before_a_failure_is_kept_and_told(site: Site) -> None:
    found = made(ask(site, n=3, options={"provider": True, "fail_after": 2}))
    assert len(found["data"]) == 2
    assert found["playground"]["status"] == "partial"
    assert "gave up" in found["playground"]["error"]


def test_an_unknown_model_path_or_method_is_told_in_openais_form(site: Site) -> None:
    error = refused(ask(site, model="sdxl"), 404)
    assert (error["param"], error["code"]) == ("model", "model_not_found")
    assert refused(httpx.get(f"{site.address}v1/chat/completions"), 404)["code"] == "unknown_url"
    assert refused(httpx.get(f"{site.address}v1/images/generations"), 405)["type"] == "invalid_request_error"
    assert refused(httpx.get(f"{site.address}v1/models/none/such"), 404)["code"] == "model_not_found"


def test_a_page_of_another_site_orders_nothing(site: Site) -> None:
    evil = {"origin": "https://evil.example", "content-type": "text/plain"}
    answer = httpx.post(f"{site.address}{GENERATIONS}", content=b'{"prompt": "a stolen fox"}', headers=evil)
    assert refused(answer, 403)["code"] == "not_allowed"
    assert "access-control-allow-origin" not in answer.headers
    assert runs_of(site, "a stolen fox") == []


def test_models_are_listed_with_what_they_can_and_cost(site: Site) -> None:
    listed = made(httpx.get(f"{site.address}v1/models"))
    (model,) = listed["data"]
    assert (listed["object"], model["object"], model["owned_by"]) == ("list", "model", "fake")
    assert model["playground"]["cost"]["free"] is True
    assert "inpaint" in model["playground"]["modes"]
    assert made(httpx.get(f"{site.address}v1/models/{model['id']}")) == model
    assert made(ask(site, model=model["id"]))["playground"]["backend"] == "fake"


def test_what_is_not_said_is_what_the_model_begins_with(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    own = dataclasses.replace(site.fake.capabilities, defaults={"steps": 12, "guidance": 4.0})
    monkeypatch.setattr(site.fake, "capabilities", own)
    request = made(ask(site))["playground"]["request"]
    assert (request["steps"], request["guidance"]) == (12, 4.0)
    request = made(ask(site, num_inference_steps=3))["playground"]["request"]
    assert (request["steps"], request["guidance"]) == (3, 4.0)


def test_too_many_pictures_are_refused_before_one_is_kept(site: Site) -> None:
    before = sorted(site.playground.files.folder.rglob("*.png"))
    entries = [{"image_url": f"data:image/png;base64,{_plain(shade)}"} for shade in range(21)]
    error = refused(ask(site, EDITS, images=entries), 400)
    assert error["param"] == "image"
    assert "21 pictures; the most is 20" in error["message"]
    assert sorted(site.playground.files.folder.rglob("*.png")) == before


def _plain(shade: int) -> str:
    file = io.BytesIO()
    Image.new("L", (32, 32), shade).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
