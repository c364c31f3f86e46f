"""Headers of files of weights: real writers' are read, hostile and broken ones refused at once in a sentence."""

import struct
import time
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest
import safetensors.numpy
from safetensors import SafetensorError

from backend.adapters.local.machine.checkpoint import EMBEDDED
from backend.adapters.local.weights.gguf_header import TYPES
from backend.adapters.local.weights.header import BadFile, Many
from backend.adapters.local.weights.reading import read_header
from tests.backend.adapters.local.weights.files import entries, write

ONE = {"a.weight": (2, 3)}


def test_a_safetensors_file_says_what_its_library_reads(tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    arrays = {"b": np.arange(6, dtype=np.float16).reshape(2, 3), "a": np.array(3.0, dtype=np.float32)}
    safetensors.numpy.save_file(arrays, path, metadata={"format": "pt"})
    found = read_header(path)
    assert found.metadata == {"format": "pt"}
    assert {name: (each.dtype, each.shape) for name, each in found.tensors.items()} == {
        "a": ("F32", ()),
        "b": ("F16", (2, 3)),
    }
    b = found.tensors["b"]
    assert np.frombuffer(path.read_bytes()[b.begin : b.end], np.float16).tolist() == arrays["b"].ravel().tolist()


@pytest.mark.parametrize("part", ["transformer", "text_encoder", "vae", "controlnet"])
def test_the_embedded_models_files_are_read(part: str) -> None:
    (path,) = (EMBEDDED / part).glob("*.safetensors")
    assert set(read_header(path).tensors) == set(safetensors.numpy.load_file(path))


def written(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Write a GGUF file with metadata of each kind."""
    writer = gguf.GGUFWriter(str(path), "lumina2")
    writer.add_array("tokenizer.ggml.tokens", [f"token {index}" for index in range(2000)])
    writer.add_array("comfy.gguf.orig_shape.x", [1, 96])
    writer.add_float32("some.epsilon", 0.5)
    writer.add_bool("some.yes", True)
    for name, array in arrays.items():
        if array.ndim > 1:
            packed = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def gguf_file(tmp_path: Path) -> Path:
    arrays = {"m.weight": np.ones((4, 64), np.float32), "x": np.arange(96, dtype=np.float32)}
    return written(tmp_path / "some.gguf", arrays)


def test_a_gguf_file_says_what_its_package_reads(gguf_file: Path) -> None:
    found = read_header(gguf_file)
    assert found.form == "gguf"
    assert found.metadata["general.architecture"] == "lumina2"
    assert found.metadata["tokenizer.ggml.tokens"] == Many(2000)
    assert found.metadata["comfy.gguf.orig_shape.x"] == (1, 96)
    assert (found.metadata["some.epsilon"], found.metadata["some.yes"]) == (0.5, True)
    theirs = {each.name: each for each in gguf.GGUFReader(str(gguf_file)).tensors}
    assert {name: (each.dtype, each.shape, each.begin, each.bytes) for name, each in found.tensors.items()} == {
        name: (each.tensor_type.name, tuple(each.shape.tolist())[::-1], each.data_offset, each.n_bytes)
        for name, each in theirs.items()
    }


def test_the_sizes_of_ggufs_blocks_are_the_packages_own() -> None:
    for number, (name, block, size) in TYPES.items():
        kind = gguf.GGMLQuantizationType(number)
        assert (kind.name, *gguf.GGML_QUANT_SIZES[kind]) == (name, block, size)


def _header_of_100_mb(path: Path) -> None:
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 100_000_000) + b'{"a":"')
        file.truncate(100_000_100)


def _beyond_the_end(path: Path) -> None:
    write(path, entries({"a.weight": (2, 3), "b.weight": (4, 4)}), data=20)


def _overlapping(path: Path) -> None:
    header = entries({"a.weight": (2, 3), "b.weight": (2, 3)})
    header["b.weight"]["data_offsets"] = [6, 18]
    write(path, header)


def _trailing(path: Path) -> None:
    write(path, entries(ONE), data=12 + 7)


def _hole(path: Path) -> None:
    header = entries(ONE)
    header["a.weight"]["data_offsets"] = [4, 16]
    write(path, header)


def _deep(path: Path) -> None:
    write(path, b"[" * 4_000_000, data=0)


def _wrong_shape(path: Path) -> None:
    header = entries(ONE)
    header["a.weight"]["shape"] = [2**40, 2**40]
    write(path, header)


def _negative(path: Path) -> None:
    header = entries(ONE)
    header["a.weight"] |= {"shape": [-2, -3]}
    write(path, header)


def _many(path: Path) -> None:
    write(path, entries({f"t{index}": (1,) for index in range(30_000)}))


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a header of 100 MB": (_header_of_100_mb, "has a header of 100 MB, which no model needs"),
    "offsets beyond the end": (_beyond_the_end, "is cut off: b.weight ends at byte [0-9,]+ and the file at [0-9,]+"),
    "tensors over one another": (_overlapping, "b.weight lies over another tensor"),
    "trailing bytes": (_trailing, "has 7 bytes behind its last tensor, which belong to nothing"),
    "a hole": (_hole, "has bytes between its tensors that belong to nothing"),
    "nesting without end": (_deep, "its header can't be read"),
    "a shape beyond all memory": (_wrong_shape, "what it says of a.weight can't be true"),
    "a negative shape": (_negative, "what it says of a.weight can't be true"),
    "tensors without number": (_many, "its header is no list of tensors"),
    "a name that climbs": (
        lambda path: write(path, entries({"../../a": (1,)})),
        r"the name “\.\./\.\./a”",
    ),
    "a rooted name": (lambda path: write(path, entries({"/etc/a": (1,)})), "with the name “/etc/a”"),
    "a name of control characters": (lambda path: write(path, entries({"a\nb": (1,)})), r"the name “a\\nb”"),
    "an unknown type": (
        lambda path: write(path, {"a": {"dtype": "Q9", "shape": [1], "data_offsets": [0, 1]}}),
        "holds numbers of the type 'Q9'",
    ),
    "no header": (lambda path: path.write_bytes(b"hello"), "is no .safetensors file, or only its beginning"),
    "half a header": (lambda path: path.write_bytes(struct.pack("<Q", 5000) + b"{}"), "or only its beginning"),
    "no dictionary": (lambda path: write(path, b"[1, 2]", data=0), "its header is no list of tensors"),
    "an entry of another form": (lambda path: write(path, {"a": 7}, data=0), "what it says of a can't be true"),
    "a pickle": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(60)), "is a pickle, which can run"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    make, said = HOSTILE[kind]
    path = tmp_path / "bad.safetensors"
    make(path)
    best = min(_refusal(path, said) for _ in range(5))
    assert best < 0.05


def _refusal(path: Path, said: str) -> float:
    began = time.perf_counter()
    with pytest.raises(BadFile, match=said):
        read_header(path)
    return time.perf_counter() - began


def test_what_the_formats_own_library_refuses_is_refused_here(tmp_path: Path) -> None:
    for make in (_beyond_the_end, _overlapping, _trailing, _hole, _wrong_shape):
        path = tmp_path / "bad.safetensors"
        make(path)
        with pytest.raises(SafetensorError):
            safetensors.numpy.load_file(path)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _count(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8:16] = struct.pack("<Q", 2**60)
    path.write_bytes(data)


def _length(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[24:32] = struct.pack("<Q", 2**62)
    path.write_bytes(data)


def _behind(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(500))


def _version(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4:8] = struct.pack("<I", 1)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut, "is cut off: x ends at byte"),
        (_count, "is broken, or only the beginning of a GGUF file"),
        (_length, "is broken, or only the beginning of a GGUF file"),
        (_behind, "has 500 bytes behind its last tensor"),
        (_version, "is GGUF of version 1; the playground reads 2 and 3"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "only the beginning of a GGUF file"),
    ],
)
def test_a_spoilt_gguf_file_is_refused_at_once(gguf_file: Path, spoil: Callable[[Path], object], said: str) -> None:
    spoil(gguf_file)
    assert min(_refusal(gguf_file, said) for _ in range(5)) < 0.05


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"gone.safetensors can't be read: No such file"):
        read_header(tmp_path / "gone.safetensors")
