"""What A1111's menus are filled with: what there is here, and nothing that there isn't."""

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.domain.capabilities import Capabilities
from backend.domain.errors import NotReady
from backend.domain.requests import LANCZOS
from ui.endpoints.openai.models import model_id
from ui.endpoints.script_runs import Scripts
from ui.endpoints.sdapi.asking import controlnet
from ui.endpoints.sdapi.asking.scripts import ADETAILER, CONTROLNET
from ui.endpoints.sdapi.asking.settings import MODEL
from ui.endpoints.sdapi.asking.tuning import SCHEDULES, sampler_names
from ui.endpoints.sdapi.own_settings import OwnSettings
from ui.runs.sheets.upscale import enlarger

MOST_SCALE = 4.0
"""What A1111 says of every upscaler, whatever its network was made for (`modules/upscaler.py`)."""
List = Callable[[Caller], JsonValue]


class Lists:
    """Answers A1111's lists for a caller, by the model that they have picked."""

    def __init__(self, scripts: Scripts, settings: OwnSettings) -> None:
        self.scripts = scripts
        self.playground = scripts.playground
        self.settings = settings

    def all(self) -> Mapping[str, List]:
        """Return every list by its path."""
        empty = ("latent-upscale-modes", "sd-vae", "hypernetworks", "face-restorers", "realesrgan-models")
        return {
            **{f"/sdapi/v1/{name}": _none for name in (*empty, "script-info", "extensions")},
            "/sdapi/v1/sd-models": self.models,
            "/sdapi/v1/samplers": self.samplers,
            "/sdapi/v1/upscalers": self.upscalers,
            "/sdapi/v1/schedulers": _schedulers,
            "/sdapi/v1/loras": self.loras,
            "/sdapi/v1/prompt-styles": self.styles,
            "/sdapi/v1/scripts": self.script_names,
            "/sdapi/v1/embeddings": lambda _: {"loaded": {}, "skipped": {}},
            "/sdapi/v1/cmd-flags": lambda _: {"api": True, "nowebui": False},
            "/controlnet/version": lambda _: {"version": controlnet.VERSION},
            "/controlnet/model_list": lambda caller: {"model_list": [*controlnet.models(self._can(caller))]},
            "/controlnet/module_list": lambda caller: {"module_list": [*controlnet.modules(self._can(caller))]},
            "/controlnet/control_types": lambda caller: {"control_types": controlnet.control_types(self._can(caller))},
            "/controlnet/settings": lambda caller: {"control_net_unit_count": self._can(caller).most_controls},
        }

    def models(self, _: Caller) -> JsonValue:
        """Return a model a backend, by the ids that `/v1/models` has."""
        ids = [model_id(backend) for backend in self.playground.backends.values()]
        bare: dict[str, JsonValue] = {"hash": None, "sha256": None, "config": None}
        return [{"title": name, "model_name": name, "filename": name, **bare} for name in ids]

    def samplers(self, caller: Caller) -> JsonValue:
        """Return the samplers of the picked model."""
        return [{"name": name, "aliases": [], "options": {}} for name in sampler_names(self._can(caller))]

    def upscalers(self, caller: Caller) -> JsonValue:
        """Return what makes pictures larger: Lanczos and the files of upscalers; nothing where nobody does."""
        try:
            backend = enlarger(self.playground, self._backend(caller).name)
        except NotReady:
            return []
        found = backend.capabilities.choices.get("upscaler", (LANCZOS,))
        bare: dict[str, JsonValue] = {"model_name": None, "model_path": None, "model_url": None}
        return [{"name": name, **bare, "scale": MOST_SCALE} for name in found]

    def styles(self, caller: Caller) -> JsonValue:
        """Return the styles that ship, and the caller's own."""
        known = self.scripts.library.known_styles(caller)
        return [style.model_dump(exclude={"group"}) for style in known]

    def loras(self, caller: Caller) -> JsonValue:
        """Return the LoRA files that the picked model finds by name in a prompt's `<lora:name:1>`."""
        names = self._backend(caller).lora_names()
        return [{"name": name, "alias": name, "path": name, "metadata": {}} for name in names]

    def script_names(self, caller: Caller) -> JsonValue:
        """Return the scripts that may stand in `alwayson_scripts`."""
        can = self._can(caller)
        here = {CONTROLNET: bool(can.most_controls), ADETAILER: can.can_take("details.target")}
        known: list[JsonValue] = [name.lower() for name, is_here in here.items() if is_here]
        return {"txt2img": known, "img2img": known}

    def _backend(self, caller: Caller) -> Backend:
        return self.settings.backend(str(self.settings.of(caller)[MODEL]), MODEL)

    def _can(self, caller: Caller) -> Capabilities:
        return self._backend(caller).capabilities


def _none(_: Caller) -> JsonValue:
    return []


def _schedulers(_: Caller) -> JsonValue:
    bare: dict[str, JsonValue] = {"aliases": [], "default_rho": -1, "need_inner_model": False}
    return [{"name": name, "label": label, **bare} for name, label in SCHEDULES.items()]
