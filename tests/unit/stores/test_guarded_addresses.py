"""Which addresses the guarded door opens."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.faults import BadSetting
from understudy.stores.addresses import is_public, origin_of

PUBLIC = ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700:4700::1111"]

CLOSED = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd00:ec2::254"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0", "2606:4700:4700::1111%eth0"],
    "carrier NAT": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "assignments": ["192.0.0.1", "192.0.0.192"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a00:1", "::127.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"],
    "6to4": ["2002:7f00:1::", "2002:0808:0808::1", "192.88.99.1"],
    "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "a cloud's own": ["168.63.129.16"],
    "no address": ["", "localhost", "example.com", "1.2.3", "0x7f.0.0.1", "2130706433", "127.1", "8.8.8.8 "],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [a for group in CLOSED.values() for a in group])
def test_everything_else_is_closed(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_never_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_that_carries_another_is_never_open(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "::", "64:ff9b::"):
        assert not is_public(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address))))
    assert not is_public(str(ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80))))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("http://127.0.0.1:18999", "http://127.0.0.1:18999"),
        (" http://LocalHost/ ", "http://localhost:80"),
        ("https://media.example.", "https://media.example:443"),
        ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_has_one_spelling(written: str, read: str) -> None:
    assert origin_of(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "", "127.0.0.1:80", "ftp://a", "http://", "http://a/path", "http://a?x=1", "http://a#x", "http://u:p@a",
        "http://a:99999", "http://[::1", "*", "http://a:port",
    ],
)  # fmt: skip
def test_anything_but_an_origin_is_refused_at_start(written: str) -> None:
    with pytest.raises(BadSetting, match="origin"):
        origin_of(written)
