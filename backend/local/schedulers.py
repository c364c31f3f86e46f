"""The scheduler names as samplers of a flow-matching model."""

from typing import Any

SPACINGS: dict[str, dict[str, bool]] = {
    "": {},
    "Karras": {"use_karras_sigmas": True},
    "Exponential": {"use_exponential_sigmas": True},
    "Beta": {"use_beta_sigmas": True},
}
EULER = (
    "Default",
    "Euler",
    "Euler DiscreteScheduler",
    "FlowMatchEulerDiscreteScheduler",
    # For a straight flow, DDIM (eta 0) and EDM's Euler make the very same update.
    "DDIM",
    "DDIMScheduler",
    "EDMEulerScheduler",
)
OFFERED = (*EULER, *(f"Euler {spacing}" for spacing in SPACINGS if spacing))


def build_scheduler(name: str, shift: float, base: Any) -> Any:
    """Return a new scheduler of that name and shift; `base` is the model's own configuration."""
    from diffusers import FlowMatchEulerDiscreteScheduler

    spacing = "" if name in EULER else name.rpartition(" ")[2]
    return FlowMatchEulerDiscreteScheduler.from_config(base, shift=shift, **SPACINGS[spacing])
