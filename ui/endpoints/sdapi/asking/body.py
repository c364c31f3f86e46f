"""What A1111's clients send, by the names and defaults of its API; a null counts as not said, the unknown is left.

The names are those of A1111's `/docs` (`modules/api/models.py`, `modules/processing.py` of stable-diffusion-webui 1.10)
and of sd-webui-controlnet (`scripts/enums.py`, `internal_controlnet/args.py`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from backend.domain.errors import InvalidRequest, Problem, from_validation

Finite = Annotated[float, Field(allow_inf_nan=False)]
Factor = Annotated[int, Field(ge=1, le=100)]


class Lenient(BaseModel):
    """Values of which many are sent unasked: unknown ones are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_said(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            return {name: value for name, value in values.items() if value is not None}
        return values


class Txt2Img(Lenient):
    """A picture from words."""

    prompt: str = ""
    negative_prompt: str = ""
    styles: tuple[str, ...] = ()
    seed: JsonValue = -1
    subseed: JsonValue = -1
    subseed_strength: Finite = 0.0
    seed_resize_from_h: int = -1
    seed_resize_from_w: int = -1
    batch_size: Factor = 1
    n_iter: Factor = 1
    steps: int | None = None
    cfg_scale: Finite | None = None
    width: int | None = None
    height: int | None = None
    sampler_name: str = ""
    sampler_index: str = ""
    scheduler: str = ""
    denoising_strength: Finite | None = None
    enable_hr: bool = False
    hr_scale: Finite = 2.0
    hr_upscaler: str = ""
    hr_second_pass_steps: int = 0
    hr_resize_x: int = 0
    hr_resize_y: int = 0
    hr_checkpoint_name: str = ""
    hr_sampler_name: str = ""
    hr_scheduler: str = ""
    hr_prompt: str = ""
    hr_negative_prompt: str = ""
    restore_faces: bool = False
    tiling: bool = False
    refiner_checkpoint: str = ""
    script_name: str = ""
    eta: Finite = 0.0
    s_churn: Finite = 0.0
    s_min_uncond: Finite = 0.0
    alwayson_scripts: dict[str, JsonValue] = {}
    override_settings: dict[str, JsonValue] = {}
    send_images: bool = True
    force_task_id: str = ""
    playground: dict[str, JsonValue] = {}
    """What A1111 has no name for, by ours: `shift`, `acceleration`, `options` …"""

    @property
    def count(self) -> int:
        """Return how many images are asked for."""
        return self.batch_size * self.n_iter


class Img2Img(Txt2Img):
    """A picture drawn over, all of it or what a mask marks."""

    init_images: tuple[str, ...] = ()
    mask: str = ""
    resize_mode: int = Field(0, ge=0, le=3)
    mask_blur: int = Field(4, ge=0, le=256)
    mask_blur_x: int | None = Field(None, ge=0, le=256)
    mask_blur_y: int | None = Field(None, ge=0, le=256)
    inpainting_fill: int = Field(0, ge=0, le=3)
    inpaint_full_res: bool = True
    inpaint_full_res_padding: int = Field(0, ge=0, le=2048)
    inpainting_mask_invert: int = Field(0, ge=0, le=1)
    image_cfg_scale: Finite | None = None

    @property
    def blur(self) -> tuple[int, int]:
        """Return how far the mask is blurred across and down: the standard deviation in pixels."""
        across, down = self.mask_blur_x, self.mask_blur_y
        return self.mask_blur if across is None else across, self.mask_blur if down is None else down


class Unit(Lenient):
    """One unit of ControlNet."""

    enabled: bool = True
    image: JsonValue = None
    input_image: JsonValue = None
    mask: JsonValue = None
    module: str = "none"
    model: str = "None"
    weight: Finite = 1.0
    resize_mode: int | str = "Crop and Resize"
    control_mode: int | str = "Balanced"
    processor_res: int = -1
    threshold_a: Finite = -1
    threshold_b: Finite = -1
    guidance_start: Finite = 0.0
    guidance_end: Finite = 1.0


Kind = TypeVar("Kind", bound=Lenient)


def read_body(kind: type[Kind], values: object, *within: str) -> Kind:
    """Return a body's values as that kind; raise `InvalidRequest` that names each wrong field as it was sent."""
    if not isinstance(values, dict):
        raise InvalidRequest([Problem(".".join(within) or "body", "must be an object of names with values.")])
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise from_validation(error, *within) from error
