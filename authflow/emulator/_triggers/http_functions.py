"""Lambda functions behind a URL: a server that gets the event as JSON by POST and answers it.

A local Lambda runtime does so at ``/2015-03-31/functions/function/invocations``.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from authflow.emulator._triggers.failures import FunctionError, InvocationError, OutputError

#: for an attempt, from its begin to the last byte of the answer
#: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
SECONDS: Final = 5.0
#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_ANSWER: Final = 6 * 1024 * 1024
TIMED_OUT: Final = "Socket timeout while invoking Lambda function"
#: what Lambda calls the errors that keep a function from being invoked, by HTTP status
#: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
REFUSALS: Final[Mapping[int, str]] = {
    400: "InvalidRequestContentException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    413: "RequestTooLargeException",
    415: "UnsupportedMediaTypeException",
    429: "TooManyRequestsException",
}
SERVICE_FAILED: Final = "ServiceException"
#: AWS's own local runtime does not send it: an error is then told by the members of its answer, a time-out by its text
#: https://github.com/aws/aws-lambda-runtime-interface-emulator/issues/20 and 21
ERROR_HEADER: Final = "X-Amz-Function-Error"
ERROR_MEMBERS: Final = ("errorMessage", "errorType")
FUNCTION_TIMED_OUT: Final = re.compile(rb"Task timed out after [0-9.]+ seconds")


class HttpFunction:
    """A Lambda function behind a URL. Calling it is one attempt.

    Args:
        url: begins with ``http://`` or ``https://``. Proxies of the environment are not used.

    Raises:
        ValueError: it is no such URL.
    """

    def __init__(self, url: str) -> None:
        problem = f"{url!r} is not a URL that begins with http:// or https://"
        try:
            self._url: Url = parse_url(url)
        except LocationParseError:
            raise ValueError(problem) from None
        if self._url.scheme not in {"http", "https"} or not self._url.host:
            raise ValueError(problem)

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        """Send an event and return the answer.

        The attempt has a thread of its own: no time limit of a socket covers names, connections and answers that come
        byte by byte.

        Raises:
            InvocationError: the function can't be reached, or does not answer in time.
            FunctionError: the function raised an error.
            OutputError: the answer is not a JSON object.
        """
        connection, future = self._make_connection(), Future[_Answer]()
        body = json.dumps(event, ensure_ascii=False).encode()
        threading.Thread(target=_exchange, args=(connection, self._url, body, future), daemon=True).start()
        try:
            return future.result(SECONDS).read_event()
        except TimeoutError:
            raise InvocationError(TIMED_OUT) from None
        finally:
            _end(connection)

    def _make_connection(self) -> HTTPConnection:
        host = str(self._url.host).strip("[]")
        if self._url.scheme == "http":
            return HTTPConnection(host, self._url.port or 80, timeout=SECONDS)
        context = ssl.create_default_context()
        return HTTPSConnection(host, self._url.port or 443, timeout=SECONDS, ssl_context=context)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An HTTP response.

    Attributes:
        failed: whether it says that the function raised an error.
    """

    status: int
    failed: bool
    content: bytes

    def read_event(self) -> dict[str, Any]:
        """Return the event that the function has returned."""
        if self.status >= 300:
            is_retried = self.status >= 500 or self.status == 429
            raise InvocationError(REFUSALS.get(self.status, SERVICE_FAILED), is_retried=is_retried)
        if FUNCTION_TIMED_OUT.fullmatch(self.content.strip()):
            raise FunctionError(self.content.strip().decode())
        try:
            event = json.loads(self.content)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise OutputError
        problem = next((str(event[name]) for name in ERROR_MEMBERS if event.get(name)), "")
        if self.failed or (problem and "response" not in event):
            raise FunctionError(problem)
        return event


def _exchange(connection: HTTPConnection, url: Url, body: bytes, future: "Future[_Answer]") -> None:
    try:
        future.set_result(_send(connection, url, body))
    except (OutputError, InvocationError) as error:
        future.set_exception(error)
    except TimeoutError:  # of the socket
        future.set_exception(InvocationError(TIMED_OUT))
    except Exception as error:  # whatever it is, the operation waits for it
        future.set_exception(InvocationError(_describe(error)))


def _send(connection: HTTPConnection, url: Url, body: bytes) -> _Answer:
    headers = {"Content-Type": "application/json"}
    connection.request("POST", url.request_uri, body=body, headers=headers, preload_content=False, decode_content=False)
    response = connection.getresponse()
    content = b""
    while chunk := response.read(MAX_ANSWER):
        content += chunk
        if len(content) > MAX_ANSWER:
            raise OutputError
    return _Answer(response.status, ERROR_HEADER in response.headers, content)


def _describe(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, HTTPError) and error.__cause__ else error
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)


def _end(connection: HTTPConnection) -> None:
    """End a connection, and with it a thread that still waits for bytes."""
    stream = connection.sock
    if stream is not None:
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)
    connection.close()
