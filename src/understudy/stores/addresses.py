"""Which network addresses and origins the guarded door may open.

Knows address registries and how an origin is written. Must not know how a connection is made.

Default is no: an address must be one of the public Internet, by the special-purpose registries, and not one that
carries another address inside it (an IPv4-mapped, NAT64, 6to4 or Teredo address reaches whatever it embeds).
Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; spec/stack.md §5.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from understudy.core.faults import BadSetting

_CLOSED_4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier NAT; a cloud's instance data lies here too (100.100.100.200)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, instance data of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "168.63.129.16/32",  # public by number, yet a cloud's instance service. Source: Azure, IP address 168.63.129.16
    )
)

_PUBLIC_6 = ip_network("2000::/3")
"""All of IPv6 that is routed; loopback, mapped, NAT64, unique-local, link-local and multicast lie outside."""

_CLOSED_6 = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)

_PORTS = {"http": 80, "https": 443}


def is_public(text: str) -> bool:
    """Whether an address, as a socket names its peer, belongs to the public Internet.

    What is no address at all (a scope such as `%eth0` is one only of local networks) is not.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    return _is_public_6(address)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _PUBLIC_6:
        return False
    return not any(address in network for network in _CLOSED_6)


def origin_of(text: str) -> str:
    """`scheme://host:port` in one spelling. Raises BadSetting for anything but a bare http(s) origin."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"{text!r} is no origin such as http://127.0.0.1:18999 ({error})") from error
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadSetting(f"{text!r} is no origin such as http://127.0.0.1:18999: scheme, host and port, nothing else")
    if parts.username is not None or parts.password is not None:
        raise BadSetting("an allowed origin may not hold a user name or password")
    return spelled(parts.scheme, host, port or _PORTS[parts.scheme])


def spelled(scheme: str, host: str, port: int) -> str:
    """An origin in the spelling `origin_of` uses; addresses in their shortest form, names in lower case."""
    try:
        host = str(ip_address(host))
    except ValueError:
        host = host.lower().rstrip(".")
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
