"""HttpxBackend: sends requests through ``httpx.Client``."""

import threading
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from authflow.backends import _limits
from authflow.backends._json_protocol import HttpRequest, HttpResponse, build_request, read_reply
from authflow.backends._process_local import ProcessLocal
from authflow.backends.httpx._clients import Clients
from authflow.backends.httpx._exchange import (
    FAILURES,
    exchange,
    make_no_connection_error,
    make_transport_error,
    require_open,
)
from authflow.backends.httpx._urls import Urls
from authflow.core.requests import Request


class HttpxBackend:
    """Sends the public API's requests through httpx. Threads may share it.

    The admin API requires AWS signatures: use ``Boto3Backend`` for it.

    Args:
        region: the AWS region of all requests; by default each request goes to the region of its user pool.
        endpoint_url: the URL of the service, for example of an emulator; replaces the region's.
        client: your own client, with its proxies, certificates and time-outs. You must close it.

    Attributes:
        region: the AWS region of all requests; None if it depends on the request.
        signs: False: it can't sign requests, as the admin API requires.

    Raises:
        InvalidInput: an argument is invalid, or httpx can't use the proxies or certificates of the environment.
    """

    signs: Final = False

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.Client | None = None
    ) -> None:
        self._urls = Urls(region, endpoint_url)
        self.region = self._urls.region
        self._clients = ProcessLocal(lambda: Clients(httpx.Client, client), given=client is not None)
        self._places = ProcessLocal(lambda: threading.BoundedSemaphore(_limits.CONNECTIONS))
        self._closed = False

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request; see ``Backend.call``.

        Raises:
            InvalidInput: the operation belongs to the admin API, no region is known, the backend is closed, or its
                client was given in another process.
        """
        http_request, url = build_request(request), self._urls.find(request)
        places = self._places()
        if not places.acquire(timeout=_limits.FREE_TIMEOUT):
            raise make_no_connection_error(http_request)
        try:
            response = self._send(http_request, url)
        finally:
            places.release()
            if self._closed:
                self.close()
        return read_reply(http_request.operation, response)

    def close(self) -> None:
        """Close the connections; a connection in use closes when its call ends. Your own client stays open."""
        self._closed = True
        clients = self._clients.get_existing()
        for client in clients.drain() if clients else ():
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, http_request: HttpRequest, url: httpx.URL) -> HttpResponse:
        require_open(closed=self._closed)
        with self._clients().borrow() as client:
            try:
                return exchange(client, http_request, url)
            except FAILURES as error:
                failure = make_transport_error(http_request, error)
        raise failure  # outside of the handler: httpx's errors hold the request and its secrets
