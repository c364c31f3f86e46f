"""From a request to Runware's task, as a pure function; the images are there as text already."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.adapters import step_cache_rules
from backend.adapters.runware.options import CallbackOptions, ControlOptions, LoraOptions, RunwareOptions
from backend.adapters.runware.wire import (
    AcceleratorOptions,
    ImageInference,
    Inputs,
    Safety,
    Sides,
    Ultralytics,
    WireControl,
    WireFormat,
    WireLora,
)
from backend.domain.parts import Accelerator, Control, Detail, OutputFormat
from backend.domain.request_fields import paths
from backend.domain.requests import Request, controls_of, seeds

FORMATS: dict[OutputFormat, WireFormat] = {"png": "PNG", "jpeg": "JPG", "webp": "WEBP"}
SCHEDULERS = {"Default": None, "Euler DiscreteScheduler": "EulerDiscreteScheduler"}
"""The default is left to the model; the page's one name with a space has none in Runware's own client types."""
TAKES = (
    frozenset(
        {
            "prompt",
            "negative_prompt",
            "seed",
            "count",
            "steps",
            "guidance",
            "scheduler",
            "strength",
            "mask_margin",
            "loras.model",
            "loras.weight",
            "control_scale",
            "control_start",
            "control_end",
            "controls.scale",
            "controls.start",
            "controls.end",
            "safety",
            "output_format",
            "output_quality",
            "options.delivery",
            "options.output_type",
            "options.ttl",
            "options.controls.model",
            "options.controls.control_mode",
            "options.controls.start_step",
            "options.controls.end_step",
            "options.loras.transformer",
            "options.ultralytics.cfg_scale",
            "options.ultralytics.confidence",
            "options.ultralytics.mask_blur",
            "options.ultralytics.mask_padding",
            "options.ultralytics.negative_prompt",
            "options.ultralytics.positive_prompt",
            "options.ultralytics.steps",
            "options.ultralytics.strength",
            "options.webhook_url",
            "options.upload_endpoint",
        }
    )
    | step_cache_rules.FIELDS
    | frozenset(paths(Detail, "details.")) - {"details.target"}
)
"""The fields that go into a task below; the images and their sizes are `pictures`', the control pictures `guides`'."""
COMPOSITED = ("inpaint", "outpaint")
"""Modes whose result is put together here, and therefore asked for without loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlaid:
    """A request's images as Runware takes them (data URI or UUID), and the size to ask for (width, height)."""

    size: tuple[int, int]
    seed_image: str | None = None
    mask_image: str | None = None
    sides: tuple[int, int, int, int] | None = None
    guides: tuple[str, ...] = ()


def to_tasks(
    request: Request, options: RunwareOptions, inlaid: Inlaid, task_uuids: Sequence[str]
) -> list[ImageInference]:
    """Return a task for each image of a request, with that image's seed."""
    return [
        to_task(request, options, inlaid, task_uuid=task_uuid, seed=seed)
        for task_uuid, seed in zip(task_uuids, seeds(request), strict=True)
    ]


def to_task(request: Request, options: RunwareOptions, inlaid: Inlaid, *, task_uuid: str, seed: int) -> ImageInference:
    """Return the task that makes one image of a request with that seed."""
    lossless = request.mode in COMPOSITED or request.output_format == "png"
    calls_out = options if isinstance(options, CallbackOptions) else None
    return ImageInference(
        task_uuid=task_uuid,
        positive_prompt=request.prompt,
        negative_prompt=request.negative_prompt or None,
        width=inlaid.size[0],
        height=inlaid.size[1],
        seed=seed,
        steps=request.steps,
        cfg_scale=request.guidance,
        scheduler=SCHEDULERS.get(request.scheduler, request.scheduler),
        inputs=_inputs(inlaid),
        strength=request.strength if request.mode in ("image_to_image", "inpaint") else None,
        mask_margin=request.mask_margin if request.mode == "inpaint" else None,
        outpaint=_sides(inlaid),
        lora=_loras(request, options) or None,
        control_net=_controls(request, options, inlaid.guides) or None,
        accelerator_options=accelerator_options(request.accelerator),
        safety=Safety(check_content=True, mode="fast") if request.safety else None,
        ultralytics=faces(request, options),
        output_type=options.output_type,
        output_format="PNG" if lossless else FORMATS[request.output_format],
        output_quality=None if lossless else request.output_quality,
        ttl=options.ttl,
        delivery_method="async" if options.delivery == "async" else None,
        webhook_url=calls_out.webhook_url if calls_out else None,
        upload_endpoint=calls_out.upload_endpoint if calls_out else None,
    )


def accelerator_options(accelerator: Accelerator) -> AcceleratorOptions | None:
    """Return the options that differ from the page's defaults, or None where all are at theirs."""
    changed = accelerator.model_dump(exclude_defaults=True)
    return AcceleratorOptions(**changed) if changed else None


def faces(request: Request, options: RunwareOptions) -> Ultralytics | None:
    """Return the face refinement: that of the options, or else what the request's first detail is.

    Whatever a detail leaves to the request, is said too.
    """
    if options.ultralytics or not request.details:
        return options.ultralytics
    detail = request.details[0]
    return Ultralytics(
        cfg_scale=request.guidance if detail.guidance is None else detail.guidance,
        confidence=detail.confidence,
        mask_blur=detail.mask_blur,
        mask_padding=detail.mask_padding,
        negative_prompt=detail.negative_prompt or None,
        positive_prompt=detail.prompt or None,
        steps=detail.steps or request.steps,
        strength=detail.strength,
    )


def percent(fraction: float) -> int:
    """Return a share of the steps as whole percent."""
    return round(fraction * 100)


def control_options(options: RunwareOptions, index: int) -> ControlOptions:
    """Return what the options say of control `index`, or the defaults."""
    return options.controls[index] if index < len(options.controls) else ControlOptions()


def _inputs(inlaid: Inlaid) -> Inputs | None:
    if inlaid.seed_image is None:
        return None
    return Inputs(seed_image=inlaid.seed_image, mask_image=inlaid.mask_image)


def _sides(inlaid: Inlaid) -> Sides | None:
    if inlaid.sides is None:
        return None
    left, right, top, bottom = (side or None for side in inlaid.sides)
    return Sides(left=left, right=right, top=top, bottom=bottom)


def _loras(request: Request, options: RunwareOptions) -> tuple[WireLora, ...]:
    known = (*options.loras, *(LoraOptions() for _ in request.loras))
    return tuple(
        WireLora(model=lora.model, weight=lora.weight, transformer=own.transformer)
        for lora, own in zip(request.loras, known, strict=False)
    )


def _controls(request: Request, options: RunwareOptions, guides: tuple[str, ...]) -> tuple[WireControl, ...]:
    return tuple(
        _control(control, control_options(options, index), guide)
        for index, (control, guide) in enumerate(zip(controls_of(request), guides, strict=True))
    )


def _control(control: Control, own: ControlOptions, guide: str) -> WireControl:
    return WireControl(
        model=own.model,
        guide_image=guide,
        weight=control.scale,
        control_mode=own.control_mode,
        start_step=own.start_step,
        start_step_percentage=percent(control.start) if own.start_step is None else None,
        end_step=own.end_step,
        end_step_percentage=percent(control.end) if own.end_step is None else None,
    )
