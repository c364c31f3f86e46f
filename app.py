"""Start the playground: settings in, backends and page built, served."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from backend.domain.errors import PlaygroundError
from backend.domain.providers import FACTS
from backend.version import VERSION

if TYPE_CHECKING:
    from gradio import Blocks

    from backend.playground import Playground
    from backend.settings import Settings

MOST_VISITORS = 64
"""How many may run at once; each holds a thread while it waits, and the page needs some besides."""
MOST_WAITING = 256


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the playground until it is interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return _start(read_settings(arguments))
    except PlaygroundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:  # Ctrl-C before it was ready: nothing is said that whoever pressed it doesn't know.
        return 130


def _start(settings: "Settings") -> int:
    from backend.upkeep.start_checks import check_start
    from backend.upkeep.upload_folder import VARIABLE, upload_folder

    check_start(settings)
    # Gradio takes its folder from nowhere else, and looks at once when it is imported.
    os.environ[VARIABLE] = str(upload_folder(settings))  # noqa: TID251
    return _run(settings)


def _run(settings: "Settings") -> int:
    from backend.generation.recovery import keep_recovering
    from backend.playground import open_playground
    from backend.upkeep.start_lines import start_lines
    from backend.visitors.redaction import guard_crashes, guard_logs
    from ui.serving.no_stubs import skip_stubs

    skip_stubs()
    playground = open_playground(settings)
    guard_logs(partial(secrets_of, settings, playground))
    guard_crashes()
    page, address = serve(playground)
    ready = [f"The playground is ready: {address}", *start_lines(playground)]
    try:
        print("", *(f"  {line}" for line in ready), "", sep="\n", flush=True)  # noqa: T201 - for who is at the terminal
        keep_recovering(playground)
        _keep_tidy(playground)
        playground.choose("auto").warm()
        page.block_thread()
    except KeyboardInterrupt:  # A moment later Gradio hears of it itself.
        page.close()
    return 0


def _keep_tidy(playground: "Playground") -> None:
    from backend.upkeep.tidying import Tidying
    from backend.upkeep.upload_folder import former_folders, upload_folder

    settings = playground.settings
    cache, former = upload_folder(settings), former_folders(settings)
    Tidying(playground, cache, ours=settings.temp_dir is None, former=former).start()


def serve(playground: "Playground") -> "tuple[Blocks, str]":
    """Build the page, serve it in the background, and return it with its address."""
    from ui.page import build
    from ui.serving.lean_gradio import draw_no_plots, make_one_app
    from ui.serving.sessions import lean_sessions, remember_signatures

    lean_sessions()
    draw_no_plots()
    make_one_app()
    page = build(playground)
    remember_signatures(page)
    page.queue(default_concurrency_limit=2 * MOST_VISITORS, max_size=MOST_WAITING)
    _, address, shared = page.launch(**launch_options(playground))
    playground.pages.shared_address = shared
    return page, shared or address


def launch_options(playground: "Playground") -> dict[str, Any]:
    """Return how the page is served: nothing of a visitor is recorded by Gradio, nothing leaks in its errors."""
    from starlette.middleware import Middleware

    from backend.gate.gate import Gate
    from ui.endpoints.programs import programs_of
    from ui.endpoints.results.former import FormerResultLinks
    from ui.endpoints.results.routes import result_routes
    from ui.layout.limits import limits
    from ui.look.theme import style
    from ui.page import launch_look, tools_of
    from ui.serving.assets import Assets
    from ui.serving.kept_uploads import keeping_uploads
    from ui.serving.program import ServedProgram, read_program
    from ui.serving.sessions import MOST_SESSIONS
    from ui.serving.uploads import MOST_FILE_BYTES
    from ui.serving.wall import wall_route
    from ui.together.door import room_routes

    settings = playground.settings
    # Gradio's login guards its own routes alone, so behind one there are no tools, and programs need an owner's key.
    routes = [
        wall_route(playground),
        *room_routes(playground),
        *([] if settings.auth else [tools_of(playground).route()]),
        *programs_of(playground),
        *result_routes(playground),
    ]
    told_port = "port" in settings.model_fields_set
    program = read_program()
    return {
        "server_name": settings.host,
        "server_port": settings.port if told_port else None,
        "share": settings.share,
        "auth": _auth(settings.auth),
        "max_threads": 3 * MOST_VISITORS,
        "state_session_capacity": MOST_SESSIONS,
        "max_file_size": MOST_FILE_BYTES,
        # A Space would let Node answer for the page, past the gate and without the page's own style and scripts.
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "allowed_paths": [],
        "app_kwargs": {
            "lifespan": keeping_uploads(settings),
            "middleware": [
                Middleware(Gate, playground=playground),
                Middleware(FormerResultLinks),
                Middleware(ServedProgram, program=program),
                Middleware(Assets, style=style(), script=program.head(limits())),
            ],
            "routes": routes,
        },
        "prevent_thread_lock": True,
        "quiet": True,
        **launch_look(),
    }


def read_settings(arguments: Sequence[str] | None = None) -> "Settings":
    """Read the environment and lay the command line over it; raise `WrongSetting` for what can't be used."""
    given = {name: value for name, value in vars(_parser().parse_args(arguments)).items() if value is not None}
    if folders := given.get("PLAYGROUND_MODELS"):
        given["PLAYGROUND_MODELS"] = os.pathsep.join(folders)
    from backend.setting_words import read  # behind the parser, which answers --help and --version at once

    return read(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description="The Z-Image Playground in your browser.")
    parser.add_argument("--version", action="version", version=f"Z-Image Playground {VERSION}")
    parser.add_argument("--host", dest="GRADIO_SERVER_NAME", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", dest="GRADIO_SERVER_PORT", help="port (7860, or the next free one)")
    parser.add_argument("--share", dest="GRADIO_SHARE", action="store_true", default=None, help="make a public link")
    parser.add_argument(
        "--backend",
        dest="PLAYGROUND_BACKEND",
        help=f"the backend chosen at start: auto, local, {', '.join(FACTS)}, or cluster, on several GPUs (auto)",
    )
    parser.add_argument("--model", dest="PLAYGROUND_MODEL", help="tiny, a hub id, a folder or a file (auto)")
    parser.add_argument(
        "--models",
        dest="PLAYGROUND_MODELS",
        action="append",
        help="a folder with models of another tool, such as ComfyUI/models; can be given several times",
    )
    parser.add_argument("--data", dest="PLAYGROUND_DATA", help="where history and images are kept (data/)")
    parser.add_argument("--auth", dest="PLAYGROUND_AUTH", help="NAME:PASSWORD that visitors have to give")
    return parser


def secrets_of(settings: "Settings", playground: "Playground") -> list[str]:
    """Return all that no log may show: every secret of the settings, and the keys that visitors have given."""
    return [*settings.secrets, *playground.callers.keys.secrets()]


def _auth(text: str | None) -> tuple[str, str] | None:
    name, found, password = (text or "").partition(":")
    return (name, password) if found else None


if __name__ == "__main__":
    sys.exit(main())
