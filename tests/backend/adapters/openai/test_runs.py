"""Runs at a server of OpenAI's form: what is asked, what comes, what it costs, and what is known of the seed."""

from decimal import Decimal
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import SecretStr

from backend.domain.caller import Caller, OwnKey
from backend.domain.events import Progress
from backend.domain.records import SENT_SEED
from backend.simulator.artist import FlatArtist
from backend.simulator.faults import Fault, Habits
from tests.backend.adapters.openai.scene import EDIT, MAKE, ME, Scene, fox, openai_scene, price_file


def asked(scene: Scene, operation: str) -> list[dict[str, object]]:
    return [arrival.body for arrival in scene.world.arrivals if arrival.operation == operation]


def test_every_image_is_an_order_with_its_own_seed(scene: Scene) -> None:
    images, run = scene.draw(fox(count=3, steps=6, guidance=3.0, negative_prompt="rain"))
    bodies = asked(scene, MAKE)
    assert [body["seed"] for body in bodies] == [1, 2, 3]
    assert bodies[0] == {
        "prompt": "a fox",
        "n": 1,
        "size": "128x128",
        "response_format": "b64_json",
        "seed": 1,
        "num_inference_steps": 6,
        "guidance_scale": 3.0,
        "negative_prompt": "rain",
    }
    assert [event.index for event in images] == [0, 1, 2]
    assert (run.status, len(run.images), run.images[0].width) == ("finished", 3, 128)


def test_guidance_that_is_off_is_sent_as_off(scene: Scene) -> None:
    scene.draw(fox())
    (body,) = asked(scene, MAKE)
    assert body["guidance_scale"] == 0.0
    assert "negative_prompt" not in body


def test_the_model_is_named_where_one_is_set(tmp_path: Path) -> None:
    with openai_scene(tmp_path, PLAYGROUND_OPENAI_MODEL="z-image-turbo") as scene:
        scene.draw(fox())
        assert asked(scene, MAKE)[0]["model"] == "z-image-turbo"
        assert scene.backend.model_name == "z-image-turbo"


def test_the_owners_price_is_an_estimate_before_and_after(scene: Scene) -> None:
    request = fox(count=2)
    estimate = scene.backend.estimate(request, Caller(visitor=ME))
    assert (estimate.likely, estimate.free) == (Decimal("0.002"), False)
    assert estimate.note == "By the owner's price file of 2026-11-30."
    _, run = scene.draw(request)
    assert (run.cost_usd, run.cost_kind) == (Decimal("0.002"), "estimated")
    assert sum(scene.world.account.bills) == run.cost_usd
    assert scene.playground.budget.entry(run.id) == ("settled", Decimal("0.002"), Decimal("0.002"))


def test_without_a_price_file_the_cost_is_unknown_and_never_zero(tmp_path: Path) -> None:
    with openai_scene(tmp_path, priced=False) as scene:
        estimate = scene.backend.estimate(fox(), Caller(visitor=ME))
        assert (estimate.likely, estimate.most, estimate.free) == (None, None, False)
        assert "PLAYGROUND_OPENAI_PRICES" in estimate.note
        _, run = scene.draw(fox())
    assert (run.cost_usd, run.cost_kind, run.images[0].cost_usd) == (None, "unknown", None)
    assert scene.playground.budget.entry(run.id) == ("held", Decimal(0), None)


def test_a_server_that_costs_nothing_says_so_in_its_price_file(tmp_path: Path) -> None:
    path = price_file(tmp_path, free=True)
    with openai_scene(tmp_path, priced=False, PLAYGROUND_OPENAI_PRICES=path, PLAYGROUND_DAILY_CAP_USD=0) as scene:
        _, run = scene.draw(fox())
    assert (run.cost_kind, run.cost_usd) == ("free", Decimal(0))
    assert not scene.backend.takes_money


def test_a_visitors_own_key_pays_before_the_servers(scene: Scene) -> None:
    own = Caller(visitor=ME, keys={"openai": OwnKey("another-key")})
    error, run = scene.failed(fox(), own)
    assert "refuses the key that you pasted" in str(error)
    assert "another-key" not in str(error)
    assert (error.billed, scene.world.account.bills) == ("no", [])
    assert scene.playground.budget.payer(run.id) == "visitor"
    scene.world.key = "another-key"
    _, run = scene.draw(fox(), own)
    assert run.provider_ids["own_key"] is True


