"""Sends what boto3 has signed, over the connections of ``authflow.backends.http``."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from authflow.backends._json_protocol import HttpRequest
from authflow.backends.http._pool import Pool
from authflow.backends.http._routes import Route
from authflow.core._coroutines import run_to_end

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

_NOT_TAKEN: Final = frozenset({"content-length", "host"})  # the transport's own


class Sender:
    """A handler of botocore's event ``before-send``.

    Args:
        pool: sends the requests.
        find_route: returns the route to a URL.
    """

    def __init__(self, pool: Pool, find_route: Callable[[str], Route]) -> None:
        self._pool = pool
        self._find_route = find_route
        self._routes: dict[str, Route] = {}

    def __call__(self, request: "AWSPreparedRequest", **_: object) -> "PendingResponse":
        """Return the response to a request."""
        return PendingResponse(lambda: self._send(request))

    def _send(self, request: "AWSPreparedRequest") -> "AWSResponse":
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - loaded with the first backend

        url: str = request.url
        route = self._routes.get(url) or self._routes.setdefault(url, self._find_route(url))
        fields = {name: _make_text(value) for name, value in request.headers.items() if name.lower() not in _NOT_TAKEN}
        body: Any = request.body  # bytes, in the JSON protocol
        http_request = HttpRequest("", {"Accept-Encoding": "identity", **fields}, body)
        response = run_to_end(self._pool.post(route, http_request))
        made: Any = AWSResponse  # the stubs want a body of urllib3's
        received: AWSResponse = made(url, response.status, response.headers, _Body(response.body))
        return received


class PendingResponse:
    """A response whose request is sent when somebody first reads it.

    botocore calls all handlers of ``before-send`` and reads the first response that one returns. Where another handler
    has responded, such as that of moto's ``mock_aws``, nothing may be sent.
    """

    def __init__(self, send: "Callable[[], AWSResponse]") -> None:
        self._send = send
        self._received: AWSResponse | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of the response
        # no cached_property: up to Python 3.11 it has one lock for all its objects, so calls would wait for each other
        if self._received is None:
            self._received = self._send()
        return getattr(self._received, name)


class _Body(BytesIO):
    """A response's body with the interface of urllib3's."""

    def stream(self, **_: object) -> list[bytes]:
        """Return the body as one chunk."""
        return [self.read()]


def _make_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
