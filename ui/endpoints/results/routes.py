"""The paths of result links: a page, its pictures, and a preview; each asks the record whether the link still holds."""

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from backend.domain.errors import NotFound, PlaygroundError
from backend.domain.records import RunImage
from backend.images.link_preview import link_preview
from backend.images.metadata.origin import Origin, read_origin
from backend.library.result_links import SharedRun
from backend.playground import Playground
from backend.threads.recent import Recent
from ui.endpoints.results.frame import Place
from ui.endpoints.results.page import PREVIEW, Picture, ResultPage, sentence_page
from ui.endpoints.results.speech import speech_for
from ui.look import words
from ui.serving.address import RESULT
from ui.serving.own_address import own_address

MOST_PREVIEWS = 64
"""Held in memory; each has at most 300 kB."""
MOST_ORIGINS = 2000
"""Pictures of which is known what they say of themselves, so that strangers can't have files read again and again."""
NO_LOGIN = "This playground asks who you are: sign in there, then open this address again."
STYLE = Path(__file__).with_name("result.css")
_STYLE_NAME = "look.css"
_ASKED_AGAIN = {"cache-control": "private, no-cache"}
"""What was taken back is gone, from a browser's store too: it asks before it shows anything again."""
_FOR_A_YEAR = {"cache-control": "public, max-age=31536000, immutable"}

Handle = Callable[[Request], Response]


class ResultPages:
    """Answers for what result links show; nothing is written anywhere, and nobody is asked who they are."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self.style = STYLE.read_bytes()
        self.style_name = f"{_STYLE_NAME}?{sha256(self.style).hexdigest()[:12]}"
        self.previews: Recent[str, bytes] = Recent(MOST_PREVIEWS)
        self.origins: Recent[tuple[str, int], Origin | None] = Recent(MOST_ORIGINS)
        self._drawing = Lock()

    def routes(self) -> list[Route]:
        """Return the paths; whatever else lies under the same folder is answered in words, too."""
        return [
            Route(f"/{RESULT}/{_STYLE_NAME}", self.look),
            Route(f"/{RESULT}/{{token}}", self._asked(self.page)),
            Route(f"/{RESULT}/{{token}}/{PREVIEW}", self._asked(self.preview)),
            Route(f"/{RESULT}/{{token}}/{{index:int}}", self._asked(self.picture)),
            Route(f"/{RESULT}/{{rest:path}}", self._asked(self._nothing)),
        ]

    def look(self, _: Request) -> Response:
        """Return the style sheet."""
        return Response(self.style, headers=_FOR_A_YEAR, media_type="text/css")

    def page(self, request: Request) -> Response:
        """Return the page of a link."""
        shared = self._shared(request)
        backend = self.playground.backends.get(shared.backend)
        page = ResultPage(
            token=request.path_params["token"],
            shared=shared,
            label=backend.label if backend else shared.backend,
            pictures=tuple(map(self._picture, shared.images)),
            place=self._place(request),
            speech=speech_for(request),
        )
        return _html(page.html())

    def picture(self, request: Request) -> Response:
        """Return a picture's own file; raise `NotFound` where the result has no such one."""
        wanted = request.path_params["index"]
        image = next((each for each in self._shared(request).images if each.index == wanted), None)
        if image is None:
            raise NotFound("This result has no such picture.")
        headers = {**_ASKED_AGAIN, "etag": f'"{image.sha256}"'}
        if _is_known(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        path = self.playground.files.path(image.sha256)
        name = f"z-image-{words.seed_text(image.seed)}-{image.width}x{image.height}{path.suffix}"
        return FileResponse(
            path, headers=headers, media_type=f"image/{image.format}", filename=name, content_disposition_type="inline"
        )

    def preview(self, request: Request) -> Response:
        """Return a small JPEG of the first picture that isn't flagged and can be read; raise `NotFound` without one."""
        for image in self._shared(request).images:
            if not image.flagged:
                with suppress(PlaygroundError):
                    return self._previewed(request, image.sha256)
        raise NotFound("This result has no preview.")

    def _previewed(self, request: Request, sha256: str) -> Response:
        headers = {**_ASKED_AGAIN, "etag": f'"preview-{sha256}"'}
        if _is_known(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(self._preview(sha256), headers=headers, media_type="image/jpeg")

    def _nothing(self, request: Request) -> Response:
        raise NotFound("There is no such page here.")

    def _shared(self, request: Request) -> SharedRun:
        return self.playground.result_links.opened(request.path_params["token"])

    def _preview(self, sha256: str) -> bytes:
        with self._drawing:  # One at a time: strangers decide how many are asked for.
            kept = self.previews.get(sha256)
            if kept is None:
                kept = link_preview(self.playground.files.path(sha256))
                self.previews.put(sha256, kept)
        return kept

    def _picture(self, image: RunImage) -> Picture:
        try:
            return Picture(image, self._origin(image.sha256))
        except PlaygroundError as error:
            return Picture(image, lost=words.lost_file(error))

    def _origin(self, sha256: str) -> Origin | None:
        """Return what a picture's file says of its origin; read and checked once, and again where its size differs."""
        files = self.playground.files
        try:
            mark = (sha256, files.path(sha256).stat().st_size)
        except OSError:
            mark = (sha256, -1)  # Reading it says why.
        if mark not in self.origins:
            self.origins.put(mark, read_origin(files.whole(sha256)))
        return self.origins.get(mark)

    def _asked(self, handle: Handle) -> Handle:
        """Return a handler that answers in words where there is nothing, and lets nobody past the owner's login."""

        def answered(request: Request) -> Response:
            if self.playground.settings.auth and not _signed_in(request):
                return self._sentence(request, NO_LOGIN, 401)
            try:
                return handle(request)
            except NotFound as error:
                return self._sentence(request, str(error), 404)
            except PlaygroundError as error:
                return self._sentence(request, str(error), 503)

        return answered

    def _sentence(self, request: Request, sentence: str, status: int) -> Response:
        return _html(sentence_page(sentence, place=self._place(request), speech=speech_for(request)), status)

    def _place(self, request: Request) -> Place:
        # Relative, as all of the page's addresses: under whatever path a proxy serves it.
        inner = request.url.path.removeprefix(request.scope.get("root_path", ""))
        home = "../" * (inner.count("/") - 1)
        return Place(own=own_address(request), home=home, style=f"{home}{RESULT}/{self.style_name}")


def result_routes(playground: Playground) -> list[Route]:
    """Return the paths of a playground's result links."""
    return ResultPages(playground).routes()


def _is_known(request: Request, etag: str) -> bool:
    return etag in (each.strip() for each in request.headers.get("if-none-match", "").split(","))


def _signed_in(request: Request) -> bool:
    """Whether the request comes from somebody whom Gradio has let in, by its own cookies (`gradio/routes.py`)."""
    app: Any = request.app
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(request.cookies.get(name) in app.tokens for name in names)


def _html(text: str, status: int = 200) -> Response:
    headers = {**_ASKED_AGAIN, "vary": "Accept-Language", "x-robots-tag": "noindex"}
    return HTMLResponse(text, status, headers)
