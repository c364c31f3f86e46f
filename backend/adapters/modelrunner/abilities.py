"""What ModelRunner can do with this model, as the form and the generation see it."""

from collections.abc import Iterator

from backend.adapters.modelrunner.mapping import TAKES
from backend.adapters.modelrunner.options import ModelRunnerOptions
from backend.adapters.modelrunner.wire import LARGEST_SEED, MOST_IMAGES, MOST_STEPS, PRESETS
from backend.domain.capabilities import Capabilities, Limit
from backend.domain.errors import Problem
from backend.domain.requests import Request, seeds

NOTE = (
    "Your image goes to a public, unguessable address at ModelRunner, without its metadata. A run that was sent there "
    "can't be cancelled: Stop leaves it to finish, and it is billed."
)
REASONS = {
    "negative_prompt": "ModelRunner's model takes no negative prompt; leave it empty.",
    "guidance": "ModelRunner's model takes no guidance; leave it at 1.",
    "variation_strength": "ModelRunner takes a seed and no noise of ours; leave this at 0, and vary the words instead.",
    "variation_seed": "ModelRunner's model takes one seed; leave this at -1.",
    "shift": "ModelRunner's model takes no shift; leave it at 3.",
    "scheduler": "ModelRunner's model has one scheduler; leave this at Default.",
    "loras": "ModelRunner's model takes no LoRAs; take them out.",
    "controls": "ModelRunner's model takes one control picture; take the further ones out.",
    "details": "ModelRunner's model draws no part again; take them out, or draw on this machine.",
    "accelerator": "ModelRunner has levels of acceleration instead; leave these options off.",
    "low_threshold": "ModelRunner finds edges its own way; leave this at 100, or send a map of your own.",
    "high_threshold": "ModelRunner finds edges its own way; leave this at 200, or send a map of your own.",
    "output_quality": "ModelRunner chooses the quality of JPEG and WebP; leave it at 95.",
}


def _rules(request: Request) -> Iterator[Problem]:
    last = seeds(request)[-1]
    if last > LARGEST_SEED:
        message = f"goes up to {last}; ModelRunner keeps the digits of seeds up to {LARGEST_SEED}."
        yield Problem("seed", message)


CAPABILITIES = Capabilities(
    modes=("controlnet",),
    default_size=PRESETS["square_hd"],
    sizes=tuple(PRESETS.values()),
    limits={
        "steps": Limit(most=MOST_STEPS, reason="ModelRunner's page says 1 to 8."),
        "count": Limit(most=MOST_IMAGES, reason="ModelRunner's page says 1 to 4."),
        "control_scale": Limit(least=0, most=1, reason="ModelRunner's page says 0 to 1."),
    },
    takes=TAKES,
    reasons=REASONS,
    options=ModelRunnerOptions,
    notes={"controlnet": NOTE},
    most_controls=1,
    rules=_rules,
    maker="ModelRunner's model",
)