def test_many_servers_want_no_key(tmp_path: Path) -> None:
    with openai_scene(tmp_path, key=None, wanted="") as scene:
        _, run = scene.draw(fox())
        assert (run.status, scene.backend.missing(Caller(visitor=ME))) == ("finished", None)


def test_one_that_wants_a_key_says_where_it_goes(tmp_path: Path) -> None:
    with openai_scene(tmp_path, key=None) as scene:
        assert scene.backend.capabilities.modes  # It is looked at.
        missing = scene.backend.missing(Caller(visitor=ME))
        assert missing is not None
        assert "set `PLAYGROUND_OPENAI_API_KEY` in `.env`" in missing
        assert scene.backend.missing(Caller(visitor=ME, keys={"openai": SecretStr("mine-alone")})) is None


def test_the_seed_is_sent_and_not_called_the_pictures_before_it_is_proven(scene: Scene) -> None:
    _, run = scene.draw(fox())
    (image,) = run.images
    assert image.seed is None
    assert image.details[SENT_SEED] == {"seed": "1", "verdict": "unproven"}


def test_while_it_draws_it_says_which_image(scene: Scene) -> None:
    told = [event.doing for event in scene.events(fox(count=2)) if isinstance(event, Progress)]
    assert [f"OpenAI API is drawing image {number} of 2" in told for number in (1, 2)] == [True, True]


def test_a_picture_is_redrawn_by_edits(scene: Scene) -> None:
    _, run = scene.draw(scene.redrawn(strength=0.4, steps=5))
    (body,) = asked(scene, EDIT)
    assert (body["strength"], body["num_inference_steps"], body["size"]) == ("0.4", "5", "128x128")
    assert "mask" not in body
    assert run.request.mode == "image_to_image"


def test_what_the_mask_keeps_is_kept_to_the_pixel(scene: Scene) -> None:
    request = scene.inpainted()
    _, run = scene.draw(request)
    (body,) = asked(scene, EDIT)
    assert "mask" in body
    files = scene.playground.files
    with Image.open(files.path(run.images[0].sha256)) as made, Image.open(files.path(request.image)) as before:
        after, original = np.asarray(made.convert("RGB")), np.asarray(before.convert("RGB"))
    assert (after[:, :64] == original[:, :64]).all()
    assert (after[:, 64:] != original[:, 64:]).any()


def test_the_mask_is_transparent_where_it_is_painted_anew(scene: Scene) -> None:
    seen: list[Image.Image] = []

    class Looking(FlatArtist):
        def draw(self, request):  # type: ignore[no-untyped-def]
            with Image.open(self.files.path(request.mask)) as mask:
                seen.append(mask.convert("L"))
            return super().draw(request)

    scene.world.artist = Looking(scene.world.files)
    scene.draw(scene.inpainted())
    (mask,) = seen
    assert (mask.getpixel((10, 10)), mask.getpixel((100, 10))) == (0, 255)


def test_a_server_without_edits_offers_words_alone(tmp_path: Path) -> None:
    with openai_scene(tmp_path, habits=Habits(edits=False)) as scene:
        assert scene.backend.capabilities.modes == ("text_to_image",)
    assert scene.world.arrivals == []


def test_a_format_that_was_asked_for_is_made_here(scene: Scene) -> None:
    _, run = scene.draw(fox(output_format="webp"))
    assert run.images[0].format == "webp"
    assert "output_format" not in asked(scene, MAKE)[0]


def test_a_server_that_has_no_seed_is_asked_once_more_without_it(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="unknown_parameter", code="seed", operation=MAKE))
    images, run = scene.draw(fox())
    first, second = asked(scene, MAKE)
    assert ("seed" in first, "seed" in second, len(scene.world.account.bills)) == (True, False, 1)
    assert images[0].seed is None
    assert "takes no seed" in run.images[0].details["as_made"]
    assert "seed" in scene.backend.capabilities.lacks


def test_steps_that_a_visitor_set_are_never_left_out_in_silence(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="unknown_parameter", code="num_inference_steps", operation=MAKE))
    error, run = scene.failed(fox(steps=4))
    assert "refuses `steps`" in str(error)
    assert (error.billed, run.cost_usd, scene.world.account.bills) == ("no", Decimal(0), [])
    assert "steps" in scene.backend.capabilities.lacks
    scene.draw(fox())
    assert "num_inference_steps" not in asked(scene, MAKE)[-1]
