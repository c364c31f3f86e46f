"""fp16 without overflow, for GPUs that have no bf16 (NVIDIA's Volta and Turing)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import dtype

SHRINK = 2.0**-8
"""By how much the numbers within a feed-forward are made smaller. fp16 ends at 65504 (IEEE 754 binary16); the real
model's reach 5408 between its two matrices in the first of 34 blocks, as was profiled, and more behind the second."""


def keep_finite(model: Any, kind: "dtype") -> None:
    """Let the feed-forwards of a transformer or ControlNet in fp16 compute with smaller numbers, to the same end.

    Within a block they pass through RMSNorm(x) = x / sqrt(mean(x²) + ε), which is the same for s·x with s²·ε. A power
    of two changes no digit in fp16, so that nothing is cut off, as clamps do. What is put on the matrices later, such
    as a LoRA, is within as well. Twice does no more than once.
    """
    import torch

    for block in model.modules() if kind == torch.float16 else ():
        inner, norm = getattr(block, "feed_forward", None), getattr(block, "ffn_norm2", None)
        if inner is not None and norm is not None and "_forward_silu_gating" not in vars(inner):
            inner._forward_silu_gating = _gate
            norm.eps *= SHRINK**2


def _gate(first: Any, third: Any) -> Any:
    """Return SiLU(w1·x) · (w3·x) · `SHRINK`, as diffusers' `FeedForward` has it but for the last factor."""
    from torch.nn.functional import silu

    return silu(first) * (third * SHRINK)
