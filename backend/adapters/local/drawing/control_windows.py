"""Several control pictures on one ControlNet, each in its own window of steps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.adapters.local.drawing.canvas import encode
from backend.adapters.local.drawing.drawing import Guide
from backend.adapters.local.samplers.sampler import Sampler

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Hint:
    """A guide as the ControlNet reads it: [1, control channels, 1, height / 8, width / 8].

    None stands for the picture that the pipeline was given itself, and has encoded.
    """

    guide: Guide
    context: "Tensor | None" = None

    def acts(self, step: int, total: int) -> bool:
        """Whether the guide acts in a step, counted from 0."""
        return self.guide.start * total <= step < self.guide.end * total


class Gate:
    """Stands in for a pipeline's ControlNet: calls it once a hint that acts, and adds up what they say.

    The pipelines know neither windows nor several controls. Outside of all windows the ControlNet isn't called at all.
    Deliberately no torch module: the pipeline looks for its device among its modules.
    """

    def __init__(self, controlnet: Any, hints: tuple[Hint, ...], sampler: Sampler) -> None:
        self.config = controlnet.config
        self._controlnet, self._hints, self._sampler = controlnet, hints, sampler
        self.calls = 0

    def __call__(self, latents: Any, time: Any, prompts: Any, own: Any, **_: Any) -> Any:
        """Return the summed residuals by layer, or None where no hint acts."""
        step, total = self._sampler.position
        added: dict[int, Any] | None = None
        for hint in self._hints:
            if hint.acts(step, total):
                self.calls += 1
                context = own if hint.context is None else hint.context.expand(len(latents), -1, -1, -1, -1)
                found = self._controlnet(latents, time, prompts, context, conditioning_scale=hint.guide.scale)
                added = found if added is None else {layer: added[layer] + found[layer] for layer in added}
        return added


def hints_of(pipe: Any, controlnet: Any, guides: tuple[Guide, ...]) -> tuple[Hint, ...]:
    """Return the guides as hints; the first one's picture is for the pipeline, the others' are encoded here."""
    first, *others = guides
    return (Hint(first), *(Hint(guide, _context(pipe, controlnet, guide)) for guide in others))


def _context(pipe: Any, controlnet: Any, guide: Guide) -> "Tensor":
    from torch.nn import functional

    latent = encode(pipe, guide.picture).unsqueeze(2)
    # A ControlNet that also inpaints has more channels than the latent; without a mask they are zero.
    spare = controlnet.config.control_in_dim - latent.shape[1]
    return functional.pad(latent, (0, 0, 0, 0, 0, 0, 0, spare)).to(controlnet.dtype)
