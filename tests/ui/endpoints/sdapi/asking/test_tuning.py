"""Steps, guidance and sampler: what is meant, and what programs send unasked."""

from dataclasses import replace
from typing import Any

import pytest

from backend.adapters.fake import TAKES, FakeBackend
from backend.domain.capabilities import Capabilities
from ui.endpoints.sdapi.asking.body import Txt2Img
from ui.endpoints.sdapi.asking.tuning import AS_SENT, SCHEDULES, sampler_names, tuned

CAN = FakeBackend.capabilities
NO_CHOICE = replace(CAN, takes=TAKES - {"scheduler"})


def values(can: Capabilities = CAN, *, as_sent: bool = False, **sent: Any) -> tuple[dict[str, Any], list[str]]:
    found = tuned(Txt2Img(**sent), can, as_sent=as_sent)
    return found.values, found.notes


@pytest.mark.parametrize(("steps", "cfg_scale"), [(20, 7.0), (50, 7), (22, 4.5)])
def test_what_programs_send_unasked_is_the_models_own_and_said_so(steps: int, cfg_scale: float) -> None:
    found, notes = values(steps=steps, cfg_scale=cfg_scale)
    assert found == {}
    assert any(f"`steps` {steps} " in note and "own 8 " in note and AS_SENT in note for note in notes)
    assert any(f"`cfg_scale` {cfg_scale:g} " in note and "own 1 " in note for note in notes)


@pytest.mark.parametrize(("steps", "cfg_scale"), [(9, 1.0), (22, 3), (21, 4.5), (30, 0)])
def test_other_values_are_meant(steps: int, cfg_scale: float) -> None:
    assert values(steps=steps, cfg_scale=cfg_scale) == ({"steps": steps, "guidance": cfg_scale}, [])


def test_each_of_the_two_is_looked_at_by_itself() -> None:
    assert values(steps=12, cfg_scale=7)[0] == {"steps": 12}
    assert values(steps=20, cfg_scale=2)[0] == {"guidance": 2}


def test_another_kind_of_checkpoint_has_defaults_of_its_own() -> None:
    base = replace(CAN, defaults={"steps": 28, "guidance": 4.0, "shift": 6.0})
    found, notes = values(base, steps=20, cfg_scale=7)
    assert found == {"steps": 28, "guidance": 4.0, "shift": 6.0}
    assert "own 28 " in notes[0]
    assert values(base, steps=12)[0] == {"steps": 12, "guidance": 4.0, "shift": 6.0}
    assert values(replace(CAN, defaults={"steps": 50}), steps=50) == ({"steps": 50}, [])


def test_to_the_letter_all_of_it_is_taken() -> None:
    assert values(steps=20, cfg_scale=7, as_sent=True) == ({"steps": 20, "guidance": 7.0}, [])


@pytest.mark.parametrize(
    ("sampler", "schedule", "ours"),
    [
        ("Euler a", "automatic", "Euler a"),
        ("Euler", "", "Default"),
        ("DPM++ 2M", "Karras", "DPM++ 2M Karras"),
        ("DPM++ 2M Karras", "automatic", "DPM++ 2M Karras"),
        ("k_euler", "Simple", "Default"),
    ],
)
def test_samplers_are_known_by_their_names_there(sampler: str, schedule: str, ours: str) -> None:
    assert values(sampler_name=sampler, scheduler=schedule) == ({"scheduler": ours}, [])


def test_the_older_name_of_the_field_counts_where_the_other_is_empty() -> None:
    assert values(sampler_index="Heun")[0] == {"scheduler": "Heun"}
    assert values(sampler_name="LCM", sampler_index="Heun")[0] == {"scheduler": "LCM"}


def test_a_sampler_that_isnt_here_is_named_and_costs_nothing_else() -> None:
    found, notes = values(sampler_name="Restart", scheduler="Karras")
    assert found == {}
    assert notes == ["`sampler_name` 'Restart' isn't here: the model's own Euler was taken."]


def test_a_spacing_that_isnt_here_is_named_and_the_sampler_stays() -> None:
    found, notes = values(sampler_name="LCM", scheduler="Align Your Steps")
    assert found == {"scheduler": "LCM"}
    assert notes == ["`scheduler` 'Align Your Steps' isn't here with 'LCM': its own spacing was taken."]


def test_a_backend_without_a_choice_draws_with_its_own() -> None:
    assert values(NO_CHOICE, sampler_name="Euler") == ({"scheduler": "Default"}, [])
    assert len(values(NO_CHOICE, sampler_name="Heun")[1]) == 1
    assert sampler_names(NO_CHOICE) == ["Euler"]


def test_the_menu_begins_with_the_models_own_and_every_entry_of_it_is_taken() -> None:
    names = sampler_names(CAN)
    assert names[0] == "Euler"
    assert not [name for name in names if values(sampler_name=name)[1]]
    assert len({str(values(sampler_name=name)[0]) for name in names}) > len(names) / 2
    assert not values(sampler_name="DPM++ 2M", scheduler="sgm_uniform")[1]
    assert [*SCHEDULES] == ["automatic", "karras", "exponential", "beta", "sgm_uniform"]
