"""What Runware can do with this model, as the form and the generation see it."""

from collections.abc import Iterator

from backend.adapters.runware import control_orders, mapping, pictures
from backend.adapters.runware.options import CallbackOptions, RunwareOptions
from backend.adapters.runware.pictures import DEFAULT_SIZE
from backend.adapters.runware.refusals import problems
from backend.domain.capabilities import Capabilities, Size
from backend.domain.errors import Problem
from backend.domain.parts import MOST_SIDE
from backend.domain.requests import TABBED, Mode, Request
from backend.settings import Settings

UNVERIFIED = "Runware's schema takes this for the model, but its page names only text and image to image: unverified."
NOTES: dict[Mode, str] = {"inpaint": UNVERIFIED, "outpaint": UNVERIFIED, "controlnet": UNVERIFIED}
TAKES = mapping.TAKES | pictures.TAKES | control_orders.TAKES
REASONS = {
    "variation_strength": "Runware takes a seed and no noise of ours; leave this at 0, and vary the words instead.",
    "variation_seed": "Runware takes one seed; leave this at -1.",
    "shift": "Runware's schema for this model has no shift; leave it at 3.",
    "acceleration": "Runware has accelerator options instead of levels; leave this at none.",
    "prompt_expansion": "Runware expands no prompt within a run; turn this off.",
    "details.target": "Runware's face refinement finds faces alone; choose face, or draw on this machine.",
    "fill": "Runware fills the new area by itself; leave this at edge.",
}
SIDES = (
    (512, 512),
    (768, 768),
    (1024, 1024),
    (1024, 768),
    (768, 1024),
    (1344, 768),
    (768, 1344),
    (1536, 1536),
    (2048, 2048),
)
OTHER_MODELS = (
    "Runware's page lists its face refinement for this model, and says that it is for Stable Diffusion and FLUX: it "
    "may leave the picture as it is."
)
MOST_CONTROLS = 4
"""The page sets no number; more than four pictures would only blur one another."""


def capabilities(settings: Settings) -> Capabilities:
    """Return the capabilities; call-outs are an option only where the settings allow them."""
    options = CallbackOptions if settings.allow_callbacks else RunwareOptions

    def rules(request: Request) -> Iterator[Problem]:
        return problems(request, options.model_validate(request.options))

    return Capabilities(
        modes=TABBED,
        default_size=Size(*DEFAULT_SIZE),
        sizes=tuple(Size(*size) for size in SIDES),
        takes=TAKES,
        reasons=REASONS,
        options=options,
        notes=NOTES,
        most_controls=MOST_CONTROLS,
        most_outpainted=MOST_SIDE,
        rules=rules,
        maker="Runware",
    )


def own_options(request: Request, able: Capabilities) -> RunwareOptions:
    """Return the request's options in Runware's type; raise `InvalidRequest` where they don't fit."""
    options = able.own_options(request)
    assert isinstance(options, RunwareOptions)
    return options
