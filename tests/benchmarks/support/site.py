"""A playground on the fake backend in a process of its own, which `start.serving` starts for what comes over HTTP."""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ui.serving.no_stubs import skip_stubs


def main(arguments: Sequence[str]) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true", help="on Gradio's own sessions, as a plain app has them")
    parser.add_argument("data", type=Path)
    parser.add_argument("port", type=int)
    given = parser.parse_args(arguments)
    skip_stubs()
    from tests.serving import served_site
    from ui.serving import lean_gradio, sessions

    if given.plain:
        sessions.lean_sessions = lean_gradio.draw_no_plots = lean_gradio.make_one_app = lambda: False
    with served_site(given.data, port=given.port):
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
