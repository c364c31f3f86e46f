"""The scripts of the table of pairs, where the playground is gone before they leave."""

import socket

from tests.pairs.scripts import Posted


def test_an_order_can_be_broken_off_after_its_line_was_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        posted = Posted(f"http://127.0.0.1:{server.getsockname()[1]}/", {})
        line, _ = server.accept()
        with line:
            line.recv(1)
            line.sendall(b"HTTP/1.0 200 OK\r\n\r\n{}")  # An answer that ends with the line: http.client gives it away.
    posted.end()
    posted.stop()
    posted.leave()
