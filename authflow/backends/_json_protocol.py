"""The service's protocol, AWS JSON 1.1, as far as it does not depend on who carries it.

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

_THROTTLED: Final = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_CODE: Final = re.compile(r"[A-Za-z]\w{0,127}", re.ASCII)
_HEADERS: Final = {
    "Content-Type": "application/x-amz-json-1.1",
    "User-Agent": f"authflow/{__version__}",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it is posted."""

    operation: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def build_request(request: Request) -> HttpRequest:
    """Return a request as it is posted, without AWS's signature.

    Raises:
        InvalidInput: the operation takes a signature, or a member is not what JSON can hold.
    """
    operation = request.operation
    if operation.startswith("Admin"):
        problem = f"{operation} has to be signed: use Boto3Backend, on an event loop Threaded(Boto3Backend(...))"
        raise InvalidInput("admin", problem)
    headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}", **_HEADERS}
    try:
        return HttpRequest(operation, headers, json.dumps(request.params(), allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError):
        # The texts may show the values, so they are neither quoted nor chained.
        raise InvalidInput("request", f"{operation}: a member is not what JSON can hold") from None


def read_reply(operation: str, answer: HttpResponse) -> Mapping[str, Any]:
    """Return the reply in an answer.

    Raises:
        Refusal: Cognito said no.
        Throttled: HTTP 429, or the name of an exception that means it.
        BackendError: anything else, such as HTTP 5xx or what is not a JSON object; nothing of it is quoted.
    """
    content = _json_object(answer.body)
    if answer.status != 200:
        code = _text(content, "__type") or answer.headers.get("x-amzn-errortype", "")
        message = _text(content, "message") or _text(content, "Message")
        raise make_error(operation, answer.status, _bare(code), message)
    if content is None:
        raise BackendError(f"{operation}: HTTP 200, but the body is not a JSON object")
    return content


def make_error(operation: str, status: int, code: str, message: str) -> AuthflowError:
    """Return what an answer that is not HTTP 200 means.

    Args:
        operation: which was asked for.
        status: of HTTP.
        code: the exception's name in Cognito's API, as far as there was one.
        message: Cognito's text.
    """
    named = code if _CODE.fullmatch(code) else ""
    told = f"{operation}: HTTP {status}, {named or 'no code'}"
    if status == 429 or named in _THROTTLED:
        return Throttled(told)
    return Refusal(named, message) if named and 400 <= status < 500 else BackendError(told)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _text(content: Mapping[str, Any] | None, name: str) -> str:
    value = content.get(name) if content else None
    return value if isinstance(value, str) else ""


def _bare(code: str) -> str:
    # A namespace may stand before it, and a URL behind it.
    return code.partition(":")[0].rpartition("#")[2].strip()
