"""What each scheduler name of the request means for a rectified flow: a solver, and a spacing of the steps.

Solvers are named after k-diffusion's and diffusers' own. "Uniform" is the model's own spacing, as no suffix is.
"""

from dataclasses import dataclass

from backend.domain.schedulers import SCHEDULER_NAMES

SPACINGS: dict[str, dict[str, bool]] = {
    "": {},
    "Karras": {"use_karras_sigmas": True},
    "Exponential": {"use_exponential_sigmas": True},
    "Beta": {"use_beta_sigmas": True},
}
REFUSED = {
    "DPMSolverMultistepInverse": "DPMSolverMultistepInverse turns images into noise and draws none; choose Default.",
}

_SOLVERS: dict[str, tuple[str, ...]] = {
    # For a straight flow, DDIM (eta 0) and EDM's Euler make the very same update as Euler.
    "euler": (
        "Default",
        "Euler",
        "Euler DiscreteScheduler",
        "FlowMatchEulerDiscreteScheduler",
        "DDIM",
        "DDIMScheduler",
        "EDMEulerScheduler",
    ),
    "euler_a": ("Euler a", "EulerAncestralDiscreteScheduler", "DDPMScheduler"),
    "heun": ("Heun", "HeunDiscreteScheduler"),
    "dpm2": ("KDPM2DiscreteScheduler",),
    "dpm2_a": ("KDPM2AncestralDiscreteScheduler",),
    "dpmpp_2s": ("DPMSolverSinglestepScheduler",),
    "dpmpp_2m": (
        "DPM++",
        "DPM++ 2M",
        "DPMSolverMultistepScheduler",
        "EDMDPMSolverMultistepScheduler",
        "DEISMultistepScheduler",  # of the same order, and on a straight flow the same kind of update
    ),
    "dpmpp_3m": ("DPM++ 3M",),
    "dpmpp_2m_sde": ("DPM++ SDE", "DPM++ 2M SDE"),
    "dpmpp_3m_sde": ("DPM++ 3M SDE",),
    "unipc": ("UniPC", "UniPC 2M"),
    "unipc_3m": ("UniPC 3M",),
    "ipndm": ("IPNDM", "IPNDMScheduler", "PNDMScheduler"),
    "lms": ("LMS", "LMSDiscreteScheduler"),
    "lcm": ("LCM", "LCMScheduler"),
    "tcd": ("TCDScheduler",),
}
_SOLVER_OF = {name: solver for solver, names in _SOLVERS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Choice:
    """A solver with a spacing (a key of `SPACINGS`)."""

    solver: str
    spacing: str = ""


def choice_of(name: str) -> Choice:
    """Return what a scheduler name means; raise `KeyError` for one that is refused."""
    base, spacing = name, ""
    for suffix in SPACINGS:
        if suffix and base.endswith(f" {suffix}"):
            base, spacing = base.removesuffix(f" {suffix}"), suffix
    return Choice(_SOLVER_OF[base.removesuffix(" Uniform")], spacing)


OFFERED = tuple(name for name in SCHEDULER_NAMES if name not in REFUSED)
