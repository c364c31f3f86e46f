"""What somebody asks for: one frozen type a mode, with the widest ranges of the two model pages."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from backend.domain.common_fields import Common, Sized
from backend.domain.field_notes import (
    Alters,
    Digits,
    Infotext,
    Maps,
    Only,
    Picture,
    Place,
    Switch,
    Weighs,
    Within,
    noted,
)
from backend.domain.parts import (
    MOST_SIDE,
    THRESHOLDS,
    Control,
    Fraction,
    ImageRef,
    Level,
    Preprocess,
    Weight,
    check_thresholds,
)
from backend.domain.request_fields import set_fields

Mode = Literal["text_to_image", "image_to_image", "inpaint", "outpaint", "controlnet", "upscale"]
MODES: tuple[Mode, ...] = get_args(Mode)
TABBED: tuple[Mode, ...] = MODES[:-1]
"""Those that have a tab of the page; the last is a press on a picture."""
MODE_LABELS: Mapping[Mode, str] = {
    "text_to_image": "Text to image",
    "image_to_image": "Image to image",
    "inpaint": "Inpaint",
    "outpaint": "Outpaint",
    "controlnet": "ControlNet",
    "upscale": "Upscale",
}

Pixels = Annotated[int, Field(ge=0, le=MOST_SIDE)]


LANCZOS = "Lanczos"
"""The upscaler that is always there: a filter, no model."""
TILE_SCALE = 0.85
"""How tightly a tile follows what it is drawn over: less lets it invent, more keeps the blur of the enlargement."""
UpscalerName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TILE_PROMPT = "Prompt in tiles"
WORDLESS = "Off, they are drawn without words, so that none of them shows all that the prompt names."
LowStrength = Annotated[float, Field(ge=0.05, le=1, allow_inf_nan=False)]


class TextToImage(Sized):
    """An image from words alone; with a high-resolution fix, enlarged and drawn anew in tiles."""

    mode: Literal["text_to_image"] = "text_to_image"
    hires_scale: Annotated[
        float,
        Place("fine", 90),
        Switch("High-resolution fix", on=2.0),
        Alters("look"),
        Infotext("Hires upscale"),
    ] = Field(
        1.0,
        ge=1,
        le=4,
        allow_inf_nan=False,
        title="Hires scale",
        description="Draws at the size above, enlarges that and draws it anew in tiles; 1.5 to 2 is usual.",
    )
    hires_steps: Annotated[
        int, Place("fine", 91), Within("hires_scale"), Alters("look"), Infotext("Hires steps", beside="hires_scale")
    ] = Field(0, ge=0, le=50, title="Hires steps", description="Of each tile; 0 for as many as above.")
    hires_strength: Annotated[
        LowStrength,
        Place("fine", 92),
        Within("hires_scale"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("Denoising strength", beside="hires_scale"),
    ] = Field(0.25, title="Hires strength", description="How far a tile may leave what was drawn; 0.2 to 0.4 is usual.")
    hires_method: Annotated[
        UpscalerName,
        Place("fine", 93),
        Within("hires_scale"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("Hires upscaler", beside="hires_scale"),
    ] = Field(LANCZOS, title="Hires upscaler", description="What enlarges before the tiles are drawn.")
    tile_prompt: Annotated[
        bool,
        Place("fine", 94),
        Within("hires_scale"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("Tile prompt"),
    ] = Field(True, title=TILE_PROMPT, description=WORDLESS)

    @property
    def has_second_pass(self) -> bool:
        """Whether the picture is enlarged and drawn anew."""
        return self.hires_scale > 1


class ImageToImage(Sized):
    """An image redrawn after a prompt."""

    mode: Literal["image_to_image"] = "image_to_image"
    image: ImageRef = Field(title="Image")
    strength: Annotated[Fraction, Infotext("Denoising strength", always=True)] = Field(
        0.8, title="Strength", description="0 returns the image; 1 ignores it."
    )
    resize: Literal["crop", "fit", "stretch"] = Field(
        "crop", title="Resize", description="How the image gets the size: cut its edges, add borders, or distort it."
    )


class Inpaint(Sized):
    """A part of an image painted anew, the rest kept to the pixel."""

    mode: Literal["inpaint"] = "inpaint"
    image: ImageRef = Field(title="Image")
    mask: ImageRef = Field(title="Mask", description="White is painted anew, black is kept.")
    strength: Annotated[Fraction, Infotext("Denoising strength", always=True)] = Field(1.0, title="Strength")
    mask_margin: Annotated[int | None, Alters("look")] = Field(
        None, ge=32, le=128, title="Mask margin", description="Zoom into the mask with this many pixels of context."
    )
    mask_grow: int = Field(0, ge=0, le=256, title="Grow the mask (pixels)")
    mask_feather: int = Field(0, ge=0, le=256, title="Feather the mask (pixels)")


class Outpaint(Common):
    """An image continued beyond its edges; the result is the image plus what each side adds."""

    mode: Literal["outpaint"] = "outpaint"
    image: ImageRef = Field(title="Image")
    left: Pixels = Field(0, title="Left")
    right: Pixels = Field(0, title="Right")
    top: Pixels = Field(0, title="Top")
    bottom: Pixels = Field(0, title="Bottom")
    fill: Literal["edge", "mirror", "noise", "grey"] = Field(
        "edge", title="Fill", description="What the new area starts from."
    )
    overlap: int = Field(
        32, ge=0, le=256, title="Overlap", description="Pixels of the image that may change at the seam."
    )
    feather: int = Field(0, ge=0, le=256, title="Feather", description="Width of the blend at the seam; 0 is exact.")

    @model_validator(mode="after")
    def _some_side_grows(self) -> Self:
        if not (self.left or self.right or self.top or self.bottom):
            raise ValueError("Give at least one of `left`, `right`, `top` and `bottom`")
        return self


class ControlNet(Sized):
    """An image that follows the structure of a control image."""

    mode: Literal["controlnet"] = "controlnet"
    image: ImageRef = Field(title="Control image")
    preprocess: Preprocess = Field(
        "canny", title="Preprocess", description="Edges, depth, pose, or the image as it is."
    )
    control_scale: Weight = Field(0.75, title="Control scale", description="How tightly the result follows.")
    control_start: Fraction = Field(0.0, title="Control start", description="Fraction of the steps.")
    control_end: Fraction = Field(0.8, title="Control end", description="Ending early leaves room for detail.")
    low_threshold: Annotated[Level, Alters("look")] = Field(
        THRESHOLDS[0], title="Low threshold", description="Of canny: lower keeps weak edges."
    )
    high_threshold: Annotated[Level, Alters("look")] = Field(
        THRESHOLDS[1], title="High threshold", description="Of canny: lower finds more edges."
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.control_start >= self.control_end:
            raise ValueError(
                f"`control_start` is {self.control_start:g} and must be below `control_end`, {self.control_end:g}"
            )
        return self

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        check_thresholds((self.low_threshold, self.high_threshold))
        return self


SHARPENED = frozenset(
    {"mode", "image", "method", "factor", "upscaler", "prompt", "seed", "output_format", "output_quality", "options"}
)
"""The fields that an enlargement without drawing has a use for; prompt and seed stay with the picture as they were."""


class Upscale(Common):
    """A picture made larger, 1.5 to 4 times, up to 8192 pixels a side; by the method `redraw` also drawn anew."""

    mode: Literal["upscale"] = "upscale"
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000), Weighs("nothing")] = Field(
        "", title="Prompt", description="What the picture shows; it is kept with the result."
    )
    image: ImageRef = Field(title="Image")
    method: Literal["sharp", "redraw"] = Field(
        "sharp",
        title="Method",
        description="Sharp enlarges what is there; redraw also draws it anew in tiles, with more detail.",
    )
    factor: Annotated[float, Infotext("Postprocess upscale by", always=True)] = Field(
        2.0, ge=1.5, le=4, allow_inf_nan=False, title="Factor", description="How many times as wide and as high."
    )
    upscaler: Annotated[UpscalerName, Alters("look"), Infotext("Postprocess upscaler", always=True)] = Field(
        LANCZOS, title="Upscaler", description="Lanczos, or an upscaler's file in the models folders, by name."
    )
    strength: Annotated[
        LowStrength,
        Only("method", "redraw"),
        Weighs("nothing"),
        Alters("look"),
        Infotext("Denoising strength", always=True),
    ] = Field(
        0.25,
        title="Strength",
        description="How far redraw may leave the enlarged picture; 0.2 to 0.4 is usual.",
    )
    control_scale: Annotated[
        Weight, Only("method", "redraw"), Alters("look"), Infotext("Tile control scale", always=True)
    ] = Field(
        TILE_SCALE, title="Control scale", description="How tightly each tile is held to its part of the picture."
    )
    tile_prompt: Annotated[
        bool, Only("method", "redraw"), Weighs("nothing"), Alters("look"), Infotext("Tile prompt")
    ] = Field(True, title=TILE_PROMPT, description=WORDLESS)

    @property
    def undrawn(self) -> bool:
        """Whether no model draws it."""
        return self.method == "sharp"

    @model_validator(mode="after")
    def _nothing_is_drawn(self) -> Self:
        was_set = dict.fromkeys(each.path.partition(".")[0] for each in set_fields(self))
        idle = [f"`{name}`" for name in was_set if name not in SHARPENED]
        if self.undrawn and idle:
            raise ValueError(
                f"{' and '.join(idle)} would have no effect on the method `sharp`, which draws nothing: leave that out"
            )
        return self


def undrawn(request: "Request") -> bool:
    """Return whether no model draws a request: an enlargement by the method `sharp`."""
    return isinstance(request, Upscale) and request.undrawn


Request = TextToImage | ImageToImage | Inpaint | Outpaint | ControlNet | Upscale

REQUEST_TYPES: dict[Mode, type[Request]] = {
    "text_to_image": TextToImage,
    "image_to_image": ImageToImage,
    "inpaint": Inpaint,
    "outpaint": Outpaint,
    "controlnet": ControlNet,
    "upscale": Upscale,
}
IMAGE_FIELDS: dict[Mode, tuple[str, ...]] = {
    mode: tuple(noted(kind.model_fields, Picture)) for mode, kind in REQUEST_TYPES.items()
}
OWN_CONTROL: dict[str, str] = {
    name: name if name in ControlNet.model_fields else f"control_{name}" for name in Control.model_fields
}
"""The fields of the ControlNet mode's own control, by their names in `Control`."""
MAPPING = tuple(noted(Control.model_fields, Maps))
"""The fields of a control that decide over its control picture, beside the image."""
IN_DIGITS = frozenset(name for kind in REQUEST_TYPES.values() for name in noted(kind.model_fields, Digits))
"""Fields whose whole numbers go beyond what a browser counts to, so that they are text there."""

