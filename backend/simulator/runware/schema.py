"""What the service takes, written down a second time from its page, so that the adapter's own copy has a witness.

Source: https://runware.ai/docs/models/alibaba-z-image-turbo, 2026-11; required sizes and the list of ControlNet models
as in Runware's own client types.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.schedulers import SCHEDULER_NAMES

Error = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a range; `multiple` of integers."""

    least: float
    most: float | None = None
    whole: bool = True
    multiple: int = 1

    def errors(self, value: Any, name: str) -> Iterator[Error]:
        """Yield what is wrong with a value."""
        kind = "integer" if self.whole else "float"
        fits = isinstance(value, int if self.whole else (int, float)) and not isinstance(value, bool)
        inside = fits and value >= self.least and (self.most is None or value <= self.most)
        if inside and (not self.whole or value % self.multiple == 0):
            return
        limits = {"min": self.least, "max": self.most, "multiplier": self.multiple if self.whole else None}
        yield wrong(name, f"must be {kind} of the allowed range", type=kind, **limits)


@dataclass(frozen=True, slots=True)
class Words:
    """A text of a length."""

    least: int = 0
    most: int = 100_000_000

    def errors(self, value: Any, name: str) -> Iterator[Error]:
        """Yield what is wrong with a value."""
        if not isinstance(value, str) or not self.least <= len(value) <= self.most:
            yield wrong(name, "must be a string of the allowed length", type="string", min=self.least, max=self.most)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def errors(self, value: Any, name: str) -> Iterator[Error]:
        """Yield what is wrong with a value."""
        if value not in self.values or isinstance(value, bool) is not isinstance(self.values[0], bool):
            yield wrong(name, "is not one of the allowed values", type="string", allowedValues=list(self.values))


@dataclass(frozen=True, slots=True)
class Object:
    """Named fields, none besides."""

    fields: Mapping[str, Any]
    required: tuple[str, ...] = ()

    def errors(self, value: Any, name: str = "") -> Iterator[Error]:
        """Yield what is wrong with a value."""
        if not isinstance(value, dict):
            yield wrong(name, "must be an object", type="object")
            return
        dot = f"{name}." if name else ""
        for key in value.keys() - self.fields.keys():
            yield {"code": "unsupportedParameter", "parameter": f"{dot}{key}", "message": f"Unsupported: {dot}{key}."}
        for key in self.required:
            if key not in value:
                yield {"code": _code("missing", key), "parameter": f"{dot}{key}", "message": f"Missing: {dot}{key}."}
        for key, spec in self.fields.items():
            if key in value:
                yield from spec.errors(value[key], f"{dot}{key}")


@dataclass(frozen=True, slots=True)
class Array:
    """Any number of objects."""

    of: Object

    def errors(self, value: Any, name: str) -> Iterator[Error]:
        """Yield what is wrong with a value."""
        if not isinstance(value, list):
            yield wrong(name, "must be an array", type="array")
            return
        for entry in value:
            yield from self.of.errors(entry, name)


def wrong(name: str, why: str, **more: Any) -> Error:
    """Return the error body for a wrong value."""
    known = {key: value for key, value in more.items() if value is not None}
    message = f"Invalid value for '{name}' parameter: it {why}."
    return {"code": _code("invalid", name.rpartition(".")[2]), "parameter": name, "message": message, **known}


def _code(prefix: str, name: str) -> str:
    return f"{prefix}{name[:1].upper()}{name[1:]}"


SHARE = Number(0, 1, whole=False)
WEIGHT = Number(-4, 4, whole=False)
FLAG = Choice((True, False))
ADDRESS = Words(8, 2048)
OUTPUT = {
    "outputType": Choice(("URL", "base64Data", "dataURI")),
    "outputFormat": Choice(("JPG", "PNG", "WEBP")),
    "outputQuality": Number(20, 99),
    "includeCost": FLAG,
    "deliveryMethod": Choice(("sync", "async")),
    "webhookURL": ADDRESS,
    "uploadEndpoint": ADDRESS,
    "ttl": Number(60),
    "numberResults": Number(1, 20),
}
ENVELOPE = {"taskType": Words(1, 64), "taskUUID": Words(1, 64)}

