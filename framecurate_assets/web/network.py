"""How yt-dlp talks to sites: through one handler, which lets nothing pass that the settings forbid."""

from __future__ import annotations

import http.client
import io
import ssl
import time
import urllib.parse
import urllib.request
import urllib.response
from typing import Any

from yt_dlp.networking import Request, Response
from yt_dlp.networking._urllib import HTTPHandler, ProxyHandler, RedirectHandler, UrllibRH
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils.networking import HTTPHeaderDict

from framecurate_assets.web.addresses import Guard
from framecurate_assets.web.answers import BoundedResponse, decompressed
from framecurate_assets.web.faults import GivenUpError, causes, retry_after_s
from framecurate_assets.web.traffic import Traffic

QUICK_WAITS_S = (0.3, 1.0)
"""Seconds before a request that failed in a way that often passes at once is made again."""


class GuardedRH(UrllibRH):  # type: ignore[misc] # yt-dlp has no types
    """yt-dlp's own handler on Python's `urllib`, with a guard before each connection and limits on each answer."""

    _SUPPORTED_URL_SCHEMES = ("http", "https", "data")

    def __init__(self, *, guard: Guard, traffic: Traffic, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard
        self._traffic = traffic

    def _prepare_headers(self, _: Request, headers: HTTPHeaderDict) -> None:
        headers["Accept-Encoding"] = "identity"

    def _create_instance(self, proxies: Any, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:
        opener = urllib.request.OpenerDirector()
        for handler in (
            ProxyHandler(proxies),
            _GuardedHTTPHandler(self._guard, self._traffic, self._make_sslcontext(legacy_ssl_support)),
            urllib.request.HTTPCookieProcessor(cookiejar),
            urllib.request.DataHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _DiscreetRedirectHandler(),
        ):
            opener.add_handler(handler)
        opener.addheaders = []
        return opener

    def _send(self, request: Request) -> Response:
        for wait_s in (*QUICK_WAITS_S, None):
            self._traffic.check_time()
            try:
                return BoundedResponse(super()._send(request))
            except (HTTPError, TransportError) as error:
                if isinstance(error, HTTPError):
                    error.response = BoundedResponse(error.response)
                    _heed(error)
                if wait_s is None or request.method not in ("GET", "HEAD") or not _often_passes_at_once(error):
                    raise
            time.sleep(wait_s)
        raise AssertionError


class _GuardedHTTPHandler(HTTPHandler):  # type: ignore[misc] # yt-dlp has no types
    """Opens connections through the guard, and has what comes in counted."""

    def __init__(self, guard: Guard, traffic: Traffic, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._guard = guard
        self._traffic = traffic

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        # Comes by for each redirect, too, and before a proxy takes the request's host for its own.
        self._guard.check(request.full_url)
        prepared: urllib.request.Request = super().http_request(request)
        return prepared

    def http_open(self, request: urllib.request.Request) -> Any:
        return self._open(self._make_conn_class(http.client.HTTPConnection, request), request)

    def https_open(self, request: urllib.request.Request) -> Any:
        return self._open(self._make_conn_class(http.client.HTTPSConnection, request), request, context=self._context)

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:  # noqa: ARG002
        encoding = (response.headers.get("Content-Encoding") or "identity").strip().lower()
        if encoding == "identity":
            return response
        content = decompressed(response, encoding)
        plain = urllib.response.addinfourl(io.BytesIO(content), response.headers, response.url, response.code)
        plain.msg = response.msg  # type: ignore[attr-defined] # as urllib itself does for its error handlers
        return plain

    https_request = http_request
    https_response = http_response

    def _open(self, connection_class: Any, request: urllib.request.Request, **options: Any) -> Any:
        def connection(host: str, **more: Any) -> http.client.HTTPConnection:
            made: Any = connection_class(host, **more)
            made._create_connection = self._guard.connect
            made.response_class = self._response
            return made  # type: ignore[no-any-return]

        return self.do_open(connection, request, **options)

    def _response(self, connection: Any, *arguments: Any, **options: Any) -> http.client.HTTPResponse:
        return http.client.HTTPResponse(self._traffic.reader(connection), *arguments, **options)  # type: ignore[arg-type]


class _DiscreetRedirectHandler(RedirectHandler):  # type: ignore[misc] # yt-dlp has no types
    """Follows redirects, at most ten, and takes no password along to another server."""

    def redirect_request(
        self, request: urllib.request.Request, file: Any, code: int, message: str, headers: Any, url: str
    ) -> urllib.request.Request | None:
        following: urllib.request.Request | None = super().redirect_request(request, file, code, message, headers, url)
        if following and _server(following.full_url) != _server(request.full_url):
            for name in list(following.headers):
                if name.lower() in ("authorization", "proxy-authorization", "cookie"):
                    following.remove_header(name)
        return following


def _heed(error: HTTPError) -> None:
    """A host that wants to be left alone is, whatever yt-dlp would try next."""
    wait_s = retry_after_s(error.response.headers)
    if error.status == 429 or (error.status == 503 and wait_s is not None):
        raise GivenUpError(f"gives no video: {error.msg}", "Its host is left alone for a while", "paused", wait_s)


def _often_passes_at_once(error: HTTPError | TransportError) -> bool:
    if isinstance(error, HTTPError):
        return error.status in (500, 502, 503, 504)
    return any(isinstance(cause, ConnectionResetError | http.client.RemoteDisconnected) for cause in causes(error))


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
