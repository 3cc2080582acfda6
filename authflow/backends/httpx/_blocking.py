"""HttpxBackend: the public API over ``httpx.Client``."""

import threading
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx

from authflow.backends import _limits
from authflow.backends._json_protocol import HttpRequest, HttpResponse, build_request, read_reply
from authflow.backends._process_local import ProcessLocal
from authflow.backends.httpx._clients import Clients
from authflow.backends.httpx._exchange import FAILURES, exchanged, failure, no_place, require_open
from authflow.backends.httpx._urls import Where
from authflow.core.requests import Request


class HttpxBackend:
    """Carries the public API's requests through httpx. May be shared by threads.

    The admin API takes AWS's signatures, which only ``Boto3Backend`` makes.

    Args:
        region: where all requests go; without it each goes to the region of its user pool.
        endpoint_url: where they go instead, such as an emulator's.
        client: your own, with its proxies, certificates and time-outs, which you close; else connections are made here.

    Attributes:
        region: the AWS region that it talks to; None where that is not always the same.
        signs: False: it has no AWS signatures, which the admin API takes.

    Raises:
        InvalidInput: an argument that can't be, or proxies or certificates in the environment that httpx can't use.
    """

    signs: Final = False

    def __init__(
        self, region: str | None = None, endpoint_url: str | None = None, client: httpx.Client | None = None
    ) -> None:
        self._where = Where(region, endpoint_url)
        self.region = self._where.region
        self._clients = ProcessLocal(lambda: Clients(httpx.Client, client), given=client is not None)
        self._places = ProcessLocal(lambda: threading.BoundedSemaphore(_limits.CONNECTIONS))
        self._closed = False

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send one request; see ``Backend.call``.

        Raises:
            InvalidInput: the operation is of the admin API, no region is known, the backend is closed, or its
                client was given to another process.
        """
        message, url = build_request(request), self._where.url(request)
        places = self._places()
        if not places.acquire(timeout=_limits.FREE_TIMEOUT):
            raise no_place(message)
        try:
            answer = self._asked(message, url)
        finally:
            places.release()
            if self._closed:
                self.close()
        return read_reply(message.operation, answer)

    def close(self) -> None:
        """Close the connections; those in use when their calls end. A client of yours stays open."""
        self._closed = True
        clients = self._clients.made()
        for client in clients.taken_out() if clients else ():
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, message: HttpRequest, url: httpx.URL) -> HttpResponse:
        require_open(closed=self._closed)
        with self._clients().taken() as client:
            try:
                return exchanged(client, message, url)
            except FAILURES as error:
                failed = failure(message, error)
        raise failed  # outside of the handler: httpx's errors hold the request, and with it secrets
