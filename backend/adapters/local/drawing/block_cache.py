"""A cache over a transformer's blocks, for one drawing; safe with a ControlNet, and gone without a trace after it."""

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from backend.adapters.local.drawing.cache_plan import CachePlan
from backend.adapters.local.samplers.sampler import Sampler

if TYPE_CHECKING:
    from torch import Tensor

_DEEP = 8 / 30
"""The part of the blocks that DBCache computes always: 8 of the real model's 30, as its authors do."""
_TINY = 1e-8
"""Keeps a change from being divided by nothing."""


class BlockCache:
    """Replaces the forward of the blocks while it is entered.

    The first blocks (the head) are always computed and tell how much changed; the others (the tail) may be replaced by
    what they added the last time. A ControlNet's residuals, which the model itself adds after the blocks, stay fresh.
    """

    def __init__(self, transformer: Any, plan: CachePlan, sampler: Sampler) -> None:
        self._blocks = list(transformer.layers)
        self._plan, self._sampler = plan, sampler
        heads = {"first_block": 1, "deep_blocks": max(1, round(len(self._blocks) * _DEEP)), "modulated": 0}
        self._head = heads[plan.kind]
        self.computed = self.reused = 0
        """How many of the model's calls were computed, and how many taken over."""
        self._row, self._change, self._reusing = 0, 0.0, False
        self._sign: Tensor | None = None
        self._tail: Tensor | None = None
        self._first: Tensor
        self._mark: Tensor
        self._last: Tensor
        self._foreign: Tensor | float = 0.0
        """What the ControlNet added between the tail's blocks."""

    def __enter__(self) -> Self:
        # A block whose forward was replaced already, since it is compiled, gets that one back.
        self._before = [vars(block).get("forward") for block in self._blocks]
        for index, block in enumerate(self._blocks):
            block.forward = partial(self._forward, index, block.forward)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for block, before in zip(self._blocks, self._before, strict=True):
            if before is None:
                del block.forward
            else:
                block.forward = before

    def _forward(self, index: int, compute: Callable[..., "Tensor"], sample: "Tensor", *rest: Any) -> "Tensor":
        if index == 0:
            self._first = sample
        if index < self._head:
            return compute(sample, *rest)
        if index == self._head:
            self._begin_tail(sample, rest)
            if self._reusing and self._tail is not None:
                return sample + self._tail
        elif self._reusing:
            return sample
        elif sample is not self._last:
            self._foreign = self._foreign + (sample - self._last)
        self._last = compute(sample, *rest)
        if index == len(self._blocks) - 1:
            self._tail = self._last - self._mark - self._foreign
        return self._last

    def _begin_tail(self, sample: "Tensor", rest: tuple[Any, ...]) -> None:
        sign = self._modulated(sample, rest) if self._plan.kind == "modulated" else sample - self._first
        self._reusing = self._may_reuse(sign)
        if self._reusing:
            self.reused += 1
            self._row += 1
            return
        self.computed += 1
        self._row, self._change, self._sign = 0, 0.0, sign
        self._mark = self._last = sample
        self._foreign = 0.0

    def _may_reuse(self, sign: "Tensor") -> bool:
        if self._sign is None or self._tail is None:
            return False
        if sign.shape != self._sign.shape:  # A negative prompt's tokens came or went with the step.
            return False
        change = float((sign - self._sign).abs().mean() / self._sign.abs().mean().clamp_min(_TINY))
        if self._plan.kind == "modulated":
            change = self._change = self._change + change
            self._sign = sign
        step, total = self._sampler.position
        within = self._plan.start * total <= step < self._plan.end * total
        return within and self._row < self._plan.longest and change < self._plan.threshold

    def _modulated(self, sample: "Tensor", rest: tuple[Any, ...]) -> "Tensor":
        block, (_, _, modulation, *_) = self._blocks[0], rest
        scale = 1 + block.adaLN_modulation(modulation).unsqueeze(1).chunk(4, dim=2)[0]
        scaled: Tensor = block.attention_norm1(sample) * scale
        return scaled
