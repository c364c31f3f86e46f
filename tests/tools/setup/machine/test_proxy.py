"""The proxy that the variables name."""

import pytest

from tools.setup.machine import proxy


@pytest.mark.parametrize("name", proxy.NAMES)
def test_a_proxy_is_named_with_the_variable_that_says_so(name: str) -> None:
    told = proxy.told({name: "http://10.0.0.1:3128"})
    assert "the proxy 10.0.0.1:3128" in told
    assert f"as {name} says: unset it if it isn't there." in told


@pytest.mark.parametrize("address", ["http://ann:s3cret@proxy.example:3128", "ann:s3cret@proxy.example:3128"])
def test_its_password_is_not_shown(address: str) -> None:
    told = proxy.told({"HTTPS_PROXY": address})
    assert "proxy.example:3128" in told
    assert "s3cret" not in told
    assert "ann" not in told


def test_without_one_nothing_is_said() -> None:
    assert proxy.told({}) == ""
    assert proxy.told({"HTTPS_PROXY": ""}) == ""
