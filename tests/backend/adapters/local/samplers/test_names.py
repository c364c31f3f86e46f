import pytest

from backend.adapters.local.samplers.names import OFFERED, REFUSED, SPACINGS, Choice, choice_of
from backend.adapters.local.samplers.solvers import ONE_CALL, TWO_CALLS
from backend.domain.schedulers import SCHEDULER_NAMES


def test_every_name_has_a_solver_or_a_reason_why_not() -> None:
    assert set(OFFERED) | set(REFUSED) == set(SCHEDULER_NAMES)
    for name in OFFERED:
        choice = choice_of(name)
        assert choice.solver == "euler" or choice.solver in (*ONE_CALL, *TWO_CALLS)
        assert choice.spacing in SPACINGS


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("Default", Choice("euler")),
        ("Euler Karras", Choice("euler", "Karras")),
        ("DPM++ Uniform", Choice("dpmpp_2m")),
        ("DPM++ 2M SDE Exponential", Choice("dpmpp_2m_sde", "Exponential")),
        ("DPM++ 3M SDE Uniform", Choice("dpmpp_3m_sde")),
        ("UniPC Uniform Beta", Choice("unipc", "Beta")),
        ("IPNDM Uniform", Choice("ipndm")),
        ("Heun Karras", Choice("heun", "Karras")),
    ],
)
def test_a_name_is_a_solver_and_a_spacing(name: str, choice: Choice) -> None:
    assert choice_of(name) == choice
