from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from backend.adapters.local.machine.checkpoint import EMBEDDED, Checkpoint
from backend.adapters.local.machine.download import Download
from backend.domain.errors import NotReady
from tests.backend.adapters.local.hub import Hub, serving

REPO = "somebody/small"
BROKEN = "transformer/diffusion_pytorch_model.safetensors"


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 2)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)


@pytest.fixture
def hub() -> Iterator[Hub]:
    files = {str(path.relative_to(EMBEDDED)): path.read_bytes() for path in EMBEDDED.rglob("*") if path.is_file()}
    with serving(REPO, files) as served:
        yield served


def download(hub: Hub, tmp_path: Path) -> Download:
    return Download(REPO, endpoint=hub.address, cache=tmp_path / "hub")


def test_a_whole_model_comes_and_its_bytes_are_counted(hub: Hub, tmp_path: Path) -> None:
    fetched = download(hub, tmp_path)
    folder = fetched.fetch()
    assert Checkpoint("small", folder).lacking() == ()
    assert fetched.fraction == 1.0
    assert fetched.total == sum(len(data) for name, data in hub.files.items() if name.endswith(".safetensors"))


def test_a_file_that_broke_off_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.broken, hub.breaks = BROKEN, 1
    folder = download(hub, tmp_path).fetch()
    assert (folder / BROKEN).read_bytes() == hub.files[BROKEN]
    begun = [begin for name, begin in hub.sent if name == BROKEN]
    assert len(begun) == 2
    assert 0 < begun[1] <= len(hub.files[BROKEN]) // 2


def test_a_download_that_broke_off_keeps_the_files_that_came_whole(hub: Hub, tmp_path: Path) -> None:
    hub.broken, hub.breaks = BROKEN, 100
    with pytest.raises(NotReady, match="start it again; files that came whole are kept"):
        download(hub, tmp_path).fetch()
    hub.breaks = 0
    hub.sent.clear()
    folder = download(hub, tmp_path).fetch()
    assert (folder / BROKEN).read_bytes() == hub.files[BROKEN]
    assert [name for name, _ in hub.sent] == [BROKEN]


def test_a_name_that_the_hub_does_not_know_says_so(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"refused nobody/none \(404\): check its name"):
        Download("nobody/none", endpoint=hub.address, cache=tmp_path).fetch()


def test_a_disk_that_is_too_small_is_told_before_the_first_byte(hub: Hub, tmp_path: Path) -> None:
    class Full(Download):
        def free_bytes(self) -> int:
            return 1_500_000_000

    with pytest.raises(NotReady, match=r"more on disk and 1\.5 GB are free"):
        Full(REPO, endpoint=hub.address, cache=tmp_path).fetch()
    assert list(tmp_path.iterdir()) == []


def test_two_extras_of_one_repository_are_counted_apart(tmp_path: Path) -> None:
    files = {"one.pt": b"1" * 3_000, "other.pth": b"2" * 500, "README.md": b"about"}
    with serving(REPO, files) as hub:
        one, other = (
            Download(REPO, wanted=(name,), endpoint=hub.address, cache=tmp_path / "hub")
            for name in ("one.pt", "other.pth")
        )
        one.fetch()
        assert (one.done, other.done) == (3_000, 0)
        other.fetch()
        assert (one.done, other.done, other.total) == (3_000, 500, 500)
        assert [name for name, _ in hub.sent] == ["one.pt", "other.pth"]
