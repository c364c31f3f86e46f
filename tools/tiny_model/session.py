"""A training session: one process or several, with progress, saves and an end."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from tools.tiny_model.batches import BATCH
from tools.tiny_model.run_folder import RunFolder
from tools.tiny_model.train import Team, Trainer

REPORT_EVERY, SAVE_EVERY = 25, 125  # steps


@dataclass(frozen=True, slots=True)
class Session:
    """What one call of the `train` command does."""

    folder: Path
    steps: int  # at which to stop, counted from the very first
    processes: int = 1
    batch: int = BATCH  # pictures a step in each process
    finish: bool = False  # let the learning rate fall to nothing over the steps, and keep the result apart


def run(session: Session) -> None:
    """Train in as many processes as asked for; each takes its own batches, and they share their gradients."""
    RunFolder(session.folder).projection()
    meeting = session.folder / "meeting"
    meeting.unlink(missing_ok=True)
    if session.processes == 1:
        _train(0, session)
    else:
        mp.spawn(_train, args=(session,), nprocs=session.processes)


def _train(rank: int, session: Session) -> None:
    torch.set_num_threads(1)
    team = Team(rank, session.processes)
    if team.size > 1:
        meeting = f"file://{session.folder / 'meeting'}"
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=team.size)
    folder = RunFolder(session.folder)
    trainer = Trainer(folder.projection(), team=team, batch=session.batch)
    if folder.state.exists():
        trainer.load(folder.state)
    target = folder.finished if session.finish else folder.state
    recent: list[tuple[float, float]] = []
    for rate in shares(session.steps - trainer.step, finish=session.finish):
        recent.append(trainer.advance(rate=rate))
        if rank == 0 and trainer.step % REPORT_EVERY == 0:
            _report(folder, trainer, recent, finish=session.finish)
            recent = []
        if rank == 0 and (trainer.step % SAVE_EVERY == 0 or trainer.step == session.steps):
            trainer.save(target)
    if team.size > 1:
        dist.barrier()
        dist.destroy_process_group()


def shares(steps: int, *, finish: bool) -> list[float]:
    """The shares of the full learning rate in the coming steps: constant, or falling to nothing."""
    return [1 - step / steps if finish else 1.0 for step in range(steps)]


def _report(folder: RunFolder, trainer: Trainer, recent: list[tuple[float, float]], *, finish: bool) -> None:
    free, guided = (round(sum(losses) / len(losses), 4) for losses in zip(*recent, strict=True))
    held_back: tuple[float | str, float | str] = ("", "")
    if trainer.step % SAVE_EVERY == 0:
        held_back = tuple(round(loss, 4) for loss in trainer.validate())  # type: ignore[assignment]
    row = {
        "step": trainer.step, "samples": trainer.samples, "clock": round(time.time()),
        "cpu_seconds": round(sum(os.times()[:2])), "loss": free, "guided_loss": guided,
        "held_back": held_back[0], "held_back_guided": held_back[1],
    }  # fmt: skip
    folder.record("finish" if finish else "train", row)
