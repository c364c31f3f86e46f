"""The shapes that other Spaces' scripts speak."""

from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from backend.images.encoding import encode
from backend.images.metadata.source_type import marked
from tests.serving import Site
from tests.ui.endpoints.test_endpoints import wait_for


def test_a_script_for_the_official_space_works(client: Client) -> None:
    gallery, text, number = client.predict("a red fox", "512x256 ( 2:1 )", 7, 4, 3.0, False, [], api_name="/generate")
    assert (text, number) == ("7", 7)
    with Image.open(gallery[0]) as picture:
        assert picture.size == (512, 256)


def test_the_gallery_keeps_what_was_in_it(client: Client) -> None:
    first, _, _ = client.predict(prompt="a red fox", resolution="128x128", api_name="/generate")
    again, _, _ = client.predict(
        prompt="a red fox",
        resolution="128x128",
        gallery_images=[{"path": first[0], "meta": {"_type": "gradio.FileData"}}],
        api_name="/generate",
    )
    assert len(again) == 2


def test_a_script_with_inference_steps_works(client: Client) -> None:
    image, seed = client.predict(
        "a red fox", height=128, width=256, seed=5, randomize_seed=False, api_name="/generate_image"
    )
    assert seed == 5
    with Image.open(image) as picture:
        assert picture.size == (256, 128)


@pytest.mark.parametrize("name", ["/generate", "/generate_image"])
def test_a_scripts_cancel_frees_the_backend(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    take_time = site.fake._take_time
    monkeypatch.setattr(
        site.fake,
        "_take_time",
        lambda request, options, *rest: take_time(request, options.model_copy(update={"seconds": 50}), *rest),
    )
    job = client.submit(prompt="a red fox", api_name=name)
    wait_for(lambda: site.fake.running == 1)
    job.cancel()
    wait_for(lambda: site.fake.running == 0)


def test_a_resolution_that_is_none_is_named(client: Client) -> None:
    with pytest.raises(AppError, match="resolution"):
        client.predict(prompt="a red fox", resolution="large", api_name="/generate")


def test_settings_are_read_out_of_a_result(client: Client) -> None:
    (path,), _ = client.predict(prompt="a red fox", steps=5, seed=3, api_name="/text_to_image")
    found = client.predict(image={"path": path, "meta": {"_type": "gradio.FileData"}}, api_name="/read_metadata")
    assert found["source"] == "Z-Image Playground"
    assert found["request"]["prompt"] == "a red fox"
    assert (found["request"]["steps"], found["request"]["seed"]) == (5, 3)
    assert found["dropped"] == []
    assert found["origin"]["digital_source_type"].endswith("/trainedAlgorithmicMedia")
    assert found["origin"]["content_credentials"] is None


def test_a_picture_that_says_its_origin_alone_is_read_too(client: Client, tmp_path: Path) -> None:
    bare = encode(Image.new("RGB", (64, 64)), "png")
    (tmp_path / "edited.png").write_bytes(marked(bare, "png", "compositeWithTrainedAlgorithmicMedia"))
    given = {"path": str(tmp_path / "edited.png"), "meta": {"_type": "gradio.FileData"}}
    found = client.predict(image=given, api_name="/read_metadata")
    assert (found["source"], found["request"], found["dropped"]) == (None, {}, [])
    assert "edited by generative AI" in found["origin"]["says"]


def test_an_image_without_settings_is_said_to_have_none(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "bare.png")
    with pytest.raises(AppError, match="carries no settings"):
        client.predict(
            image={"path": str(tmp_path / "bare.png"), "meta": {"_type": "gradio.FileData"}}, api_name="/read_metadata"
        )


def test_an_avif_is_an_input_picture_and_its_settings_are_read(client: Client, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a hen\nSteps: 8, Seed: 9, CFG scale: 1, Model: z_image_turbo"
    Image.new("RGB", (128, 256), "teal").save(tmp_path / "in.avif", exif=exif.tobytes())
    given = {"path": str(tmp_path / "in.avif"), "meta": {"_type": "gradio.FileData"}}
    found = client.predict(image=given, api_name="/read_metadata")
    assert (found["request"]["prompt"], found["request"]["seed"]) == ("a hen", 9)
    (path,), _ = client.predict(prompt="a red fox", image=given, width=128, height=256, api_name="/image_to_image")
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (128, 256))
