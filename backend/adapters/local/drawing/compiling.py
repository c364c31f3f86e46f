"""The transformer's blocks, compiled one by one (regional compilation); gone after each drawing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from backend.domain.errors import GenerationFailed


class CompiledBlocks:
    """Stands for the blocks' own forward while it is entered, so that caches can still be laid over it.

    Sizes and prompt lengths are dynamic: another size needs no new code, guidance and controls do, once each.
    """

    def __init__(self, transformer: Any) -> None:
        self._transformer = transformer

    @contextmanager
    def on(self) -> Iterator[None]:
        """Draw with the compiled blocks; raise `GenerationFailed` where this machine can't compile them."""
        from torch._dynamo.exc import TorchDynamoException

        for block, forward in self._compiled:
            block.forward = forward
        try:
            yield
        except TorchDynamoException as error:
            raise GenerationFailed(
                "The model's blocks could not be compiled on this machine; turn “Compile the blocks” off."
            ) from error
        finally:
            for block, _ in self._compiled:
                del block.forward

    @cached_property
    def _compiled(self) -> list[tuple[Any, Callable[..., Any]]]:
        import torch

        kinds = self._transformer._repeated_blocks
        blocks = [module for module in self._transformer.modules() if type(module).__name__ in kinds]
        return [(block, torch.compile(block.forward, dynamic=True)) for block in blocks]
