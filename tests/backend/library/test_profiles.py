"""Which kind of checkpoint something is, by what tells it."""

import pytest

from backend.library.profiles import profile_of, profile_of_lora, profiles


@pytest.mark.parametrize(
    ("names", "shift", "kind"),
    [
        (["Z-Image-Turbo", "Tongyi-MAI/Z-Image-Turbo"], 3.0, "turbo"),
        (["Z-Image", "Tongyi-MAI/Z-Image"], 6.0, "base"),
        (["z_image_turbo_bf16.safetensors"], None, "turbo"),
        (["z_image_bf16.safetensors"], None, "base"),
        (["z_image-Q4_K_M.gguf"], None, "base"),
        (["zImageBase_base.safetensors"], None, "base"),
        (["anime-z"], 6.0, "base"),
        (["myfinetune_v3.safetensors"], None, "turbo"),
        (["z-image-de-turbo_bf16.safetensors"], None, "de-turbo"),
        (["z_image_turbo_dedistilled.safetensors"], 3.0, "de-turbo"),
        (["TwinFlow-Z-Image-Turbo_bf16.safetensors"], 3.0, "twinflow"),
        (["Z-Image-Distilled-4steps"], 6.0, "distilled"),
    ],
)
def test_a_checkpoint_is_told_by_its_scheduler_file_or_its_name(
    names: list[str], shift: float | None, kind: str
) -> None:
    assert profile_of(names, shift).name == kind


def test_a_scheduler_file_counts_for_more_than_a_family_name() -> None:
    assert profile_of(["turbo-merge"], 6.0).name == "base"


def test_metadata_tells_what_neither_name_nor_scheduler_file_does() -> None:
    assert profile_of(["mine.safetensors"], metadata=["Z-Image base finetune", "z-image/base"]).name == "base"


def test_a_scheduler_files_own_shift_holds_whatever_the_kind() -> None:
    assert profile_of(["Z-Image-Turbo"], 4.0).shift == 4.0


def test_a_name_says_to_how_few_steps_a_checkpoint_was_distilled() -> None:
    found = profile_of(["Z-Image-Turbo-Distilled-4steps"])
    assert (found.steps, found.steps_range, found.shift, found.union) == (4, (4, 4), 3.0, "turbo")


def test_a_distil_lora_changes_how_a_checkpoint_is_drawn_with_and_another_one_does_not() -> None:
    few = profile_of_lora(["Z-Image-Fun-Lora-Distill-4-Steps-2603.safetensors"])
    assert few
    assert (few.steps, few.guidance, few.weight) == (4, 1, 0.8)
    assert profile_of_lora(["watercolour.safetensors"]) is None
    assert profile_of_lora(["zimage_dedistill_adapter.safetensors"]) is None


def test_each_row_has_a_source_for_what_it_says_and_lies_in_its_own_range() -> None:
    for profile in profiles().values():
        assert {"steps", "guidance", "shift"} <= set(profile.sources)
        assert profile.steps_range[0] <= profile.steps <= profile.steps_range[1]
        assert profile.guidance_range[0] <= profile.guidance <= profile.guidance_range[1]
