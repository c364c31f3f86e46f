"""Normalized Attention Guidance on the embedded model."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.nag import Nag, Nagging, guide
from backend.domain.errors import Cancelled
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import mean_distance

LONG = ", ".join(["a red circle on a blue background"] * 12)
USUAL = Nagging(scale=5.0, tau=2.5, alpha=0.25, end=1.0)
ON = {"nag_scale": 5.0}
FIRST_STEP = SimpleNamespace(position=(0, 8))


def drawn(engine: Engine, guides: tuple[Guide, ...] = (), **values: object) -> Image.Image:
    asked = TextToImage(prompt=PROMPT, **{"steps": 2, **values})  # type: ignore[arg-type]
    return engine.draw(Drawing(request=asked, seed=7, size=(128, 128), guides=guides), lambda *_: None)


class Between(torch.nn.Module):
    """Guides as the authors' programs do, where the picture goes through the model twice, in a doubled batch."""

    def __init__(self, picture: int, projection: torch.nn.Module) -> None:
        super().__init__()
        self.picture, self.projection = picture, projection

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        positive, negative = seen[:, : self.picture].chunk(2)
        guided = guide(positive, negative, USUAL)
        projected: torch.Tensor = self.projection(
            torch.cat([torch.cat([guided, guided]), seen[:, self.picture :]], dim=1)
        )
        return projected


def doubled(transformer: Any, latents: list[torch.Tensor], prompts: list[torch.Tensor], negative: torch.Tensor) -> Any:
    outs = [layer.attention.to_out for layer in transformer.layers]
    picture = latents[0].shape[-2] // 2 * (latents[0].shape[-1] // 2)
    plain = [out[0] for out in outs]
    for out, projection in zip(outs, plain, strict=True):
        out[0] = Between(picture, projection)
    try:
        return called(transformer, [*latents, *latents], [*prompts, *[negative for _ in latents]])[: len(latents)]
    finally:
        for out, projection in zip(outs, plain, strict=True):
            out[0] = projection


def called(transformer: Any, latents: list[torch.Tensor], prompts: list[torch.Tensor]) -> torch.Tensor:
    with torch.no_grad():
        found = transformer(latents, torch.full((len(latents),), 0.4), prompts, return_dict=False)[0]
    return torch.stack(list(found))


def test_what_is_moved_stays_within_tau_of_the_prompts_own_norm() -> None:
    positive, negative = torch.randn((1, 8, 16)), torch.randn((1, 8, 16))
    assert torch.equal(guide(positive, positive, USUAL), positive)
    assert torch.equal(guide(positive, negative, replace(USUAL, scale=1.0)), positive)
    assert torch.equal(guide(positive, negative, replace(USUAL, alpha=0.0)), positive)
    far = guide(positive, negative, replace(USUAL, scale=1e4, alpha=1.0)).norm(p=1, dim=-1)
    assert torch.allclose(far, 2.5 * positive.norm(p=1, dim=-1))


@pytest.mark.parametrize(
    ("prompts", "negative"), [([PROMPT], "fog"), ([PROMPT], LONG), ([LONG], "fog"), ([PROMPT, LONG], "a red circle")]
)
def test_one_sequence_gives_what_a_doubled_batch_gives(engine: Engine, prompts: list[str], negative: str) -> None:
    transformer, read = engine.pipe.transformer, engine.prompts.embed
    latents = list(torch.randn((len(prompts), 16, 1, 16, 16), generator=torch.Generator().manual_seed(3)))
    words = [read(prompt) for prompt in prompts]
    plain = called(transformer, latents, words)
    right = doubled(transformer, latents, words, read(negative))
    with Nag(transformer, read(negative), USUAL, FIRST_STEP):  # type: ignore[arg-type]
        found = called(transformer, latents, words)
    assert (found - right).abs().max() < 1e-3 < (right - plain).abs().max()
    assert torch.equal(called(transformer, latents, words), plain)


def test_what_others_have_set_on_the_transformer_is_put_back(engine: Engine) -> None:
    transformer, read = engine.pipe.transformer, engine.prompts.embed
    mine = {name: getattr(transformer, name) for name in ("forward", "_build_unified_sequence")}
    vars(transformer).update(mine)
    try:
        with Nag(transformer, read("fog"), USUAL, FIRST_STEP):  # type: ignore[arg-type]
            called(transformer, [torch.randn((16, 1, 16, 16))], [read(PROMPT)])
            assert all(vars(transformer)[name] != own for name, own in mine.items())
        assert {name: vars(transformer).get(name) for name in mine} == mine
    finally:
        for name in mine:
            vars(transformer).pop(name, None)


def test_off_it_is_the_same_picture_to_the_bit_and_nothing_of_it_stays_behind(engine: Engine) -> None:
    before = drawn(engine)
    assert mean_distance(drawn(engine, negative_prompt="a red circle", nag_scale=5.0), before) > 0
    for off in (0.0, 1.0):
        assert mean_distance(drawn(engine, negative_prompt="a red circle", nag_scale=off), before) == 0


def test_a_stop_amid_a_step_leaves_nothing_behind(engine: Engine) -> None:
    before = drawn(engine)

    def stop(*_: object) -> None:
        raise Cancelled

    asked = TextToImage(prompt=PROMPT, negative_prompt=LONG, nag_scale=5.0, steps=2)
    with pytest.raises(Cancelled):
        engine.draw(Drawing(request=asked, seed=7, size=(128, 128)), stop)
    assert mean_distance(drawn(engine), before) == 0


def test_behind_its_end_the_steps_are_plain(engine: Engine) -> None:
    plain, whole, half = (
        drawn(engine, steps=4, negative_prompt=LONG, **more) for more in ({}, ON, ON | {"nag_end": 0.5})
    )
    assert 0 < mean_distance(half, plain) != mean_distance(whole, plain)
    assert mean_distance(drawn(engine, steps=4, negative_prompt=LONG, **ON, nag_end=0.0), plain) == 0


@pytest.mark.parametrize(
    "more", [{"guidance": 3.0}, {"acceleration": "high"}, {"acceleration": "high", "nag_end": 0.5}]
)
@pytest.mark.parametrize("negative", ["fog", LONG])
def test_it_goes_together_with_guidance_and_caches(engine: Engine, negative: str, more: dict[str, Any]) -> None:
    values = {"steps": 4, "negative_prompt": negative} | more
    assert mean_distance(drawn(engine, **values, nag_scale=5.0), drawn(engine, **values)) > 0


def test_a_control_picture_is_followed_with_it(engine: Engine) -> None:
    guides = (Guide(picture=Image.new("RGB", (128, 128), "white"), scale=0.5),)
    plain = drawn(engine, guides, negative_prompt=LONG)
    assert mean_distance(drawn(engine, guides, negative_prompt=LONG, nag_scale=5.0), plain) > 0


@pytest.mark.parametrize("size", [(128, 192), (192, 128), (144, 160)])
def test_every_size_is_drawn_with_it(engine: Engine, size: tuple[int, int]) -> None:
    asked = TextToImage(prompt=PROMPT, negative_prompt=LONG, nag_scale=5.0, steps=2)
    assert engine.draw(Drawing(request=asked, seed=7, size=size), lambda *_: None).size == size
