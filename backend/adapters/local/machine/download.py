"""Fetching a model from the Hugging Face hub: in the background, counted, and resumed file by file."""

import logging
import shutil
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import HfHubHTTPError

from backend.adapters.local.machine.checkpoint import REAL, REAL_BYTES
from backend.domain.errors import NotReady, PlaygroundError
from backend.threads.background import said_by

log = logging.getLogger(__name__)

WANTED = ("*.json", "*.safetensors", "*.jinja", "*.txt", "*.model")
WEIGHTS = (".safetensors", ".onnx", ".pt", ".pth", ".gguf")
SPARE_BYTES = 2_000_000_000
"""What stays free on the disk beside what is downloaded."""


class Download:
    """One model's way from the hub into its cache; the whole files of a broken attempt are kept."""

    def __init__(
        self,
        repo: str,
        *,
        wanted: tuple[str, ...] = WANTED,
        total: int = 0,
        endpoint: str | None = None,
        cache: Path | None = None,
    ) -> None:
        self.repo = repo
        self.error: PlaygroundError | None = None
        self.total = REAL_BYTES if repo == REAL and wanted == WANTED else total
        self._wanted = wanted
        self._endpoint, self._cache = endpoint, cache or Path(constants.HF_HUB_CACHE)
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether it is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def done(self) -> int:
        """Return the bytes that lie in the cache, of whole and half files; without others' of the repository."""
        folder = self._folder()
        snapshots = {path: path.relative_to(folder).parts[2:] for path in folder.glob("snapshots/*/**/*")}
        others = {path.resolve() for path, parts in snapshots.items() if not self._wants("/".join(parts))}
        blobs = (path for path in folder.glob("blobs/*") if path.resolve() not in others)
        return sum(path.stat().st_size for path in blobs if path.exists())

    @property
    def fraction(self) -> float | None:
        """Return how far it is, 0 to 1; None where the size isn't known yet."""
        return min(self.done / self.total, 1.0) if self.total else None

    def free_bytes(self) -> int:
        """Return the free disk space where the cache lies."""
        folder = self._cache
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def start(self, arrived: Callable[[Path], None]) -> None:
        """Begin, unless it is under way; `arrived` is called with the folder in the download's own thread."""
        if self.busy:
            return
        self.error = None
        self._thread = threading.Thread(target=self._work, args=(arrived,), daemon=True, name="download")
        self._thread.start()

    def _work(self, arrived: Callable[[Path], None]) -> None:
        try:
            arrived(self.fetch())
        except PlaygroundError as error:
            self.error = error
        except Exception as error:  # The thread ends here: the state has to say why.
            log.exception("%s could not be downloaded", self.repo)
            self.error = NotReady(f"{self.repo} could not be downloaded. {said_by(error)} Start it again.")

    def fetch(self) -> Path:
        """Download what is lacking and return the folder; raise `NotReady` with the way out."""
        try:
            self.total = self._size()
            self._check_disk()
            folder = snapshot_download(
                self.repo,
                endpoint=self._endpoint,
                cache_dir=self._cache,
                allow_patterns=list(self._wanted),
            )
        except NotReady:
            raise
        except HfHubHTTPError as error:
            code = error.response.status_code if error.response is not None else "no status"
            raise NotReady(
                f"The hub refused {self.repo} ({code}): check its name, and log in with `hf auth login` if it is gated."
            ) from error
        except Exception as error:  # The hub's client changes its HTTP library, and so its errors, between versions.
            raise NotReady(
                f"The download of {self.repo} broke off at {self.done / 1e9:.2f} GB ({type(error).__name__}): "
                "check the connection and start it again; files that came whole are kept."
            ) from error
        return Path(folder)

    def _size(self) -> int:
        info = HfApi(endpoint=self._endpoint).model_info(self.repo, files_metadata=True)
        return sum(
            file.size or 0
            for file in info.siblings or ()
            if (file.rfilename.endswith(WEIGHTS) or self._wanted != WANTED) and self._wants(file.rfilename)
        )

    def _wants(self, file: str) -> bool:
        return any(fnmatch(file, pattern) for pattern in self._wanted)

    def _check_disk(self) -> None:
        needed, free = self.total - self.done + SPARE_BYTES, self.free_bytes()
        if needed > free:
            raise NotReady(
                f"{self.repo} needs {needed / 1e9:.1f} GB more on disk and {free / 1e9:.1f} GB are free: "
                "free some, or point HF_HOME at a larger disk."
            )

    def _folder(self) -> Path:
        return self._cache / f"models--{self.repo.replace('/', '--')}"
