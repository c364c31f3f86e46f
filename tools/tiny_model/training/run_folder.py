"""Where a training run keeps its state, outside of the clone."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.tiny_model.networks.latents import Projection, fit_projection

DEFAULT = Path.home() / ".cache" / "zimage-playground" / "tiny-model"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def state(self) -> Path:
        """The resumable state of the constant-rate run."""
        return self.path / "train.pt"

    @property
    def finished(self) -> Path:
        """The state after a finish, from which nothing is resumed."""
        return self.path / "finish.pt"

    @property
    def decoder(self) -> Path:
        """The resumable state of the decoder's training."""
        return self.path / "decoder.pt"

    def log(self, name: str) -> Path:
        """The table of a training's progress."""
        return self.path / f"{name}.csv"

    def record(self, name: str, row: dict[str, float | int | str]) -> None:
        """Add a line to a table of progress and print it."""
        path = self.log(name)
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        print(name, *(f"{key} {value}" for key, value in row.items()), flush=True)

    def projection(self) -> Projection:
        """The encoder's matrices, fitted on first use."""
        path = self.path / "projection.npz"
        if not path.exists():
            self.keep(fit_projection())
        with np.load(path) as saved:
            stages = (saved["first"], saved["second"], saved["third"])
            return Projection(stages, float(saved["mean"]), float(saved["deviation"]))

    def keep(self, projection: Projection) -> None:
        """Write the encoder's matrices."""
        self.path.mkdir(parents=True, exist_ok=True)
        first, second, third = projection.stages
        np.savez(
            self.path / "projection.npz", first=first, second=second, third=third, mean=projection.mean,
            deviation=projection.deviation,
        )  # fmt: skip
