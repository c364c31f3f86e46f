"""Normalized Attention Guidance: the negative prompt acts within the model's attention, also where guidance is off.

After Chen et al., "Normalized Attention Guidance" (arXiv 2505.21179). Their programs double the batch, and so draw the
picture twice; here the negative prompt's tokens stand behind the prompt's own in the one sequence, and attention alone
tells them apart: the picture looks at the prompt and at the negative prompt, and goes on with what `guide` makes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from backend.adapters.local.samplers.sampler import Sampler
from backend.domain.requests import Request

if TYPE_CHECKING:
    from torch import Tensor

_TINY = 1e-7
"""Keeps a norm from being divided by nothing."""
_REPLACED = ("forward", "_build_unified_sequence")
"""Methods of the transformer in whose place others are set on it; somebody may have set their own before."""


@dataclass(frozen=True, slots=True)
class Nagging:
    """How far attention is moved away from the negative prompt (`scale`; 1 or less is off), and in which steps.

    `tau` is how many times as large the L1 norm may become, `alpha` how much of the result is taken (0 to 1), `end` the
    part of the steps (0 to 1) up to which it acts.
    """

    scale: float
    tau: float
    alpha: float
    end: float


def nagging_of(request: Request) -> Nagging | None:
    """Return how a request wants its attention guided, or None where that is off."""
    if request.nag_scale <= 1:
        return None
    return Nagging(request.nag_scale, request.nag_tau, request.nag_alpha, request.nag_end)


def guide(positive: "Tensor", negative: "Tensor", by: Nagging) -> "Tensor":
    """Return what was attended to [images, tokens, features], moved away from the negative prompt's.

    The paper's section 3; `scale` is counted as its authors' program and ComfyUI's node do, one above the formula's.
    """
    moved = positive + (by.scale - 1) * (positive - negative)
    most = by.tau * positive.norm(p=1, dim=-1, keepdim=True)
    moved = moved * (most / moved.norm(p=1, dim=-1, keepdim=True).clamp_min(_TINY)).clamp_max(1.0)
    guided: Tensor = positive + by.alpha * (moved - positive)
    return guided


class Nag:
    """Guides each call of a Z-Image transformer while it is entered, and leaves nothing of itself behind.

    `negative` is the embedding of the negative prompt [tokens, features].
    """

    def __init__(self, transformer: Any, negative: "Tensor", by: Nagging, sampler: Sampler) -> None:
        self._transformer, self._negative, self.by, self._sampler = transformer, negative, by, sampler
        self._attentions = [layer.attention for layer in transformer.layers]
        self._words: tuple[Tensor, Tensor] | None = None
        self.picture = self.prompted = 0
        """The tokens of the picture, and those of picture and prompt together, with which the sequence begins."""

    def __enter__(self) -> Self:
        self._processors = [attention.processor for attention in self._attentions]
        self._apart = [_Apart(self, processor) for processor in self._processors]
        self._before = {name: own for name, own in vars(self._transformer).items() if name in _REPLACED}
        self._forward = self._transformer.forward
        self._unified = self._transformer._build_unified_sequence
        self._transformer.forward = self._call
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()
        self._put_back("forward")

    def _call(self, *given: Any, controlnet_block_samples: Any = None, **more: Any) -> Any:
        step, total = self._sampler.position
        if step < self.by.end * total:
            self._take_hold()
            controlnet_block_samples = self._lengthened(controlnet_block_samples)
        else:
            self._let_go()
        return self._forward(*given, controlnet_block_samples=controlnet_block_samples, **more)

    def _take_hold(self) -> None:
        self._transformer._build_unified_sequence = self._unify
        for attention, processor in zip(self._attentions, self._apart, strict=True):
            attention.processor = processor

    def _let_go(self) -> None:
        self._put_back("_build_unified_sequence")
        for attention, processor in zip(self._attentions, self._processors, strict=True):
            attention.processor = processor

    def _put_back(self, name: str) -> None:
        if name in self._before:
            setattr(self._transformer, name, self._before[name])
        else:
            vars(self._transformer).pop(name, None)

    def _lengthened(self, samples: "dict[int, Tensor] | None") -> "dict[int, Tensor] | None":
        """Return a ControlNet's residuals [images, tokens, features] with none for the negative prompt's tokens."""
        from torch.nn.functional import pad

        behind = -(-len(self._negative) // _multiple()) * _multiple()
        return samples and {layer: pad(sample, (0, 0, 0, behind)) for layer, sample in samples.items()}

    def _unify(self, picture: Any, turns: Any, lengths: Sequence[int], *more: Any) -> Any:
        """Return diffusers' sequence of picture and prompt, with the negative prompt's tokens behind them."""
        import torch

        sequence, turns, mask, noise = self._unified(picture, turns, lengths, *more)
        self.picture, self.prompted = lengths[0], sequence.shape[1]
        self._words = self._words or _read(self._transformer, self._negative)  # The same in each step.
        words, places = self._words
        prompts = more[3]  # Their lengths, which differ between prompt and guidance's negative prompt.
        behind = [_moved(places, length - len(words), self._transformer.rope_embedder) for length in prompts]
        sequence = torch.cat([sequence, words.expand(len(sequence), -1, -1)], dim=1)
        return sequence, torch.cat([turns, torch.stack(behind)], dim=1), mask, noise


class _Apart:
    """Attention in which picture and prompt, and picture and negative prompt, look at each other alone."""

    def __init__(self, nag: Nag, plain: Any) -> None:
        self._nag, self._plain = nag, plain

    def __call__(
        self,
        attn: Any,
        hidden_states: "Tensor",
        encoder_hidden_states: None = None,
        attention_mask: "Tensor | None" = None,
        freqs_cis: Any = None,
    ) -> "Tensor":
        """Do what diffusers' `ZSingleStreamAttnProcessor` does, which names these parameters, twice in one pass."""
        import torch

        picture, prompted = self._nag.picture, self._nag.prompted
        query, key, value = (
            part(hidden_states).unflatten(-1, (attn.heads, -1)) for part in (attn.to_q, attn.to_k, attn.to_v)
        )
        query, key = (_turned(norm(part), freqs_cis) for norm, part in ((attn.norm_q, query), (attn.norm_k, key)))
        parts = (query, key, value)
        seen = self._attend([part[:, :prompted] for part in parts], attention_mask)
        unseen = self._attend([torch.cat([part[:, :picture], part[:, prompted:]], dim=1) for part in parts], None)
        guided = guide(seen[:, :picture], unseen[:, :picture], self._nag.by)
        out: Tensor = attn.to_out[0](torch.cat([guided, seen[:, picture:], unseen[:, picture:]], dim=1))
        return out

    def _attend(self, parts: "list[Tensor]", mask: "Tensor | None") -> "Tensor":
        from diffusers.models.attention_dispatch import dispatch_attention_fn

        mask = None if mask is None else mask[:, None, None, :]
        attended: Tensor = dispatch_attention_fn(*parts, attn_mask=mask, backend=self._plain._attention_backend)
        return attended.flatten(2, 3).to(parts[0].dtype)


