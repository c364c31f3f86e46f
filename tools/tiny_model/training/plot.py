"""The plot of a run's losses."""

import csv
from pathlib import Path

from matplotlib.figure import Figure

from tools.tiny_model.training.run_folder import RunFolder


def plot_losses(folder: RunFolder, *, target: Path) -> None:
    """Plot the losses on training and on held-back drawings over the samples seen."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for table, dash in (("train", "-"), ("finish", "--")):
        if not folder.log(table).exists():
            continue
        with folder.log(table).open() as file:
            rows = list(csv.DictReader(file))
        for column, colour in (
            ("loss", "#9ab"),
            ("guided_loss", "#db8"),
            ("held_back", "#136"),
            ("held_back_guided", "#a30"),
        ):
            seen = [(int(row["samples"]) / 1000, float(row[column])) for row in rows if row[column]]
            axes.plot(*zip(*seen, strict=True), dash, color=colour, label=f"{column.replace('_', ' ')} ({table})")
    axes.set(xlabel="thousand samples", ylabel="weighted velocity error", yscale="log")
    axes.legend(fontsize=7)
    figure.savefig(target)
