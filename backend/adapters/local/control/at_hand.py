"""The ControlNets that are at hand for a model: whether there are any, one that holds tiles, and the wanted one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.local.control.sources import find_controlnets, lacking_controlnet, unions_of
from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.machine.options import ControlNetWeights


@dataclass(frozen=True, slots=True)
class ControlNets:
    """Those beside a model, of the `extras`, and the files that `others` returns, of other tools' folders.

    Each method says why there is none, with the way out, or None where there is one.
    """

    extras: Extras
    others: Callable[[], Iterable[Path]] = tuple

    def lacking(self, checkpoint: Checkpoint) -> str | None:
        """Say why there is no ControlNet for a model."""
        if find_controlnets(checkpoint, self.extras, others=self.others()):
            return None
        return self.extras.lacking(*unions_of(checkpoint, "lite")) or "This model has no ControlNet."

    def lacking_tiles(self, checkpoint: Checkpoint) -> str | None:
        """Say why no ControlNet for a model can hold the tiles of a large picture."""
        known = checkpoint.world().get("scores", {}).get("sets")
        if known is not None and "tile" not in known:
            return "This model's own knows edges alone."
        return self.lacking(checkpoint)

    def lacking_wanted(self, checkpoint: Checkpoint, wanted: ControlNetWeights) -> str | None:
        """Say why the wanted weights can't be taken."""
        return lacking_controlnet(checkpoint, self.extras, wanted, self.others())
