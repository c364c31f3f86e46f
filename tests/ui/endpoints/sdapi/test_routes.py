"""What A1111's clients get over HTTP."""

import base64
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from PIL import Image

from backend.restore.read import read_metadata
from backend.visitors.identity import API
from tests.serving import Site
from tests.ui.endpoints.sdapi.asked import WORDS, get, made, pixels, post, refused
from tests.ui.endpoints.sdapi.sending import colour, mask
from ui.endpoints.door import line


def test_the_answer_has_bare_images_the_bodys_values_and_info_as_text(site: Site) -> None:
    files, info = made(site, batch_size=2, seed=7, width=256, height=128)
    assert [pixels(file).size for file in files] == [(256, 128)] * 2
    assert (info["seed"], info["all_seeds"]) == (7, [7, 8])
    assert (info["width"], info["height"], info["steps"], info["cfg_scale"]) == (256, 128, 8, 1.0)
    assert "Seed: 8," in info["infotexts"][1]
    assert info["playground"]["cost_kind"] == "free"
    answer = post(site, "txt2img", prompt=WORDS, url="http://127.0.0.1", auth="name:secret-word")
    assert answer.json()["parameters"]["prompt"] == WORDS
    assert "secret-word" not in answer.text
    assert answer.headers["x-playground-cost-kind"] == "free"


def test_each_file_carries_its_settings(site: Site) -> None:
    for form in ("png", "jpg", "webp"):
        (_, second), _ = made(site, batch_size=2, seed=3, override_settings={"samples_format": form})
        own = read_metadata(second)
        assert own is not None
        assert (own.recipe["prompt"], own.recipe["seed"]) == (WORDS, 4)


def test_it_is_one_run_on_record_of_the_visitor_that_programs_here_are(site: Site) -> None:
    _, info = made(site, prompt="a circle on record", seed=5, batch_size=2)
    (run,) = [run for run in site.playground.store.runs(API) if run.request.prompt == "a circle on record"]
    assert run.id == info["playground"]["run_id"]
    assert [image.seed for image in run.images] == [5, 6]


def test_the_same_request_gives_the_pixels_of_the_api(site: Site, client: Client, tmp_path: Path) -> None:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "picture.png")
    picture = handle_file(tmp_path / "picture.png")
    sent = base64.b64encode((tmp_path / "picture.png").read_bytes()).decode()
    sizes = {"width": 256, "height": 256, "seed": 11}
    unit = {"image": sent, "module": "canny", "weight": 0.75, "guidance_end": 0.8}
    for mode, path, theirs, ours in (
        ("text_to_image", "txt2img", {"cfg_scale": 3, "steps": 5}, {"guidance": 3, "steps": 5}),
        (
            "image_to_image",
            "img2img",
            {"init_images": [sent], "denoising_strength": 0.5},
            {"image": picture, "strength": 0.5, "resize": "stretch"},
        ),
        ("controlnet", "txt2img", {"alwayson_scripts": {"ControlNet": {"args": [unit]}}}, {"image": picture}),
    ):
        files, _ = client.predict(prompt=WORDS, **sizes, **ours, api_name=f"/{mode}")
        (file,), info = made(site, path, **sizes, **theirs)
        assert pixels(file).tobytes() == pixels(Path(files[0]).read_bytes()).tobytes(), mode
        assert info["playground"]["request"]["mode"] == mode


def test_an_inpainting_keeps_what_its_mask_keeps(site: Site) -> None:
    (file,), info = made(site, "img2img", init_images=[colour("blue")], mask=mask(), seed=2, inpainting_fill=1)
    assert info["playground"]["mode"] == "inpaint"
    assert pixels(file).size == (256, 256)


def test_what_isnt_as_it_was_sent_is_named_in_info(site: Site) -> None:
    _, info = made(site, steps=20, cfg_scale=7, sampler_name="Restart", prompt="(a red circle:1.3)")
    said = " ".join(info["playground"]["notes"])
    for word in ("`steps` 20", "`cfg_scale` 7", "'Restart'", "Weights in brackets"):
        assert word in said


def test_a_batch_count_is_runs_whose_seeds_go_on(site: Site) -> None:
    files, info = made(site, n_iter=3, batch_size=2, seed=20)
    assert len(files) == 6
    assert info["all_seeds"] == [20, 21, 22, 23, 24, 25]
    assert [len(run["images"]) for run in info["playground"]["runs"]] == [2, 2, 2]


def test_images_may_stay_here(site: Site) -> None:
    files, info = made(site, send_images=False, seed=9)
    assert files == []
    assert info["all_seeds"] == [9]


def test_settings_of_a_caller_count_until_they_are_set_back(site: Site) -> None:
    before = get(site, "sdapi/v1/options")
    try:
        assert post(site, "options", playground_as_sent=True).json() is None
        assert made(site, steps=20)[1]["steps"] == 20
    finally:
        assert post(site, "options", **before).json() is None
    assert made(site, steps=20)[1]["steps"] == 8
    assert post(site, "options", inpainting_mask_weight=1).json() == {"ignored": ["inpainting_mask_weight"]}


