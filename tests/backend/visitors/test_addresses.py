from ipaddress import ip_network
from pathlib import Path

import pytest

from backend.visitors.addresses import LOOPBACK, PRIVATE, Addresses, address_secret, networks, same_address

SECRET = b"s" * 32
OPEN = Addresses(SECRET)
BEHIND = Addresses(SECRET, (ip_network("10.0.0.0/8"),))


def test_the_mark_tells_no_address_and_is_this_playgrounds_alone() -> None:
    mark = OPEN.mark("198.51.100.7", None)
    assert mark is not None
    assert "198" not in mark
    assert mark != Addresses(b"t" * 32).mark("198.51.100.7", None)
    assert mark == OPEN.mark("198.51.100.7", None) != OPEN.mark("198.51.100.8", None)


def test_a_forwarded_address_of_a_stranger_counts_for_nothing() -> None:
    assert OPEN.mark("198.51.100.7", "203.0.113.1") == OPEN.mark("198.51.100.7", None)


def test_behind_a_trusted_proxy_the_nearest_stranger_counts_whatever_stands_before() -> None:
    expected = OPEN.mark("198.51.100.7", None)
    for forwarded in ("198.51.100.7", "203.0.113.1, 198.51.100.7", "nonsense, 198.51.100.7, 10.1.1.1"):
        assert BEHIND.mark("10.0.0.1", forwarded) == expected


@pytest.mark.parametrize("forwarded", [None, "", "10.2.2.2", "nonsense", "203.0.113.1, nonsense", "a" * 100_000])
def test_where_only_proxies_are_known_there_is_no_mark(forwarded: str | None) -> None:
    assert BEHIND.mark("10.0.0.1", forwarded) is None


def test_the_addresses_of_one_home_count_as_one() -> None:
    assert OPEN.mark("2001:db8::1", None) == OPEN.mark("2001:db8::ffff:1", None) != OPEN.mark("2001:db8:0:1::1", None)
    assert OPEN.mark("::ffff:198.51.100.7", None) == OPEN.mark("198.51.100.7", None)


def test_the_mark_of_one_address_is_no_neighbours() -> None:
    one = OPEN.mark_of_one("2001:db8::1", None)
    assert one not in (None, OPEN.mark_of_one("2001:db8::2", None), OPEN.mark("2001:db8::1", None))
    assert BEHIND.mark_of_one("10.0.0.1", "2001:db8::1") != BEHIND.mark_of_one("10.0.0.1", "2001:db8::2")
    assert BEHIND.mark_of_one("10.0.0.1", None) is None


def test_the_trusted_proxy_is_read_as_addresses_and_networks() -> None:
    assert networks("10.0.0.1, 192.168.0.0/16") == (ip_network("10.0.0.1/32"), ip_network("192.168.0.0/16"))
    with pytest.raises(ValueError, match="nginx"):
        networks("nginx")
    assert set(LOOPBACK) < set(PRIVATE)


def test_one_address_is_the_same_however_it_is_written_and_a_name_is_none() -> None:
    assert same_address("fd00:0::5", "fd00::5")
    assert same_address("::ffff:10.0.0.5", "10.0.0.5")
    assert not same_address("10.0.0.5", "10.0.0.6")
    assert not same_address("localhost", "localhost")
    assert not same_address("", "")


def test_the_key_of_the_marks_outlives_a_restart_and_is_ours_alone(tmp_path: Path) -> None:
    secret = address_secret(tmp_path / "data")
    assert secret == address_secret(tmp_path / "data")
    assert len(secret) == 32
    assert (tmp_path / "data" / "addresses.key").stat().st_mode & 0o077 == 0
