import pytest
import torch

from backend.adapters.local.machine.memory_guard import memory_guard
from backend.domain.errors import OutOfMemory


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 18 GB)"),
        MemoryError(),
    ],
)
def test_every_devices_lack_of_memory_names_what_to_lower(error: Exception) -> None:
    told = r"too small for an image of 2048×2048\. Choose a smaller size"
    with pytest.raises(OutOfMemory, match=told), memory_guard("an image of 2048×2048", "Choose a smaller size."):
        raise error


def test_a_tensor_that_no_machine_holds_is_lack_of_memory() -> None:
    with pytest.raises(OutOfMemory), memory_guard("this", "Lower it."):
        torch.zeros(2**58)


def test_other_faults_pass() -> None:
    with pytest.raises(RuntimeError, match="shapes"), memory_guard("this", "Lower it."):
        raise RuntimeError("shapes don't fit")