def test_our_own_fields_stand_in_an_object_of_their_own(site: Site) -> None:
    _, info = made(site, playground={"shift": 2.5})
    assert info["playground"]["request"]["shift"] == 2.5
    assert "`playground.image`" in refused(post(site, "txt2img", prompt=WORDS, playground={"image": "x"}))
    assert "`playground.shft`" in refused(post(site, "txt2img", prompt=WORDS, playground={"shft": 2}))


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("sdapi/v1/sd-models", {"title", "model_name"}),
        ("sdapi/v1/samplers", {"name", "aliases", "options"}),
        ("sdapi/v1/schedulers", {"name", "label"}),
        ("sdapi/v1/prompt-styles", {"name", "prompt", "negative_prompt"}),
    ],
)
def test_menus_are_lists_with_the_keys_that_clients_read(site: Site, path: str, keys: set[str]) -> None:
    entries = get(site, path)
    assert entries
    assert all(keys <= set(entry) for entry in entries)


@pytest.mark.parametrize("name", ["latent-upscale-modes", "sd-vae", "hypernetworks", "face-restorers"])
def test_menus_of_what_there_isnt_are_empty(site: Site, name: str) -> None:
    assert get(site, f"sdapi/v1/{name}") == []


def test_the_rest_answers_as_clients_ask_it(site: Site) -> None:
    assert get(site, "sdapi/v1/options")["sd_model_checkpoint"] == get(site, "sdapi/v1/sd-models")[0]["title"]
    assert get(site, "sdapi/v1/embeddings") == {"loaded": {}, "skipped": {}}
    assert get(site, "sdapi/v1/cmd-flags")["api"] is True
    assert get(site, "sdapi/v1/scripts")["txt2img"] == ["controlnet", "adetailer"]
    assert get(site, "sdapi/v1/memory")["ram"]["total"] > 0
    assert get(site, "controlnet/model_list")["model_list"]
    assert get(site, "controlnet/module_list")["module_list"] == ["none", "canny", "depth", "openpose"]
    assert get(site, "controlnet/version")["version"] == 2
    types = get(site, "controlnet/control_types")["control_types"]
    assert [*types] == ["All", "Canny", "Depth", "OpenPose"]
    assert (types["Canny"]["default_option"], types["Canny"]["model_list"][0]) == ("canny", "None")
    assert get(site, "queue/status") == {"msg": "estimation", "queue_size": 0}
    assert post(site, "refresh-checkpoints").json() is None


def test_a_file_of_ours_gives_its_settings_back(site: Site) -> None:
    answer = post(site, "txt2img", prompt=WORDS, seed=77).json()
    said = post(site, "png-info", image=f"data:image/png;base64,{answer['images'][0]}").json()
    assert "Seed: 77," in said["info"]


def test_refusals_are_one_sentence_that_names_the_field(site: Site) -> None:
    assert "`width`" in refused(post(site, "txt2img", prompt=WORDS, width="wide"))
    assert "`batch_size`" in refused(post(site, "txt2img", prompt=WORDS, batch_size=50))
    assert "`cfg_scale`" in refused(post(site, "txt2img", prompt=WORDS, cfg_scale=99))
    assert "`prompt`" in refused(post(site, "txt2img"))
    assert "`override_settings.sd_model_checkpoint`" in refused(
        post(site, "txt2img", prompt=WORDS, override_settings={"sd_model_checkpoint": "sdxl"})
    )
    assert "isn't there" in refused(httpx.get(f"{site.address}sdapi/v1/nothing"), 404)
    assert refused(httpx.put(f"{site.address}sdapi/v1/txt2img"), 405)
    refused(post(site, "unload-checkpoint"), 403)


def test_an_equal_order_is_bought_again_and_a_marked_retry_isnt(site: Site) -> None:
    body = {"prompt": "a paid circle", "playground": {"options": {"provider": True}}}
    first, second = (post(site, "txt2img", **body) for _ in range(2))
    marked = httpx.post(
        f"{site.address}sdapi/v1/txt2img", json=body, headers={"x-stainless-retry-count": "1"}, timeout=60
    )
    told = [json.loads(each.json()["info"])["playground"] for each in (first, second, marked)]
    ids = [each["run_id"] for each in told]
    assert len(set(ids)) == 2
    assert [(each["cost_usd"], each["cost_kind"]) for each in told] == [(0.0013, "billed")] * 3
    assert [site.playground.store.run(run_id).cost_usd for run_id in ids] == [Decimal("0.0013")] * 3
    assert first.headers["x-playground-cost-usd"] == "0.0013"
    assert site.fake.submissions.count("a paid circle") == 2


def test_what_was_billed_and_failed_isnt_answered_by_a_status_that_is_retried(site: Site) -> None:
    options: dict[str, Any] = {"provider": True, "fail_after": 0, "failure": "time-out"}
    answer = post(site, "txt2img", prompt="an unlucky circle", playground={"options": options})
    assert "may still be billed" in refused(answer, 424)
    assert answer.json()["playground"]["run_ids"]
    assert answer.headers["x-should-retry"] == "false"


def test_the_file_is_the_one_on_record(site: Site) -> None:
    (file,), info = made(site, seed=31)
    assert hashlib.sha256(file).hexdigest() == info["playground"]["images"][0]["sha256"]


def test_a_paid_answer_is_looked_after_to_its_last_byte(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []
    end = line.Line.end

    async def noted(own: line.Line, body: bytes = b"", *, looking: bool = False) -> bool:
        looked.append(looking)
        return await end(own, body, looking=looking)

    monkeypatch.setattr(line.Line, "end", noted)
    made(site, playground={"options": {"provider": True}})
    made(site)
    assert looked == [True, False]