_ADAPTER: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="mode")])


def parse_request(values: dict[str, Any]) -> Request:
    """Read a request from plain values; `mode` says which kind. Raises pydantic's `ValidationError`."""
    return _ADAPTER.validate_python(values)


def seeds(request: Request) -> tuple[int, ...]:
    """Return the seed of each image: the request's, plus the image's index unless the variation seeds count instead."""
    return tuple(request.seed + (0 if request.variation_strength else index) for index in range(request.count))


def variation_seeds(request: Request) -> tuple[int | None, ...]:
    """Return the seed towards which each image's noise is moved; None where it isn't."""
    varied = bool(request.variation_strength)
    return tuple(request.variation_seed + index if varied else None for index in range(request.count))


def of_image(request: Request, index: int) -> Request:
    """Return the request whose seed and count are image `index`'s alone, where a variation sets the images apart."""
    if not request.variation_strength:
        return request
    return request.model_copy(update={"variation_seed": request.variation_seed + index, "count": 1})


def references(request: Request) -> tuple[str, ...]:
    """Return every image that the request refers to, its own first, then the further controls'."""
    own = tuple(str(getattr(request, name)) for name in IMAGE_FIELDS[request.mode])
    return own + tuple(control.image for control in request.controls)


def controls_of(request: Request) -> tuple[Control, ...]:
    """Return every control of the request, the ControlNet mode's own first."""
    if not isinstance(request, ControlNet):
        return request.controls
    own = {name: getattr(request, ours) for name, ours in OWN_CONTROL.items()}
    return (Control(**own), *request.controls)
