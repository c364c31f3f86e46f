"""A line that is cut: it passes everything on to a server, but for the first connections, which it breaks when told."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

Cut = Callable[[bytes], bool]
"""Says, of all that a connection's answer holds so far, whether it is broken now; it is asked again and again."""
LOOK_SECONDS = 0.05


@contextmanager
def cutting(address: str, cut: Cut, times: int = 1) -> Iterator[str]:
    """Yield the address of a line to a server whose first `times` connections are broken; the rest pass."""
    place = urlsplit(address)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, (place.hostname, place.port), cut, times), daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"


def _serve(door: socket.socket, target: tuple[str | None, int | None], cut: Cut, times: int) -> None:
    with contextlib.suppress(OSError):  # it is closed when the test is over
        while True:
            client, _ = door.accept()
            times, breaks = times - 1, times > 0
            server = socket.create_connection((str(target[0]), int(target[1] or 0)))
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            back = _break if breaks else _answer
            threading.Thread(target=back, args=(server, client, cut), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)


def _answer(server: socket.socket, client: socket.socket, _: Cut) -> None:
    _pass_on(server, client)
    _close(server, client)


def _break(server: socket.socket, client: socket.socket, cut: Cut) -> None:
    """Pass an answer on until it is time, and let both sides see that the line is gone."""
    server.settimeout(LOOK_SECONDS)
    so_far = b""
    with contextlib.suppress(OSError):
        while not cut(so_far):
            try:
                content = server.recv(1024)
            except TimeoutError:
                continue
            if not content:
                break
            so_far += content
            client.sendall(content)
    _close(server, client)


def _close(*lines: socket.socket) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
