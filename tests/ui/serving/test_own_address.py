"""The playground's own address in links, behind whatever proxy."""

import pytest
from starlette.requests import Request

from ui.serving.own_address import own_address


@pytest.mark.parametrize(
    ("scheme", "told", "address"),
    [
        ("http", None, "http://play.example/"),
        ("https", None, "https://play.example/"),
        ("http", "https", "https://play.example/"),
        ("http", "https,http", "https://play.example/"),
        ("http", "http", "http://play.example/"),
        ("https", "http", "https://play.example/"),
        ("http", "javascript", "http://play.example/"),
    ],
)
def test_links_are_over_tls_where_a_proxy_anywhere_ends_it(scheme: str, told: str | None, address: str) -> None:
    headers = [(b"host", b"play.example")] + ([(b"x-forwarded-proto", told.encode())] if told else [])
    scope = {"type": "http", "scheme": scheme, "path": "/v1/models", "query_string": b"", "headers": headers}
    assert own_address(Request({**scope, "server": ("10.0.0.2", 7860), "client": ("10.0.0.1", 5000)})) == address


def test_an_address_keeps_the_folder_that_the_page_lies_in() -> None:
    headers = [(b"host", b"play.example"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "scheme": "http", "path": "/z/v1", "root_path": "/z", "query_string": b""}
    assert own_address(Request({**scope, "headers": headers})) == "https://play.example/z/"
