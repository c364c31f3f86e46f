"""The commands: `decoder`, `train`, `unpack`, `export`, `score`, `open`, `sheet`, `modes`, `wall`, `plot`."""

import argparse
import json
from pathlib import Path

import torch

from tools.tiny_model.packing import export
from tools.tiny_model.packing.unpack import unpack
from tools.tiny_model.scores import modes, open_prompts, scoring
from tools.tiny_model.scores.model import Model
from tools.tiny_model.scores.sheet import contact_sheet
from tools.tiny_model.scores.wall import draw_wall
from tools.tiny_model.training import decoder, session
from tools.tiny_model.training.batches import BATCH, SIZES
from tools.tiny_model.training.plot import plot_losses
from tools.tiny_model.training.run_folder import DEFAULT, RunFolder
from tools.tiny_model.world.about import nearest_size, usual_size, write_scores


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m tools.tiny_model", description=__doc__)
    top.add_argument("--folder", type=Path, default=DEFAULT, help="where the run's state lies (default: %(default)s)")
    commands = top.add_subparsers(dest="command", required=True)
    decode = commands.add_parser("decoder", help="train the VAE's decoder")
    decode.add_argument("--steps", type=int, default=3000)
    decode.add_argument("--crops", type=int, default=decoder.CROPS, help="a step's")
    train = commands.add_parser("train", help="train text encoder, transformer and control branch")
    train.add_argument("--steps", type=int, default=1_000_000, help="stop at this step, counted from the first")
    train.add_argument("--processes", type=int, default=1, help="one a core")
    train.add_argument("--batch", type=int, default=BATCH, help="pictures a step in each process")
    train.add_argument("--compile", action="store_true", help="faster after two minutes; needs a C++ compiler")
    train.add_argument("--sizes", choices=SIZES, default="small", help="the phase: 128 x 128 first, then all")
    for each in (decode, train):
        each.add_argument("--workers", type=int, default=0, help="processes that draw ahead, with a low priority")
        each.add_argument("--device", default="cpu", help="cpu or cuda")
    train.add_argument("--finish", type=float, metavar="MINUTES", help="let the learning rate fall to nothing by then")
    back = commands.add_parser("unpack", help="make the state of a run from a packed model")
    back.add_argument("model", type=Path)
    back.add_argument("--step", type=int, required=True, help="the number of the next step: drawings depend on it")
    pack = commands.add_parser("export", help="pack the weights for the playground")
    pack.add_argument("target", type=Path)
    pack.add_argument("--running", action="store_true", help="those of the running training, not of its finish")
    pack.add_argument("--sizes", choices=SIZES, default="large", help="the last phase: its sizes are the native ones")
    score = commands.add_parser("score", help="score a packed model on held-out prompts")
    score.add_argument("model", type=Path)
    score.add_argument("--count", type=int, default=200, help="prompts of each set")
    score.add_argument("--write", action="store_true", help="put the scores into the model's world.json")
    score.add_argument("--steps", type=int, default=8)
    score.add_argument("--size", type=int, nargs=2, default=(128, 128), metavar=("WIDTH", "HEIGHT"))
    score.add_argument("--sets", nargs="*", choices=scoring.SETS, default=tuple(scoring.SETS), help="only these")
    undecided = commands.add_parser(
        "open", help="score a negative prompt and seed diversity on prompts that leave a colour open"
    )
    undecided.add_argument("model", type=Path)
    undecided.add_argument(
        "--count", type=int, default=100, help="prompts for the negative prompt; an eighth for diversity"
    )
    undecided.add_argument("--side", type=int, default=128, help="of the pictures, in pixels")
    for name, what in (("sheet", "the contact sheet of a packed model"), ("modes", "an example of each mode")):
        sheet = commands.add_parser(name, help=f"draw {what}, at its usual size")
        sheet.add_argument("model", type=Path)
        sheet.add_argument("target", type=Path)
    wall = commands.add_parser("wall", help="draw what the page shows where results will be, beside the model")
    wall.add_argument("model", type=Path)
    plot = commands.add_parser("plot", help="plot the losses of a run")
    plot.add_argument("target", type=Path)
    return top


def main() -> None:
    """Run one command."""
    options = parser().parse_args()
    torch.set_num_threads(1)
    folder = RunFolder(options.folder)
    match options.command:
        case "decoder":
            trainer = decoder.DecoderTrainer(
                folder.projection(), count=options.crops, workers=options.workers, device=options.device
            )
            decoder.train_decoder(folder, trainer, until=options.steps)
        case "train":
            session.run(
                session.Session(
                    options.folder, options.steps, processes=options.processes, batch=options.batch,
                    compiled=options.compile, finish=options.finish, sizes=options.sizes,
                    workers=options.workers, device=options.device,
                )
            )  # fmt: skip
        case "unpack":
            unpack(folder, options.model, step=options.step)
        case "export":
            state = folder.state if options.running else folder.finished
            print(export.pack(folder, state=state, target=options.target, sizes=options.sizes), "samples")
        case "plot":
            plot_losses(folder, target=options.target)
        case _:
            _look_at(options)


def _look_at(options: argparse.Namespace) -> None:
    """Score or show a packed model."""
    match options.command:
        case "score":
            width, height = options.size
            model = Model(options.model, steps=options.steps, width=width, height=height)
            scores = scoring.score(model, count=options.count, sets=tuple(options.sets))
            if options.write:
                write_scores(options.model, scores)
            print(json.dumps(scores))
        case "open":
            artist = open_prompts.artist(options.model, side=options.side)
            print(json.dumps(open_prompts.score(artist, count=options.count)))
        case "sheet":
            width, height = nearest_size(options.model)
            model = Model(options.model, width=width, height=height)
            contact_sheet(model, size=usual_size(options.model), target=options.target)
        case "modes":
            modes.examples(options.model, target=options.target)
        case "wall":
            draw_wall(options.model)


if __name__ == "__main__":
    main()
