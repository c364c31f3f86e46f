"""An S3 on loopback, in this process and in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx


@contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """Serve S3 with one empty bucket until the block ends; yield its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.put(f"{address}/{bucket}").raise_for_status()
    try:
        yield address
    finally:
        server.stop()
