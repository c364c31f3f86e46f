"""The parts that requests are built of: image references, LoRAs, controls, details, accelerator options."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from backend.domain.field_notes import Digits, Maps, Only, Picture, Short

MAX_SEED = 2**63 - 1
"""The largest of a signed 64-bit integer, which databases and torch's generators take."""
RANDOM_SEED = -1
SAFE_INTEGER = 2**53
"""From here on a number of JSON loses digits in JavaScript, whose `MAX_SAFE_INTEGER` is one less (ECMA-262)."""
LEAST_SIDE, MOST_SIDE = 128, 2048
"""Pixels of an image's side."""
MOST_RESULT_SIDE = 8192
"""Pixels of an enlarged picture's side; 67 million in all."""

ImageRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Picture()]
"""The sha256 of a file in the data folder, in lower-case hexadecimal."""

OutputFormat = Literal["png", "jpeg", "webp"]
Preprocess = Literal["canny", "depth", "pose", "none"]


_WHOLE = re.compile(r"-?[0-9]{1,20}")


def _whole_number(value: Any) -> Any:
    """Let a decimal string through as the integer it spells: browsers lose integers above 2^53."""
    if isinstance(value, bool):
        raise ValueError("must be a whole number, not true or false")
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value.strip()):
            raise ValueError("must be a whole number from -1 to 2^63-1")
        return int(value)
    return value


Seed = Annotated[int, BeforeValidator(_whole_number), Field(ge=RANDOM_SEED, le=MAX_SEED), Digits()]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=0, le=255)]
Thresholds = tuple[int, int]
"""Canny's low and high one: gradients above the high are edges, and so are those above the low that touch one."""
THRESHOLDS: Thresholds = (100, 200)
"""The defaults of ControlNet's own examples and of Runware's page."""
Weight = Annotated[float, Field(ge=-4, le=4, allow_inf_nan=False)]


class Part(BaseModel):
    """An immutable value that refuses fields it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lora(Part):
    """A low-rank adaptation of the model: where it lies and how strongly it acts."""

    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        title="Model", description="A file, a hub id, or the provider's own identifier."
    )
    weight: Weight = Field(1.0, title="Weight", description="0 has no effect; below 0 steers away.")


def check_thresholds(thresholds: Thresholds) -> None:
    """Raise `ValueError` where canny's low threshold isn't below the high one."""
    low, high = thresholds
    if low >= high:
        raise ValueError(f"`low_threshold` is {low} and must be below `high_threshold`, {high}")


class Control(Part):
    """A further control picture with the window of steps in which it acts (fractions of the steps)."""

    image: ImageRef = Field(title="Control image")
    preprocess: Annotated[Preprocess, Maps()] = Field(
        "canny", title="Preprocess", description="`none` takes the image as the map itself."
    )
    scale: Annotated[Weight, Short("Scale")] = Field(0.75, title="Control scale")
    start: Annotated[Fraction, Short("Start")] = Field(0.0, title="Control start")
    end: Annotated[Fraction, Short("End")] = Field(0.8, title="Control end")
    low_threshold: Annotated[Level, Maps(), Only("preprocess", "canny")] = Field(
        THRESHOLDS[0], title="Low threshold", description="Of canny alone."
    )
    high_threshold: Annotated[Level, Maps(), Only("preprocess", "canny")] = Field(
        THRESHOLDS[1], title="High threshold", description="Of canny alone."
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"`start` is {self.start:g} and `end` is {self.end:g}; the start must be below the end")
        return self

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        check_thresholds(self.thresholds)
        return self

    @property
    def thresholds(self) -> Thresholds:
        """Return canny's thresholds."""
        return self.low_threshold, self.high_threshold


Percent = Annotated[int, Field(ge=0, le=100)]
Target = Literal["face", "hand"]
"""What of people is found in a picture, to be drawn again."""
MOST_PADDING = 20
"""Pixels."""
DetailPrompt = Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000)]


class Detail(Part):
    """What is found in a picture and drawn again by itself, at the model's own size.

    Names and ranges are those of `ultralytics` on Runware's page of this model; what is None, or an empty prompt, is
    the request's own.
    """

    model_config = ConfigDict(title="Detail")

    target: Target = Field("face", title="Part", description="What is looked for, and drawn again.")
    confidence: Fraction = Field(0.3, title="Confidence", description="How sure the finder has to be.")
    mask_blur: int = Field(5, ge=0, le=100, title="Mask blur", description="Pixels of the blend inside the edge.")
    mask_padding: int = Field(
        5,
        ge=0,
        le=MOST_PADDING,
        title="Mask padding",
        description="Pixels around what was found, such as hair and neck.",
    )
    steps: int | None = Field(None, ge=1, le=100, title="Detail steps", description="Blank: as many as the picture.")
    strength: Fraction = Field(0.3, title="Detail strength", description="How far it may leave what is there.")
    guidance: Annotated[float | None, Field(ge=0, le=50, allow_inf_nan=False)] = Field(
        None, title="Detail guidance", description="Blank: that of the picture."
    )
    prompt: DetailPrompt = Field("", title="Detail prompt", description="Blank: that of the picture.")
    negative_prompt: DetailPrompt = Field("", title="Detail negative prompt", description="Blank: that of the picture.")


class Accelerator(Part):
    """The twelve cache options of Runware's page, in the page's ranges; off when nothing is set."""

    fb_cache: bool = Field(False, title="First-block cache")
    fb_cache_threshold: Fraction = Field(0.25, title="First-block cache threshold")
    tea_cache: bool = Field(False, title="TeaCache")
    tea_cache_distance: Fraction = Field(0.5, title="TeaCache distance")
    db_cache: bool = Field(False, title="DB cache")
    db_cache_threshold: Fraction = Field(0.25, title="DB cache threshold")
    db_cache_skip_interval: int = Field(5, ge=1, title="DB cache skip interval")
    cache_start_step: int | None = Field(None, ge=0, title="Cache from step")
    cache_start_step_percentage: int | None = Field(None, ge=0, le=99, title="Cache from (% of the steps)")
    cache_end_step: int | None = Field(None, ge=1, title="Cache up to step")
    cache_end_step_percentage: int | None = Field(None, ge=1, le=100, title="Cache up to (% of the steps)")
    cache_max_consecutive_steps: int = Field(3, ge=1, le=5, title="Longest reuse (steps)")

    @model_validator(mode="after")
    def _one_cache_and_one_window(self) -> Self:
        if sum((self.fb_cache, self.tea_cache, self.db_cache)) > 1:
            raise ValueError("choose one of `fb_cache`, `tea_cache` and `db_cache`")
        for side in ("start", "end"):
            if self._bound(side) is not None and self._bound(side, "_percentage") is not None:
                raise ValueError(f"give `cache_{side}_step` or `cache_{side}_step_percentage`, not both")
        for unit in ("", "_percentage"):
            start, end = self._bound("start", unit), self._bound("end", unit)
            if start is not None and end is not None and start >= end:
                raise ValueError(f"`cache_start_step{unit}` is {start} and must be below `cache_end_step{unit}`, {end}")
        return self

    def _bound(self, side: str, unit: str = "") -> int | None:
        value: int | None = getattr(self, f"cache_{side}_step{unit}")
        return value
