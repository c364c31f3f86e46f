from typing import Any

import pytest
from PIL import Image

from backend.adapters.local.drawing.compiling import CompiledBlocks
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.domain.errors import GenerationFailed
from backend.domain.parts import Accelerator
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance


def drawn(engine: Engine, size: tuple[int, int] = (128, 128), *, compiled: bool = True, **values: Any) -> Image.Image:
    asked = TextToImage(prompt=PROMPT, steps=4, options={"compile": True} if compiled else {}, **values)
    return engine.draw(Drawing(request=asked, seed=7, size=size), lambda *_: None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Torchinductor does not support")
def test_compiled_blocks_draw_the_same_to_a_rounding_at_every_size_and_with_a_cache(engine: Engine) -> None:
    cache = {"accelerator": Accelerator(fb_cache=True, fb_cache_threshold=1.0)}
    asked: list[dict[str, Any]] = [{}, {"size": (192, 128)}, {"guidance": 3.0}, cache]
    for values in asked:
        exact = drawn(engine, compiled=False, **values)
        assert mean_distance(drawn(engine, **values), exact) < 0.5
        assert distance(drawn(engine, compiled=False, **values), exact) == 0
    assert not any("forward" in vars(block) for block in engine.pipe.transformer.layers)


def test_what_cannot_be_compiled_says_what_to_turn_off_and_leaves_no_trace(engine: Engine) -> None:
    before = drawn(engine, compiled=False)

    def no_compiler() -> None:
        from torch._dynamo.exc import BackendCompilerFailed

        raise BackendCompilerFailed(lambda: None, OSError("no compiler"), None)

    with (
        pytest.raises(GenerationFailed, match="turn “Compile the blocks” off"),
        CompiledBlocks(engine.pipe.transformer).on(),
    ):
        no_compiler()
    assert distance(drawn(engine, compiled=False), before) == 0


def test_the_attention_kernel_is_that_of_the_request_and_nobody_elses_afterwards(engine: Engine) -> None:
    from diffusers.models.attention_dispatch import _AttentionBackendRegistry

    before = _AttentionBackendRegistry._active_backend
    exact = drawn(engine, compiled=False)
    asked = TextToImage(prompt=PROMPT, steps=4, options={"attention": "native"})
    native = engine.draw(Drawing(request=asked, seed=7, size=(128, 128)), lambda *_: None)
    assert distance(native, exact) == 0
    assert _AttentionBackendRegistry._active_backend == before
