"""Two stock clients as an owner's script uses them, within the tests' own environment; `run.py` has the exact ones."""

import base64
import io
from collections.abc import Iterator

import openai
import pytest
import webuiapi
from PIL import Image

from tests.serving import Site, served_site
from tests.ui.endpoints.openai.test_images import PICTURE, mask


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(tmp_path_factory.mktemp("in-process")) as site:
        yield site


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{site.address}v1", api_key="none", timeout=60) as client:
        yield client


def size_of(image: openai.types.Image) -> tuple[int, int]:
    with Image.open(io.BytesIO(base64.b64decode(image.b64_json or ""))) as picture:
        return picture.size


def test_openais_client_generates_edits_and_streams(client: openai.OpenAI, site: Site) -> None:
    made = client.images.generate(prompt="a fox", n=2, size="256x128", extra_body={"seed": 7})
    assert [size_of(each) for each in made.data or ()] == [(256, 128)] * 2
    assert made.playground["seeds"] == [7, 8]  # type: ignore[attr-defined]
    edited = client.images.edit(image=[PICTURE], mask=mask(), prompt="a fox")
    assert site.playground.store.run(edited.playground["run_id"]).request.mode == "inpaint"  # type: ignore[attr-defined]
    with client.images.generate(prompt="a fox", stream=True, partial_images=1) as events:
        assert [each.type.rpartition(".")[2] for each in events] == ["partial_image", "completed"]
    assert [model.id for model in client.models.list()] == ["fake/fake-flat-colours"]


def test_openais_client_raises_with_the_field_and_the_sentence(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="the most is 20") as refused:
        client.images.generate(prompt="a fox", n=99)
    assert (refused.value.param, refused.value.code) == ("n", "invalid_value")
    lost = {"options": {"provider": True, "fail_after": 0, "failure": "time-out"}}
    with pytest.raises(openai.APIStatusError, match="billed") as failed:
        client.images.generate(prompt="a fox that may be paid", extra_body=lost)
    assert failed.value.status_code == 424


def test_webuiapi_draws_draws_over_and_raises(site: Site) -> None:
    place = site.address.rstrip("/").rpartition(":")[2]
    api = webuiapi.WebUIApi(host="127.0.0.1", port=int(place))
    try:
        drawn = api.txt2img(prompt="a red circle", seed=7, width=256, height=256, batch_size=2)
        assert ([image.size for image in drawn.images], drawn.info["all_seeds"]) == ([(256, 256)] * 2, [7, 8])
        over = api.img2img(images=[drawn.images[0]], prompt="a red circle", denoising_strength=0.5)
        assert over.info["playground"]["mode"] == "image_to_image"
        with pytest.raises(RuntimeError, match="`cfg_scale`"):
            api.txt2img(prompt="a red circle", cfg_scale=99)
    finally:
        api.session.close()
