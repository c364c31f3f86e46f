import pytest

from backend.playground import Playground
from backend.restore.read import read_pasted
from ui.inputs.makers import other_kind

INFOTEXT = "a fox\nSteps: {}, Sampler: Euler, CFG scale: {}, Seed: 5, Size: 512x512, Model: {}"
SAID = (
    "z_image_bf16 drew this, which is another kind than Z-Image-Turbo, which draws here now: steps, guidance and shift "
    "are Z-Image's."
)


@pytest.mark.parametrize(
    ("model", "said"), [("z_image_bf16", SAID), ("z_image_turbo_bf16", ""), ("sd_xl_base_1.0", ""), ("", "")]
)
def test_settings_of_another_tool_and_another_kind_of_z_image_say_so(
    playground: Playground, model: str, said: str
) -> None:
    here = playground.backends["fake"]
    found = read_pasted(INFOTEXT.format(30, 4, model).removesuffix(", Model: "), here.refuses_lora)
    assert found
    assert other_kind(here, found.model, found.profile) == said
