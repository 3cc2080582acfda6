"""AWS JSON 1.1, the protocol of the service: requests and responses, independent of any HTTP library.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from authflow._version import __version__
from authflow.core.errors import AuthflowError, BackendError, InvalidInput, Refusal, Throttled
from authflow.core.requests import Request

_THROTTLING_CODES: Final = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_CODE: Final = re.compile(r"[A-Za-z]\w{0,127}", re.ASCII)
_HEADERS: Final = {
    "Content-Type": "application/x-amz-json-1.1",
    "User-Agent": f"authflow/{__version__}",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """The headers and the body of an HTTP POST request to the service."""

    operation: str
    headers: Mapping[str, str] = field(repr=False)  # a signature and a session token, if boto3 has signed it
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An HTTP response of the service. The names of its headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def build_request(request: Request) -> HttpRequest:
    """Return the HTTP request for a request, without an AWS signature.

    Raises:
        InvalidInput: the operation needs an AWS signature, or a member can't be represented in JSON.
    """
    operation = request.operation
    if operation.startswith("Admin"):
        problem = f"{operation} must be signed: use Boto3Backend, or Threaded(Boto3Backend(...)) on an event loop"
        raise InvalidInput("admin", problem)
    headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}", **_HEADERS}
    try:
        return HttpRequest(operation, headers, json.dumps(request.params(), allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):
        # The texts of these errors may show secret values, so they are neither quoted nor chained.
        raise InvalidInput("request", f"{operation}: a member can't be represented in JSON") from None


def read_reply(operation: str, response: HttpResponse) -> Mapping[str, Any]:
    """Return the reply that an HTTP response contains.

    Raises:
        Refusal: Cognito refused the request.
        Throttled: HTTP 429, or an exception name that means throttling.
        BackendError: any other response, such as HTTP 5xx or a body that is not a JSON object. The error quotes
            nothing of the body.
    """
    content = parse_object(response.body)
    if response.status != 200:
        code = _find_text(content, "__type") or response.headers.get("x-amzn-errortype", "")
        message = _find_text(content, "message") or _find_text(content, "Message")
        raise make_error(operation, response.status, _strip_namespace(code), message)
    if content is None:
        raise BackendError(f"{operation}: HTTP 200, but the body is not a JSON object")
    return content


def make_error(operation: str, status: int, code: str, message: str) -> AuthflowError:
    """Return the exception for a response whose status is not 200.

    Args:
        operation: the operation that was called.
        status: the HTTP status.
        code: the name of the exception in Cognito's API; empty if the response has none.
        message: Cognito's text.
    """
    valid_code = code if _CODE.fullmatch(code) else ""
    summary = f"{operation}: HTTP {status}, {valid_code or 'no code'}"
    if status == 429 or valid_code in _THROTTLING_CODES:
        return Throttled(summary)
    return Refusal(valid_code, message) if valid_code and 400 <= status < 500 else BackendError(summary)


def parse_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object that a body contains; None if it contains anything else."""
    try:
        content = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's parser accepts by default."""
    raise ValueError(f"{name} is not JSON")


def _find_text(content: Mapping[str, Any] | None, name: str) -> str:
    """Return a member that is a string; an empty string if there is none."""
    value = content.get(name) if content else None
    return value if isinstance(value, str) else ""


def _strip_namespace(code: str) -> str:
    """Return the name of an exception without the namespace before it and the URL after it."""
    return code.partition(":")[0].rpartition("#")[2].strip()
