"""Who may use the emulator's own paths."""

import hmac
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authflow.emulator._transports.control.console import is_console
from authflow.emulator._transports.control.problems import Problem

#: methods that change nothing
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: paths whose requests have another body, and whose URL is the permission
UPLOADS: Final = "/import/"
#: characters that separate the host of a URL from its other parts
AUTHORITY_FORBIDS: Final = frozenset("@/?#\\")
#: responses are for programs, and for the console, which no other page may embed
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """Lets in clients on this machine, and those with the token; never a web page of another origin.

    A web page can make its own name stand for the loopback address (DNS rebinding). Its requests then have this
    machine's address as their peer, but the page's name as their Host. Browsers let any page send simple requests, so
    a request that changes something must be one that they ask about first: one of JSON.

    Args:
        application: what is guarded.
        token: the bearer token that opens it to other machines and hosts; None: to none. With a token they may load
            the console's page, which asks for it: browsers can't send one when they open a page.
    """

    def __init__(self, application: ASGIApp, token: str | None) -> None:
        self._application = application
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        request = Request(scope)
        try:
            self._check(request)
        except Problem as problem:
            await problem.respond()(scope, receive, send_guarded)
        else:
            await self._application(scope, receive, send_guarded)

    def _check(self, request: Request) -> None:
        if not self._is_permitted(request):
            raise Problem(403, "Only for clients on this machine, or with the control token as a bearer token.")
        if _is_foreign(request):
            raise Problem(403, "Not for web pages of other origins.")
        if request.method in READING or _read_path(request).startswith(UPLOADS):
            return
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise Problem(415, "A request that changes something needs Content-Type: application/json.")

    def _is_permitted(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self._token is not None and scheme.lower() == "bearer":
            return hmac.compare_digest(given.strip().encode(), self._token.encode())
        if self._token is not None and request.method in READING and is_console(_read_path(request)):
            return True
        hosts = [_parse_host(authority) for authority in request.headers.getlist("host")]
        peer = request.client.host if request.client else ""
        return len(hosts) == 1 and _is_this_machine(hosts[0]) and _is_this_machine(peer)


def _read_path(request: Request) -> str:
    """Return the path below the one at which the guarded application is mounted."""
    return str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))


def _is_foreign(request: Request) -> bool:
    """Return whether a web page of another origin sends the request. Opening a page by a link is not one."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        return True
    is_opened = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    return site in {"cross-site", "same-site"} and not is_opened


def _parse_host(authority: str) -> str:
    """Return the host of a Host header; an empty string if it has none, or more than a host and a port."""
    if not AUTHORITY_FORBIDS.isdisjoint(authority):
        return ""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    """Return whether a host is this machine: a loopback address, 0.0.0.0, which means any of its own, or localhost."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified
