"""The clients of httpx that requests are sent with."""

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

_KEPT: Final = 15.0  # seconds that an idle connection is kept


class Clients(Generic[C]):
    """The clients to send with: the given one, or as many as are in use at a time, each of one connection.

    httpx's own pool goes through all its connections at every step: with 50 a call costs three times as much.
    """

    def __init__(self, kind: type[C], given: C | None) -> None:
        self._own = given is None
        self._make: Callable[[], C] = _maker(kind) if given is None else lambda: given
        self._idle: list[C] = (
            [self._make()] if given is None else [require_instance("client", given, kind)] * _limits.CONNECTIONS
        )

    @contextmanager
    def taken(self) -> Iterator[C]:
        """A client to send one request with."""
        try:
            client = self._idle.pop()  # the last one used: its connection is the likeliest to be still there
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def taken_out(self) -> Iterator[C]:
        """Those to close, which are idle now; a given one is its owner's."""
        while self._own:
            try:
                yield self._idle.pop()
            except IndexError:
                return


def _maker(kind: Callable[..., C]) -> Callable[[], C]:
    try:
        make = partial(
            kind,
            verify=httpx.create_ssl_context(),  # once: it takes long to load
            timeout=httpx.Timeout(_limits.READ_TIMEOUT, connect=_limits.CONNECT_TIMEOUT),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEPT),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # no person's are sent with another's request
        )
        make()
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        # The text may show a proxy's password.
        problem = f"httpx can't use the proxies or certificates that it names: {type(error).__name__}"
        raise InvalidInput("environment", problem) from None
    return make
