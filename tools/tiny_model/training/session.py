"""A training session: one process or several, with progress, saves and an end."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from tools.tiny_model.training.batches import BATCH
from tools.tiny_model.training.run_folder import RunFolder
from tools.tiny_model.training.train import MEETING, Team, Trainer

REPORT_EVERY, SAVE_EVERY, FINISH_SAVE_EVERY = 25, 125, 25  # steps


@dataclass(frozen=True, slots=True)
class Session:
    """What one call of the `train` command does."""

    folder: Path
    steps: int  # at which to stop, counted from the very first
    processes: int = 1
    batch: int = BATCH  # pictures a step in each process
    compiled: bool = False  # by torch.compile, which takes two minutes and a C++ compiler, and is a third faster then
    sizes: str = "small"  # the phase: one of `SIZES`
    workers: int = 0  # processes that draw ahead
    device: str = "cpu"
    finish: float | None = None  # minutes over which the learning rate falls to nothing, to a result kept apart


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
    trainer = Trainer(
        folder.projection(),
        team=team,
        batch=session.batch,
        compiled=session.compiled,
        sizes=session.sizes,
        workers=session.workers,
        device=session.device,
    )
    if folder.state.exists():
        trainer.load(folder.state)
    target = folder.finished if session.finish else folder.state
    recent: list[tuple[float, float]] = []
    for rate in shares(session, trainer):
        recent.append(trainer.advance(rate=rate))
        if rank == 0 and trainer.step % REPORT_EVERY == 0:
            _report(folder, trainer, recent, finish=session.finish is not None)
            recent = []
        every = FINISH_SAVE_EVERY if session.finish else SAVE_EVERY
        if rank == 0 and trainer.step % every == 0:
            trainer.save(target)
    if rank == 0:
        trainer.save(target)
    if team.size > 1:
        dist.barrier()
        dist.destroy_process_group()


def shares(session: Session, trainer: Trainer) -> Iterator[float]:
    """The share of the full learning rate of each coming step: constant, or falling to nothing by the clock.

    The first process's clock counts, and the others learn of it where all meet, so that all stop at the same step.
    """
    started, passed = time.monotonic(), 0.0
    while trainer.step < session.steps:
        if session.finish and trainer.step % MEETING == 0:
            clock = torch.tensor([(time.monotonic() - started) / (60 * session.finish)])
            if trainer.team.size > 1:
                dist.broadcast(clock, 0)
            passed = clock.item()
        if passed >= 1:
            return
        yield 1 - passed


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
