import pytest

from backend.playground import Playground
from backend.restore.read import read_pasted
from tests.ui.head.test_languages import LANGUAGES, known
from ui.head.languages import words
from ui.inputs.makers import other_kind

INFOTEXT = "a fox\nSteps: {}, Sampler: Euler, CFG scale: {}, Seed: 5, Size: 512x512, Model: {}"
SAID = (
    "z_image_bf16 drew this, which is another kind than Z-Image-Turbo, which draws here now: steps and guidance are "
    "Z-Image's."
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
    assert other_kind(here, found.model, found.profile, found.told) == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "draws here now: steps, guidance and shift are Z-Image's."),
        (("shift", "steps", "seed"), "draws here now: steps and shift are Z-Image's."),
        (("guidance",), "draws here now: guidance is Z-Image's."),
        (("prompt",), "draws here now."),
    ],
)
def test_only_what_a_file_names_is_said_to_be_the_other_kinds(
    playground: Playground, told: tuple[str, ...] | None, said: str
) -> None:
    sentence = other_kind(playground.backends["fake"], "z_image_bf16", "base", told)
    assert sentence.endswith(said)
    assert all(known(sentence, dict(words(language))) for language in LANGUAGES)


def test_a_file_whose_every_setting_is_a_default_names_them_all_the_same(playground: Playground) -> None:
    here = playground.backends["fake"]
    found = read_pasted(INFOTEXT.format(8, 1, "Z-Image-Base"), here.refuses_lora)
    assert found
    assert found.told
    assert {"steps", "guidance"} <= found.told
    assert "shift" not in found.told
