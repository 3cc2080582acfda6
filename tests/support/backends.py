"""All backends behind one interface: a blocking ``call``. Coroutines run on an event loop in a thread of its own."""

import asyncio
import runpy
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from authflow import BackendError
from authflow.backends.boto3 import Boto3Backend
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from authflow.core.requests import Request
from tests.support.http_replies import ask_for, find_username

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "custom_backend.py"
DEFAULT_TIMEOUT: Final = 10.0  # seconds: of clients that a test gives to a backend


@dataclass
class Subject:
    """A backend, and how to call and to close it.

    Attributes:
        backend: the backend.
        call: sends a request and returns the reply, from any thread.
        call_in_child: the same in a forked process.
        close: closes the connections.
        run: runs a coroutine in the event loop of an asynchronous backend.
    """

    backend: Any
    call: Callable[[Request], Mapping[str, Any]]
    call_in_child: Callable[[Request], Mapping[str, Any]]
    close: Callable[[], None]
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run

    def ask(self, *usernames: str) -> list[str]:
        """Begin the sign-in of each user in turn, and return whom the replies name."""
        return [self._ask(username) for username in usernames]

    def ask_together(self, *usernames: str, at_once: int = 8) -> list[str]:
        """Begin the sign-ins of all users, some at once, and return whom the replies name."""
        with ThreadPoolExecutor(at_once) as threads:
            return list(threads.map(self._ask, usernames))

    def _ask(self, username: str) -> str:
        try:
            return find_username(self.call(ask_for(username)))
        except BackendError as error:
            return type(error).__name__


class LoopThread:
    """An event loop that runs in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def close(self) -> None:
        self.run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def make_boto3_client(url: str, timeout: float) -> Any:
    """Return a client as a user makes it who reads the documentation: without retries."""
    config = Config(connect_timeout=timeout, read_timeout=timeout, retries={"total_max_attempts": 1})
    return boto3.client("cognito-idp", region_name="eu-west-1", endpoint_url=url, config=config)


def _blocking(backend: Any, close: Callable[[], None]) -> Subject:
    return Subject(backend, backend.call, backend.call, close)


def _asynchronous(backend: Any, close: Callable[[], None] = lambda: None) -> Subject:
    loop = LoopThread()

    def end() -> None:
        loop.run(backend.aclose())
        loop.close()
        close()

    def call(request: Request) -> Any:
        return loop.run(backend.call(request))

    return Subject(backend, call, lambda request: asyncio.run(backend.call(request)), end, loop.run)


def _http(url: str, _timeout: float) -> Subject:
    backend = HttpBackend(endpoint_url=url)
    return _blocking(backend, backend.close)


def _async_http(url: str, _timeout: float) -> Subject:
    return _asynchronous(AsyncHttpBackend(endpoint_url=url))


def _boto3(url: str, _timeout: float) -> Subject:
    backend = Boto3Backend(endpoint_url=url)
    return _blocking(backend, getattr(backend, "close", lambda: None))


def _given_boto3(url: str, timeout: float) -> Subject:
    client = make_boto3_client(url, timeout)
    return _blocking(Boto3Backend(client), client.close)


def _example(url: str, timeout: float) -> Subject:
    backend = runpy.run_path(str(EXAMPLE))["ClientBackend"](url)
    backend._client.timeout = timeout  # it is shown with a fixed one
    return _blocking(backend, backend.close)


def _threaded(make: Callable[[str, float], Subject]) -> Callable[[str, float], Subject]:
    def made(url: str, timeout: float) -> Subject:
        inner = make(url, timeout)
        return _asynchronous(Threaded(inner.backend), inner.close)

    return made


_MAKERS: Final[dict[str, Callable[[str, float], Subject]]] = {
    "HttpBackend": _http,
    "AsyncHttpBackend": _async_http,
    "Boto3Backend": _boto3,
    "Threaded(HttpBackend)": _threaded(_http),
    "Threaded(Boto3Backend)": _threaded(_boto3),
    "Boto3Backend(client)": _given_boto3,
    "example": _example,
}
EVERY: Final = tuple(_MAKERS)


def make_subject(name: str, url: str, timeout: float = DEFAULT_TIMEOUT) -> Subject:
    """Return a backend for an endpoint, in the environment (proxies, authorities) of the moment.

    Args:
        name: one of ``EVERY``.
        url: the endpoint.
        timeout: of the client that is given to a backend, in seconds. Other backends have the time-outs of ``_limits``.
    """
    return _MAKERS[name](url, timeout)