IMAGE_INFERENCE = Object(
    {
        **ENVELOPE,
        **OUTPUT,
        "model": Choice(("runware:z-image@turbo",)),
        "positivePrompt": Words(2, 3000),
        "negativePrompt": Words(2, 3000),
        "width": Number(128, 2048, multiple=16),
        "height": Number(128, 2048, multiple=16),
        "seed": Number(0, 2**63),
        "steps": Number(1, 50),
        "CFGScale": Number(0, 20, whole=False),
        "scheduler": Choice((*SCHEDULER_NAMES, "EulerDiscreteScheduler")),
        "strength": SHARE,
        "maskMargin": Number(32, 128),
        "safety": Object({"checkContent": FLAG, "mode": Choice(("none", "fast"))}),
        "inputs": Object({"seedImage": Words(1), "maskImage": Words(1)}),
        "outpaint": Object({side: Number(0) for side in ("left", "right", "top", "bottom")}),
        "lora": Array(
            Object(
                {"model": Words(1), "weight": WEIGHT, "transformer": Choice(("high", "low", "both"))},
                ("model",),
            )
        ),
        "controlNet": Array(
            Object(
                {
                    "model": Choice(("runware:z-image@turbo-controlnet",)),
                    "guideImage": Words(1),
                    "weight": WEIGHT,
                    "controlMode": Choice(("balanced", "controlnet", "prompt")),
                    "startStep": Number(0),
                    "startStepPercentage": Number(0, 99),
                    "endStep": Number(1),
                    "endStepPercentage": Number(1, 100),
                },
                ("model", "guideImage"),
            )
        ),
        "acceleratorOptions": Object(
            {
                "fbCache": FLAG,
                "fbCacheThreshold": SHARE,
                "teaCache": FLAG,
                "teaCacheDistance": SHARE,
                "dbCache": FLAG,
                "dbCacheThreshold": SHARE,
                "dbCacheSkipInterval": Number(1),
                "cacheStartStep": Number(0),
                "cacheStartStepPercentage": Number(0, 99),
                "cacheEndStep": Number(1),
                "cacheEndStepPercentage": Number(1, 100),
                "cacheMaxConsecutiveSteps": Number(1, 5),
            }
        ),
        "ultralytics": Object(
            {
                "CFGScale": Number(0, 50, whole=False),
                "confidence": SHARE,
                "maskBlur": Number(0, 100),
                "maskPadding": Number(0, 20),
                "negativePrompt": Words(),
                "positivePrompt": Words(),
                "steps": Number(1, 100),
                "strength": SHARE,
            }
        ),
    },
    ("model", "positivePrompt"),
)
PREPROCESSORS = ("canny", "depth", "openpose", "lineart", "softedge", "scribble", "seg", "normalbae", "mlsd", "tile")
OTHERS: Mapping[str, Object] = {
    "mediaStorage": Object(
        {**ENVELOPE, "operation": Choice(("upload", "delete")), "media": Words(1), "mediaUUID": Words(1)},
        ("operation",),
    ),
    "imageUpload": Object({**ENVELOPE, "image": Words(1)}, ("image",)),
    "controlNetPreprocess": Object(
        {
            **ENVELOPE,
            **OUTPUT,
            "model": Choice(tuple(f"runware:controlnet-preprocess@{name}" for name in PREPROCESSORS)),
            "inputs": Object({"image": Words(1)}, ("image",)),
            "settings": Object(
                {
                    "lowThresholdCanny": Number(0, 255),
                    "highThresholdCanny": Number(0, 255),
                    "includeHandsAndFaceOpenPose": FLAG,
                }
            ),
        },
        ("model", "inputs"),
    ),
    "getResponse": Object(ENVELOPE),
    "getTaskDetails": Object(ENVELOPE),
    "accountManagement": Object({**ENVELOPE, "operation": Choice(("getDetails",))}, ("operation",)),
    "ping": Object({**ENVELOPE, "ping": FLAG}),
}
SCHEMAS: Mapping[str, Object] = {"imageInference": IMAGE_INFERENCE, **OTHERS}
