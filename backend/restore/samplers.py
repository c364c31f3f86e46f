"""Samplers and schedules by the names of other tools, as this model's schedulers."""

from backend.scheduler_names import SCHEDULER_NAMES

_OURS = {name.casefold(): name for name in SCHEDULER_NAMES}
_COMFY = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "k_euler": "Euler",
    "k_euler_a": "Euler a",
    "k_euler_ancestral": "Euler a",
    "k_lms": "LMS",
    "heun": "Heun",
    "lms": "LMS",
    "ddim": "DDIM",
    "lcm": "LCM",
    "uni_pc": "UniPC",
    "uni_pc_bh2": "UniPC",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_2m_sde_gpu": "DPM++ 2M SDE",
    "dpmpp_3m": "DPM++ 3M",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_sde_gpu": "DPM++ SDE",
}
_PLAIN = {"", "automatic", "simple", "normal", "default"}
_SCHEDULES = {
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "uniform": "Uniform",
    "sgm_uniform": "Uniform",
    "sgm uniform": "Uniform",
}


def scheduler_of(sampler: str, schedule: str = "") -> str | None:
    """Return our name for a sampler and its schedule of sigmas, or None where this model has nothing like it.

    Euler on a plain schedule is what the model's own default does, so that it fits every backend.
    """
    sampler, schedule = sampler.strip(), schedule.strip().casefold()
    name = _COMFY.get(sampler.casefold(), sampler)
    if name.casefold() == "euler" and schedule in _PLAIN:
        return "Default"
    if schedule in _PLAIN:
        return _OURS.get(name.casefold())
    suffix = _SCHEDULES.get(schedule)
    return _OURS.get(f"{name} {suffix}".casefold()) if suffix else None
