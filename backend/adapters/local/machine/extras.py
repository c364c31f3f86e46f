"""What some requests need besides the model: fetched from the hub only after somebody pressed the button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from backend.adapters.local.machine.checkpoint import REAL
from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.memory import size_words

_VISION = ("config.json", "preprocessor_config.json", "model.safetensors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Files of one hub repository, with what they are for, their size in bytes, and their licence."""

    name: str
    purpose: str
    repo: str
    files: tuple[str, ...]
    size: int
    licence: str

    @property
    def words(self) -> str:
        """Return name, size and licence."""
        return f"{self.name} ({size_words(self.size)}, {self.licence})"


_UNION = "alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union-2.1"
_UNION_FILE = "Z-Image-Turbo-Fun-Controlnet-Union-2.1-{}2602-8steps.safetensors"
_BASE = "alibaba-pai/Z-Image-Fun-Controlnet-Union-2.1"
_BASE_FILE = "Z-Image-Fun-Controlnet-Union-2.1{}.safetensors"
_ANNOTATORS = "lllyasviel/Annotators"

_SPLIT = "Comfy-Org/z_image_turbo"

EXTRAS: Mapping[str, Extra] = {
    "text_encoder": Extra(
        name="Z-Image's text encoder, Qwen3 4B",
        purpose="Prompts",
        repo=_SPLIT,
        files=("split_files/text_encoders/qwen_3_4b.safetensors",),
        size=8_040_000_000,
        licence="Apache-2.0",
    ),
    "vae": Extra(
        name="Z-Image's VAE",
        purpose="Pictures",
        repo=_SPLIT,
        files=("split_files/vae/ae.safetensors",),
        size=335_000_000,
        licence="Apache-2.0",
    ),
    "tokenizer": Extra(
        name="Z-Image's tokenizer: merges.txt, tokenizer.json, tokenizer_config.json and vocab.json",
        purpose="Prompts",
        repo=REAL,
        files=tuple(
            f"tokenizer/{name}" for name in ("tokenizer.json", "merges.txt", "tokenizer_config.json", "vocab.json")
        ),
        size=15_900_000,
        licence="Apache-2.0",
    ),
    "union_lite": Extra(
        name="ControlNet Union 2.1 lite",
        purpose="Control pictures",
        repo=_UNION,
        files=(_UNION_FILE.format("lite-"),),
        size=2_020_000_000,
        licence="Apache-2.0",
    ),
    "union": Extra(
        name="ControlNet Union 2.1",
        purpose="Control pictures",
        repo=_UNION,
        files=(_UNION_FILE.format(""),),
        size=6_710_000_000,
        licence="Apache-2.0",
    ),
    "union_base_lite": Extra(
        name="ControlNet Union 2.1 lite for the base model",
        purpose="Control pictures",
        repo=_BASE,
        files=(_BASE_FILE.format("-lite"),),
        size=2_020_000_000,
        licence="Apache-2.0",
    ),
    "union_base": Extra(
        name="ControlNet Union 2.1 for the base model",
        purpose="Control pictures",
        repo=_BASE,
        files=(_BASE_FILE.format(""),),
        size=6_710_000_000,
        licence="Apache-2.0",
    ),
    "gguf": Extra(
        name="Z-Image-Turbo as GGUF, 5 bits",
        purpose="Weights from a GGUF file",
        repo="jayn7/Z-Image-Turbo-GGUF",
        files=("z_image_turbo-Q5_K_M.gguf",),
        size=5_520_000_000,
        licence="Apache-2.0",
    ),
    "depth": Extra(
        name="Depth Anything V2 Small",
        purpose="Depth maps",
        repo="depth-anything/Depth-Anything-V2-Small-hf",
        files=_VISION,
        size=99_200_000,
        licence="Apache-2.0",
    ),
    "pose": Extra(
        name="DWPose",
        purpose="Poses",
        repo="yzd-v/DWPose",
        files=("yolox_l.onnx", "dw-ll_ucoco_384.onnx"),
        size=351_000_000,
        licence="Apache-2.0",
    ),
    "zoe": Extra(
        name="ZoeDepth",
        purpose="Depth maps as the ControlNet was trained with",
        repo=_ANNOTATORS,
        files=("ZoeD_M12_N.pt",),
        size=1_440_000_000,
        licence="MIT",
    ),
    "openpose": Extra(
        name="OpenPose",
        purpose="OpenPose's poses",
        repo=_ANNOTATORS,
        files=("body_pose_model.pth", "hand_pose_model.pth", "facenet.pth"),
        size=510_000_000,
        licence="for non-commercial research only",
    ),
    "safety": Extra(
        name="Falconsai's NSFW detector",
        purpose="The safety check",
        repo="Falconsai/nsfw_image_detection",
        files=_VISION,
        size=343_000_000,
        licence="Apache-2.0",
    ),
}

PARTS = ("text_encoder", "vae", "tokenizer")
"""The extras without which a transformer alone draws nothing."""


class Extras:
    """The extras on this machine, and the downloads of others.

    `offered` says whether a visitor may start a download here; a stranger may not.
    """

    def __init__(self, *, offered: bool, endpoint: str | None = None, cache: Path | None = None) -> None:
        self._offered = offered
        self._cache = cache
        self._downloads = {
            name: Download(extra.repo, wanted=extra.files, total=extra.size, endpoint=endpoint, cache=cache)
            for name, extra in EXTRAS.items()
        }

    def file(self, name: str) -> Path | None:
        """Return where the first file of an extra lies, or None while one of them is missing."""
        extra = EXTRAS[name]
        found = [try_to_load_from_cache(extra.repo, file, cache_dir=self._cache) for file in extra.files]
        paths = [Path(path) for path in found if isinstance(path, str)]
        return paths[0] if len(paths) == len(extra.files) else None

    def folder(self, name: str) -> Path | None:
        """Return the folder of an extra's files, or None while one of them is missing."""
        file = self.file(name)
        return file.parent if file else None

    def lacking(self, name: str) -> str | None:
        """Say in one or two sentences what an extra is, and how to get it; None where it is here."""
        if self.folder(name):
            return None
        extra, download = EXTRAS[name], self._downloads[name]
        needs = f"{extra.purpose} need{'s' if extra.purpose.startswith('The ') else ''} {extra.words}"
        if download.busy:
            return f"{needs}, which is being downloaded: {download.done / 1e6:.0f} of {download.total / 1e6:.0f} MB."
        if download.error:
            return f"{needs}. {download.error}"
        return f"{needs}: {'get it beside the backend switch' if self._offered else 'its owner has to get it'}."

    def actions(self, names: tuple[str, ...]) -> dict[str, str]:
        """Offer the downloads of those that aren't here; pressing one is the yes."""
        if not self._offered:
            return {}
        return {
            f"get {name}": f"Get {EXTRAS[name].words}"
            for name in names
            if not self._downloads[name].busy and self.folder(name) is None
        }

    def fetch(self, action: str, arrived: Callable[[], None] = lambda: None) -> None:
        """Start the download that an action names; `arrived` is called once it is here."""
        self._downloads[action.removeprefix("get ")].start(lambda _: arrived())

    def progress(self) -> tuple[str, float | None] | None:
        """Return what is being downloaded, in a sentence, with its fraction; None where nothing is."""
        for name, download in self._downloads.items():
            if download.busy:
                done = f"{download.done / 1e6:.0f} of {download.total / 1e6:.0f} MB"
                return f"Downloading {EXTRAS[name].name}: {done}.", download.fraction
        return None
