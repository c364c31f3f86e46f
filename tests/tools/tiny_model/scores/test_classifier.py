from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from tests.tools.tiny_model.scores.drawn import drawn
from tools.tiny_model.pictures.drawing import STYLE_SHARES, draw
from tools.tiny_model.scores import classifier, prompts
from tools.tiny_model.scores.classifier import outline_features, style_features, train_classifier
from tools.tiny_model.scores.fidelity import there_and_back
from tools.tiny_model.scores.prompts import Wanted
from tools.tiny_model.scores.scoring import score_objects, score_styles
from tools.tiny_model.training.batches import HELD_BACK

OTHERS = classifier.APART + 500_000_000
TINY = Path(__file__).parents[4] / "presets" / "tiny"
ENOUGH = 2500
"""Drawings of which classifiers learn what is asked of them here; for scores they learn from more."""


@pytest.fixture(scope="module", autouse=True)
def _taught_by_enough() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        assert classifier.DRAWN > ENOUGH
        patch.setattr(classifier, "DRAWN", ENOUGH)
        yield
    classifier.object_classifier.cache_clear()
    classifier.style_classifier.cache_clear()


def test_a_classifier_tells_two_things_apart() -> None:
    rng = np.random.default_rng(0)
    bars = [np.roll(np.repeat(np.tile([0, 255], 64), 1)[None], at, 1).repeat(128, 0) for at in range(8)]
    pictures = [np.repeat((bar if at % 2 else bar.T)[..., None], 3, 2).astype(np.uint8) for at, bar in enumerate(bars)]
    labels = ["upright" if at % 2 else "flat" for at in range(8)]
    trained = train_classifier(pictures, labels, features=outline_features)
    noisy = [np.clip(each + rng.normal(size=each.shape) * 8, 0, 255).astype(np.uint8) for each in pictures]
    assert [trained.name(each) for each in noisy] == labels


def test_contrast_and_colour_do_not_change_the_outline() -> None:
    picture = draw(3).pixels
    paler, swapped = (picture // 2 + 64).astype(np.uint8), np.ascontiguousarray(picture[..., ::-1])
    plain = outline_features(picture)
    for other in (paler, swapped):
        assert np.corrcoef(plain, outline_features(other))[0, 1] > 0.9


def test_classifiers_learn_from_other_drawings_than_the_model() -> None:
    assert classifier.APART > 2 * HELD_BACK + 100_000
    assert style_features(draw(0).pixels).shape == (116,)


@pytest.mark.slow
@pytest.mark.timeout(600)  # The first trains the classifiers for all.
def test_objects_and_styles_are_recognised_in_drawings_never_seen() -> None:
    pictures, names = classifier.portraits(600, first=OTHERS)
    trained = classifier.object_classifier()
    assert np.mean([trained.name(picture) == name for picture, name in zip(pictures, names, strict=True)]) > 0.94
    styles = classifier.style_classifier(128)
    shown = [draw(OTHERS + at) for at in range(400)]
    right = [styles.name(each.pixels) == each.style for each in shown if each.kind != "abstract"]
    assert np.mean(right) > 0.92
    assert set(styles.names) == set(STYLE_SHARES) - {""}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_style_is_told_through_the_traces_of_a_vae() -> None:
    vae = AutoencoderKL.from_pretrained(TINY / "vae", torch_dtype=torch.float32).eval()
    shown = (draw(OTHERS + at, width=256, height=256) for at in range(1000))
    pixels = (each.pixels for each in shown if each.style == "pixel" and each.kind == "single")
    styles = classifier.style_classifier(256)
    assert np.mean([styles.name(there_and_back(vae, each)) == "pixel" for each in islice(pixels, 10)]) >= 0.7


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("make", "judge", "key"), [
    (prompts.things, score_objects, "object"), (prompts.styled, score_styles, "style"),
])  # fmt: skip
def test_classifiers_give_true_drawings_full_marks_and_others_poor_ones(
    make: Callable[[int], list[Wanted]], judge: Callable[..., dict[str, float]], key: str
) -> None:
    rng, wanted = np.random.default_rng(0), make(60)
    pictures = [drawn(want, rng) for want in wanted]
    assert judge(wanted, pictures)[key] >= 0.93
    assert judge(wanted, pictures[1:] + pictures[:1])[key] < 0.4
