"""The commands: `decoder`, `train`, `export`, `score`, `sheet`, `plot`."""

import argparse
from pathlib import Path

import torch

from tools.tiny_model import decoder, session
from tools.tiny_model.run_folder import DEFAULT, RunFolder


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m tools.tiny_model", description=__doc__)
    top.add_argument("--folder", type=Path, default=DEFAULT, help="where the run's state lies (default: %(default)s)")
    commands = top.add_subparsers(dest="command", required=True)
    decode = commands.add_parser("decoder", help="train the VAE's decoder")
    decode.add_argument("--steps", type=int, default=2600)
    train = commands.add_parser("train", help="train text encoder, transformer and control branch")
    train.add_argument("--steps", type=int, required=True, help="stop at this step, counted from the first")
    train.add_argument("--processes", type=int, default=1, help="one a core")
    train.add_argument("--finish", action="store_true", help="let the learning rate fall to nothing until then")
    return top


def main() -> None:
    """Run one command."""
    options = parser().parse_args()
    torch.set_num_threads(1)
    folder = RunFolder(options.folder)
    match options.command:
        case "decoder":
            decoder.train_decoder(folder, steps=options.steps)
        case "train":
            session.run(session.Session(options.folder, options.steps, options.processes, options.finish))


if __name__ == "__main__":
    main()