def _read(transformer: Any, negative: "Tensor") -> "tuple[Tensor, Tensor]":
    """Return the negative prompt as the blocks read it [tokens, features], and the turns of its places, from 1."""
    filled = -(-len(negative) // _multiple()) * _multiple()
    words, places, spare, _, _ = transformer._pad_with_ids(negative, (filled, 1, 1), (1, 0, 0), negative.device)
    embedded = transformer.cap_embedder(words)
    read, turns, *_ = transformer._prepare_sequence([embedded], [places], [spare], transformer.cap_pad_token)
    for block in transformer.context_refiner:
        read = block(read, None, turns)
    return read[0], turns[0]


def _moved(turns: "Tensor", by: int, rope: Any) -> "Tensor":
    """Return the turns of places that lie `by` further on along the first axis, or nearer by where it is negative.

    So the picture is as far behind the negative prompt's last token as it is behind the prompt's.
    """
    turn = rope.freqs_cis[0][abs(by)]
    moved = turns.clone()
    moved[:, : len(turn)] *= turn if by >= 0 else turn.conj()
    return moved


def _turned(part: "Tensor", turns: "Tensor") -> "Tensor":
    """Return queries or keys [images, tokens, heads, features] turned by their places, as diffusers does."""
    import torch

    pairs = torch.view_as_complex(part.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turns.unsqueeze(2)).flatten(3).type_as(part)


def _multiple() -> int:
    """Return what the model fills up each part of its sequence to, in tokens."""
    from diffusers.models.transformers.transformer_z_image import SEQ_MULTI_OF

    return int(SEQ_MULTI_OF)
