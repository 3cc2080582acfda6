"""The httpx clients that send the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Generic, TypeVar

import httpx

from authflow.backends import _limits
from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_IDLE_TIMEOUT: Final = 15.0  # seconds until an idle connection is closed


class Clients(Generic[C]):
    """A pool of httpx clients with one connection each, or the one client that was given.

    httpx's own pool goes through all its connections in every step; with 50 connections a call takes three times as
    long.
    """

    def __init__(self, kind: type[C], given: C | None) -> None:
        self._own = given is None
        self._make: Callable[[], C] = _make_factory(kind) if given is None else lambda: given
        self._idle: list[C] = (
            [self._make()] if given is None else [require_instance("client", given, kind)] * _limits.CONNECTIONS
        )

    @contextmanager
    def borrow(self) -> Iterator[C]:
        """Lend a client for one request."""
        try:
            client = self._idle.pop()  # used last, so its connection is the likeliest to be still open
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def drain(self) -> Iterator[C]:
        """Remove and yield the idle clients, to close them; never the given one."""
        while self._own:
            try:
                yield self._idle.pop()
            except IndexError:
                return


def _make_factory(kind: Callable[..., C]) -> Callable[[], C]:
    try:
        make = partial(
            kind,
            verify=httpx.create_ssl_context(),  # made once, because loading takes long
            timeout=httpx.Timeout(_limits.READ_TIMEOUT, connect=_limits.CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_TIMEOUT),
            cookies=CookieJar(
                DefaultCookiePolicy(allowed_domains=())
            ),  # never send one person's cookies with another's request
        )
        make()
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        # The error's text may show a proxy's password.
        problem = f"httpx can't use its proxies or certificates: {type(error).__name__}"
        raise InvalidInput("environment", problem) from None
    return make
