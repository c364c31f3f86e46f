"""What only this machine offers: its detectors, how the model lies in its memory, and how it is computed. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, JsonValue

from backend.domain.capabilities import Options
from backend.domain.parts import Preprocess

Weights = Literal["auto", "full", "torchao int8", "sdnq int8", "fp8", "torchao fp8", "sdnq uint4", "nf4", "gguf"]
Offload = Literal["auto", "none", "model", "sequential"]
ControlNetWeights = Literal["auto", "full", "lite"]
Attention = Literal["auto", "native", "cudnn", "flash", "flash 3", "sage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the weights are kept, and where; a request with another layout than the last one's loads the model anew."""

    weights: Weights = "auto"
    offload: Offload = "auto"


class DetectorOptions(Options):
    """The detectors; a detector's size and licence are told where it is fetched, beside the backend switch."""

    depth_detector: Literal["Depth Anything V2 Small", "ZoeDepth"] = Field(
        "Depth Anything V2 Small",
        title="Depth maps by",
        description="ZoeDepth (1.4 GB) is what the ControlNet was trained with; on a CPU it takes minutes.",
    )
    pose_detector: Literal["DWPose", "OpenPose"] = Field(
        "DWPose",
        title="Poses by",
        description="OpenPose (510 MB) may be used for non-commercial research only.",
    )

    def detector(self, preprocess: Preprocess) -> str | None:
        """Return the chosen detector by the name of its extra, or None where edges or the picture itself are meant."""
        chosen = {"depth": self.depth_detector, "pose": self.pose_detector}
        return _EXTRAS[chosen[preprocess]] if preprocess in chosen else None


class LocalOptions(DetectorOptions):
    """The choices of one request; `auto` is what fits into the memory that is free, with the reason at the switch."""

    weights: Weights = Field(
        "auto",
        title="Weights",
        description="Smaller ones take less memory and are a little less exact. A change loads the model anew.",
    )
    offload: Offload = Field(
        "auto",
        title="Offload",
        description="Keeps on the GPU all (none), the part at work (model), or a layer (sequential: slow). Loads anew.",
    )
    controlnet: ControlNetWeights = Field(
        "auto",
        title="ControlNet weights",
        description="Lite (2.0 GB) adds 23 % to a step's computing, full (6.7 GB) 63 %; lite may want a larger scale.",
    )
    attention: Attention = Field(
        "auto", title="Attention", description="The kernel that computes it; all but native need an NVIDIA GPU."
    )
    compile: bool = Field(
        False, title="Compile the blocks", description="Faster steps, for which the first image waits a minute or so."
    )

    @property
    def layout(self) -> Layout:
        """Return the part for which the model has to be loaded."""
        return Layout(weights=self.weights, offload=self.offload)


def options_of(values: Mapping[str, JsonValue]) -> LocalOptions:
    """Return the options of a request that was checked."""
    return LocalOptions.model_validate(values)


_EXTRAS: Mapping[str, str] = {
    "Depth Anything V2 Small": "depth",
    "ZoeDepth": "zoe",
    "DWPose": "pose",
    "OpenPose": "openpose",
}
DETECTORS: Mapping[Preprocess, tuple[str, ...]] = {"depth": ("depth", "zoe"), "pose": ("pose", "openpose")}
"""The extras that can make each kind of control picture, the default first."""
