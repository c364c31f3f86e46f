"""This tree beside another commit's: both served from the same environment, and visited in turns.

What is counted is the server's own computing and the bytes that it sends, so other work on the machine matters little.
"""

import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks.looks import FORM, with_picture
from tests.benchmarks.start import serving
from tests.benchmarks.support.crowd import one_image, visitor_of
from tests.benchmarks.support.measure import Clock, Cost, Row, computing, in_turns, seconds
from tests.benchmarks.support.session import Events, PageSession, opened

ROUNDS = 15
RUN = {"prompt": "a boat", "steps": 2, "width": 128, "height": 128}
SITE = Path(__file__).parent / "support" / "any_site.py"


@dataclass(frozen=True, slots=True)
class Visited:
    """A served tree: an open page, the visitor who has it, and the clock of what the server computes."""

    page: PageSession
    clock: Clock

    @property
    def visitor(self) -> httpx.Client:
        """Return the browser."""
        return self.page.visitor

    def cpu(self, work: Callable[[], object]) -> Cost:
        """Return what a piece of work costs the server, in seconds of its processor."""
        return lambda: seconds(work, self.clock)


def _page_bytes(site: Visited) -> float:
    return float(len(site.visitor.get("/", headers={"accept-encoding": "identity"}).raise_for_status().content))


def _picture(site: Visited) -> Cost:
    """Return what the picture adds to a look."""
    form = with_picture(site.page)
    bare, laden = site.cpu(lambda: site.page.look(**FORM)), site.cpu(lambda: site.page.look(**form))
    laden()
    return lambda: statistics.median(laden() for _ in range(5)) - statistics.median(bare() for _ in range(5))


@dataclass(frozen=True, slots=True)
class _Work:
    """What is measured: its cost at a site, the most it may be in times of the other's, and how it is shown."""

    cost_of: Callable[[Visited], Cost]
    most: float = 1.0
    unit: str = "ms of the server's processor"
    times: float = 1000.0


_WORK: Mapping[str, _Work] = {
    "the page fetched": _Work(lambda site: site.cpu(lambda: site.visitor.get("/").raise_for_status())),
    "the page's bytes": _Work(lambda site: lambda: _page_bytes(site), unit="KB", times=0.001),
    "a look at the price": _Work(lambda site: site.cpu(lambda: site.page.look(**FORM))),
    "what a picture of 19 MB adds to a look": _Work(_picture, most=0.1),
    "a run over Gradio's API": _Work(lambda site: site.cpu(lambda: one_image(site.visitor, **RUN))),
}


def rows(commit: str) -> Iterator[Row]:
    """Serve both and measure each piece of work in turns."""
    with laid(commit) as tree, _served(Path.cwd()) as ours, _served(tree) as theirs:
        for what, work in _WORK.items():
            pair = in_turns(work.cost_of(ours), work.cost_of(theirs), rounds=ROUNDS)
            shown = f"{pair.ours * work.times:.1f} : {pair.against * work.times:.1f} {work.unit} = {pair.ratio:.2f} ×"
            yield Row(what, commit, shown, f"≤ {work.most:g} ×", pair.ratio <= work.most)


@contextmanager
def laid(commit: str) -> Iterator[Path]:
    """Lay a commit in a worktree of its own, and take it away again; raise `CalledProcessError` where there is none."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], check=True)


@contextmanager
def _served(tree: Path) -> Iterator[Visited]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        command = [str(SITE), str(tree), str(folder)]
        address, pid = stack.enter_context(serving(command, folder, tree))
        with visitor_of(address) as warm:
            one_image(warm, **RUN)
        yield Visited(stack.enter_context(opened(address, Events.of(address))), computing(pid))
