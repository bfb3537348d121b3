from __future__ import annotations

import socket
from typing import Any

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.addresses import Guard, is_public
from framecurate_assets.web.faults import GivenUpError, WebError
from framecurate_assets.web.look_up import look_up
from framecurate_assets.web.site import open_site
from framecurate_tests.web.server import Site, redirect


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "203.0.113.9", "192.0.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1",
        "2001:db8::1", "4000::1", "::127.0.0.1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1",
        "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:4700::1111", "2a00:1450:4001::200e",
     "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)  # fmt: skip
def test_an_address_of_the_public_internet_is_known(address: str) -> None:
    assert is_public(address)


def test_nothing_is_sent_to_this_machine_unless_it_is_allowed(site: Site) -> None:
    with pytest.raises(
        WebError, match=r"leads to 127\.0\.0\.1, an address of this machine or a local network"
    ) as raised:
        look_up(f"{site.url}/clip.mp4", 1080, DownloadPolicy())
    assert raised.value.outcome == "permanent"
    assert "allow_private_hosts" in raised.value.remedy
    assert not site.requests


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"])
def test_other_spellings_of_this_machine_are_known(site: Site, host: str) -> None:
    with pytest.raises(WebError) as raised:
        look_up(f"http://{host}:{site.port}/clip.mp4", 1080, DownloadPolicy())
    assert not site.requests
    assert raised.value.outcome == "permanent"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/clip.mp4", "file:///etc/passwd", "rtmp://127.0.0.1/live"])
def test_nothing_but_http_is_asked(url: str, settings: DownloadPolicy) -> None:
    with pytest.raises(WebError) as raised:
        look_up(url, 1080, settings)
    assert raised.value.outcome == "permanent"
    assert "http" in str(raised.value)


def test_a_redirect_to_a_host_that_nobody_named_is_refused(site: Site) -> None:
    url = site.behave("/away", redirect(f"http://127.0.0.2:{site.port}/clip.mp4"))
    with pytest.raises(WebError, match=r"asks for 127\.0\.0\.2, which is not in download\.only_hosts") as raised:
        look_up(url, 1080, DownloadPolicy(allow_private_hosts=True, only_hosts=("127.0.0.1",)))
    assert raised.value.outcome == "permanent"
    assert list(site.requests) == ["/away"]


def test_a_redirect_to_a_private_address_is_refused(site: Site) -> None:
    """The first name is a public one's as far as the guard can tell; the second is this machine's."""
    url = site.behave("/away", redirect(f"http://private.test:{site.port}/secret.mp4")).replace(
        "127.0.0.1", "site.test"
    )
    guard = _GuardForTests(DownloadPolicy(), _resolve)
    refused = pytest.raises(WebError, match=r"leads to private\.test, an address of this machine")
    with open_site(DownloadPolicy(), guard=guard) as session, refused:
        session.extract(url)
    assert list(site.requests) == ["/away"]


def test_only_the_address_that_was_judged_is_connected_to(site: Site) -> None:
    """A name whose first answer is public and whose second is private gains nothing: it is resolved once."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[Any]:
        asked.append(host)
        return _address("127.0.0.1", port)

    with pytest.raises(GivenUpError, match="an address of this machine"):
        Guard(DownloadPolicy(), resolve).connect(("rebinding.test", site.port), timeout=1)
    assert asked == ["rebinding.test"]


def test_a_host_of_which_one_address_is_private_is_refused(site: Site) -> None:
    def resolve(host: str, port: int) -> list[Any]:
        return [*_address("8.8.8.8", port), *_address("127.0.0.1", port)]

    with pytest.raises(GivenUpError, match="an address of this machine"):
        Guard(DownloadPolicy(), resolve).connect(("both.test", site.port), timeout=1)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://example.org/a", True),
        ("https://www.Example.ORG./a", True),
        ("https://video.cdn.test/a", False),
        ("https://badexample.org/a", False),
        ("https://example.org.evil.test/a", False),
        ("https://example.org@evil.test/a", False),
    ],
)
def test_only_hosts_means_a_host_and_its_subdomains(url: str, is_allowed: bool) -> None:
    guard = Guard(DownloadPolicy(only_hosts=("example.org",)))
    if is_allowed:
        guard.check(url)
    else:
        with pytest.raises(GivenUpError, match=r"not in download\.only_hosts"):
            guard.check(url)


def test_a_proxy_is_not_asked_for_a_private_host() -> None:
    guard = Guard(DownloadPolicy(proxy="http://127.0.0.1:3128"))
    with pytest.raises(GivenUpError, match="an address of this machine"):
        guard.check("http://localhost/clip.mp4")


class _GuardForTests(Guard):
    """Calls one name public, so that a server on this machine can play a public one."""

    def connect(self, address: tuple[str, int], timeout: float, source_address: Any = None) -> socket.socket:
        if address[0] == "site.test":
            return socket.create_connection(("127.0.0.1", address[1]), timeout)
        return super().connect(address, timeout, source_address)


def _resolve(host: str, port: int) -> list[Any]:
    return _address("127.0.0.1", port)


def _address(ip: str, port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]
