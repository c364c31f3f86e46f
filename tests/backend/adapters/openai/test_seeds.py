"""A seed is proven by a visitor's own repeats, or by the owner's press; nothing is bought for it otherwise."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.adapters.openai.seeds import Seeds, alike
from backend.domain.caller import Caller, OwnKey
from backend.domain.errors import NotAllowed, OverBudget
from backend.domain.records import SENT_SEED
from backend.generation.pressed import ordered_by
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.simulator.faults import Fault, Habits
from tests.backend.adapters.openai.scene import MAKE, ME, Scene, fox, openai_scene

NOBODY = Caller(visitor=ME)


def prove(scene: Scene, caller: Caller = NOBODY) -> list[str]:
    return list(ordered_by(scene.playground, caller, scene.backend, "prove"))


def test_a_repeat_of_a_whole_request_proves_it(scene: Scene) -> None:
    scene.draw(fox())
    _, run = scene.draw(fox())
    (image,) = run.images
    assert (image.seed, SENT_SEED in image.details) == (1, False)
    assert scene.backend.state(NOBODY).message == "Ready; seeds are proven"
    _, other = scene.draw(fox(seed=9))
    assert other.images[0].seed == 9


def test_what_differs_in_anything_proves_nothing(scene: Scene) -> None:
    scene.draw(fox())
    for other in (fox(steps=7), fox(seed=2), fox(prompt="two foxes"), fox(width=256, height=256)):
        _, run = scene.draw(other)
        assert run.images[0].seed is None


def test_another_visitors_request_proves_nothing(scene: Scene) -> None:
    scene.draw(fox())
    _, run = scene.draw(fox(), Caller(visitor="visitor-2"))
    assert run.images[0].details[SENT_SEED]["verdict"] == "unproven"


def test_words_alone_say_nothing_of_pictures(scene: Scene) -> None:
    scene.draw(fox())
    scene.draw(fox())
    redrawn = scene.redrawn()
    _, run = scene.draw(redrawn)
    assert run.images[0].seed is None
    _, run = scene.draw(redrawn)
    assert run.images[0].seed == 1


def test_a_server_that_lies_about_its_seeds_is_found_out(tmp_path: Path) -> None:
    with openai_scene(tmp_path, habits=Habits(lying_seeds=True)) as scene:
        scene.draw(fox())
        _, run = scene.draw(fox())
        (image,) = run.images
        assert (image.seed, image.details[SENT_SEED]["verdict"]) == (None, "refuted")
        assert scene.backend.state(NOBODY).message == "Ready; it drew two pictures from one seed"


def test_what_was_seen_outlives_the_playground_and_holds_nothing_of_the_visitor(tmp_path: Path) -> None:
    with openai_scene(tmp_path) as scene:
        scene.draw(fox())
        scene.draw(fox())
        again = Seeds(tmp_path / "seeds" / "openai.json", scene.playground.files)
        place = scene.backend._place().of_seeds("generations")
        assert again.verdict(place) == "proven"
        kept = (tmp_path / "seeds" / "openai.json").read_text(encoding="utf-8")
    assert all(word not in kept for word in ("fox", ME, "127.0.0.1", "rehearsal"))


def test_another_model_has_to_prove_itself_anew(tmp_path: Path) -> None:
    with openai_scene(tmp_path) as scene:
        scene.draw(fox())
        scene.draw(fox())
    with openai_scene(tmp_path, PLAYGROUND_OPENAI_MODEL="z-image-turbo") as scene:
        _, run = scene.draw(fox())
        assert run.images[0].seed is None


def test_the_owner_may_prove_it_at_its_price(scene: Scene) -> None:
    assert scene.backend.offered(NOBODY) == {"prove": "Prove the seed (2 images, ≈ $0.006)"}
    assert prove(scene) == ["Ordering picture 1 of 2", "Ordering picture 2 of 2"]
    assert (len(scene.world.account.bills), scene.backend.offered(NOBODY)) == (2, {})
    runs = scene.ended()
    assert [run.status for run in runs] == ["finished", "finished"]
    assert scene.backend.state(NOBODY).message == "Ready; seeds are proven"


def test_nothing_is_bought_where_it_is_not_offered(tmp_path: Path) -> None:
    with openai_scene(tmp_path, GRADIO_SERVER_NAME="0.0.0.0") as scene:
        assert scene.backend.offered(NOBODY) == {}
        with pytest.raises(NotAllowed):
            prove(scene)
        assert scene.world.count(MAKE) == 0
        own = Caller(visitor=ME, keys={"openai": OwnKey("rehearsal")})
        assert "prove" in scene.backend.offered(own)


def test_a_cap_holds_for_a_proof_and_a_failure_ends_it(tmp_path: Path) -> None:
    with openai_scene(tmp_path, PLAYGROUND_DAILY_CAP_USD="0.003") as scene:
        with pytest.raises(OverBudget):
            prove(scene)
        assert scene.world.count(MAKE) == 1
    with openai_scene(tmp_path / "2") as scene:
        scene.world.faults.add(Fault(kind="drop_after", operation=MAKE))
        with pytest.raises(Exception, match="may still be billed"):
            prove(scene)
        assert scene.world.count(MAKE) == 1


def test_an_unpriced_proof_says_so(tmp_path: Path) -> None:
    with openai_scene(tmp_path, priced=False) as scene:
        assert scene.backend.offered(NOBODY) == {"prove": "Prove the seed (2 images, price unknown)"}


def noise(seed: int, spread: int = 0) -> Image.Image:
    """Return a soft picture, with so much noise on it."""
    across, down = np.meshgrid(np.linspace(40, 200, 64), np.linspace(40, 200, 64))
    pixels = np.stack([across, down, (across + down) / 2], axis=-1).astype(np.int16)
    moved = np.random.default_rng(seed).integers(-spread, spread + 1, pixels.shape) if spread else 0
    return Image.fromarray((pixels + moved).astype(np.uint8))


def test_lossy_files_agree_within_a_mean_of_two(tmp_path: Path) -> None:
    assert alike(noise(1), noise(2, spread=3))
    assert not alike(noise(1), noise(2, spread=5))
    assert not alike(noise(1), noise(1).resize((32, 32)))


@pytest.mark.parametrize(
    ("image_format", "spread", "verdict"),
    [("jpeg", 1, "proven"), ("jpeg", 12, "refuted"), ("png", 1, "refuted"), ("png", 0, "proven")],
)
def test_only_lossy_files_may_differ_at_all(tmp_path: Path, image_format: str, spread: int, verdict: str) -> None:
    files = ImageFiles(tmp_path / "images")
    seeds = Seeds(tmp_path / "seeds.json", files)
    first = encode(noise(0), image_format, 95)  # type: ignore[arg-type]
    files.put(first, image_format)
    assert seeds.see("here", "asked", first) == "unproven"
    assert seeds.see("here", "asked", encode(noise(4, spread), image_format, 95)) == verdict  # type: ignore[arg-type]


def test_an_earlier_picture_that_is_gone_decides_nothing(tmp_path: Path) -> None:
    seeds = Seeds(tmp_path / "seeds.json", ImageFiles(tmp_path / "images"))
    assert seeds.see("here", "asked", encode(noise(0), "jpeg")) == "unproven"
    assert seeds.see("here", "asked", encode(noise(4, 12), "jpeg")) == "unproven"


def test_what_is_remembered_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.adapters.openai.seeds.MOST_REMEMBERED", 2)
    seeds, picture = Seeds(tmp_path / "seeds.json", ImageFiles(tmp_path / "images")), encode(noise(0), "png")
    for asked in ("one", "two", "three", "one"):
        assert seeds.see("here", asked, picture) == "unproven"
    assert seeds.see("here", "three", picture) == "proven"


def test_a_memory_that_can_not_be_read_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "seeds.json").write_text("{broken", encoding="utf-8")
    seeds = Seeds(tmp_path / "seeds.json", ImageFiles(tmp_path / "images"))
    assert seeds.see("here", "asked", encode(noise(0), "png")) == "unproven"
