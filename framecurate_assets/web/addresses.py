"""Which addresses may be asked: on the public internet, and no others unless the settings allow it."""

from __future__ import annotations

import ipaddress
import socket
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import GivenUpError, one_line

Resolver = Callable[[str, int], list[Any]]
"""Gives what `socket.getaddrinfo` gives for a host and a port."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's: not of this machine, a local network or a reserved range.

    An IPv6 address that stands for an IPv4 address (mapped, 6to4, NAT64) is judged by that one.

    Raises:
        ValueError: it is no IP address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _inner(ip) or ip
    # Python calls multicast, and much of what is reserved in IPv6, global.
    special = ip.is_multicast or ip.is_reserved or (isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local)
    return ip.is_global and not special


@dataclass(frozen=True)
class Guard:
    """Lets through what the settings allow, and raises `GivenUpError` for all else."""

    settings: DownloadPolicy
    resolve: Resolver = lambda host, port: socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)

    def check(self, url: str) -> None:
        """Whether a request may be sent to a URL, as far as its text tells.

        Raises:
            GivenUpError: it is not http(s), or its host is not one of `only_hosts`. With a proxy, which looks names up
                itself, also if the host is known here to be private.
        """
        parts = urllib.parse.urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme.lower() not in ("http", "https") or not host:
            raise GivenUpError(
                "leads to an address that is not http or https", "Give an http or https URL", "permanent"
            )
        if self.settings.only_hosts and not any(_is_within(host, named) for named in self.settings.only_hosts):
            remedy = "If it is needed for the video, add it to download.only_hosts"
            raise GivenUpError(
                f"asks for {one_line(host, 100)}, which is not in download.only_hosts", remedy, "permanent"
            )
        if self.settings.proxy and not self.settings.allow_private_hosts:
            self._check_behind_proxy(host)

    def connect(self, address: tuple[str, int], timeout: float, source_address: Any = None) -> socket.socket:
        """A connection to a host, made only to an address that was judged, so that no later answer can change it.

        Raises:
            GivenUpError: an address of the host is private.
            OSError: it has none, or none answers.
        """
        found = self.resolve(*address)
        # What is connected to with a proxy is the proxy, which the user has named.
        if not (self.settings.proxy or self.settings.allow_private_hosts):
            _check_all(found, address[0])
        return _first_connection(found, timeout, source_address)

    def _check_behind_proxy(self, host: str) -> None:
        try:
            found = self.resolve(host, 0)
        except OSError:
            return
        _check_all(found, host)


def _check_all(found: list[Any], host: str) -> None:
    """A public host has no business with private addresses, not even as one of several."""
    if not all(is_public(one[4][0]) for one in found):
        raise GivenUpError(
            f"leads to {one_line(host, 100)}, an address of this machine or a local network",
            "If you trust it, set download.allow_private_hosts",
            "permanent",
        )


def _is_within(host: str, named: str) -> bool:
    named = named.strip(".").lower()
    return host == named or host.endswith(f".{named}")


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _first_connection(found: list[Any], timeout: float, source_address: Any) -> socket.socket:
    refused: OSError = socket.gaierror(socket.EAI_NONAME, "the host has no address")
    for family, kind, protocol, _, target in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            if source_address:
                connection.bind(source_address)
            connection.connect(target)
        except OSError as error:
            connection.close()
            refused = error
        else:
            return connection
    raise refused
