"""The service's protocol, AWS JSON 1.1, independent of the transport.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from authflow.emulator import _errors

TARGET_PREFIX: Final = "AWSCognitoIdentityProviderService."
CONTENT_TYPE: Final = "application/x-amz-json-1.1"
MAX_BODY: Final = 1 << 20
#: the part of an error's text that fits into a header: HTTP clients limit the length of a line
MAX_HEADER: Final = 2048

Call: TypeAlias = Callable[[str, Mapping[str, object]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


def respond(call: Call, target: str, body: bytes) -> HttpResponse:
    """Call the operation of an HTTP request, and return the response.

    Args:
        call: calls an operation, as ``Emulator.call`` does.
        target: the value of the header X-Amz-Target.
        body: the JSON body, at most ``MAX_BODY`` bytes.
    """
    try:
        return _make_response(200, call(_parse_operation(target), _parse_params(body)))
    except _errors.ServiceError as error:
        return _make_error_response(400, error.code, error.message)


def respond_bug(bug: Exception) -> HttpResponse:
    """Return the response to a request that met a bug of the emulator: an error which is none of the service's."""
    text = str(bug) if isinstance(bug, _errors.EmulatorBug) else type(bug).__name__
    return _make_error_response(500, _errors.EmulatorBug.__name__, text)


def make_request_id() -> dict[str, str]:
    """Return the header that identifies a response: every response of the service has one."""
    return {"x-amzn-RequestId": str(uuid.uuid4())}


def respond_too_long() -> HttpResponse:
    """Return the response to a request whose body is longer than ``MAX_BODY`` bytes."""
    return _make_error_response(413, "RequestEntityTooLargeException", f"The body is longer than {MAX_BODY} bytes")


def _parse_operation(target: str) -> str:
    if not target.startswith(TARGET_PREFIX):
        raise _errors.UNKNOWN_OPERATION(f"X-Amz-Target must begin with {TARGET_PREFIX}")
    return target.removeprefix(TARGET_PREFIX)


def _parse_params(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body)
    except (ValueError, RecursionError):
        raise _errors.SERIALIZATION("The body is not JSON") from None
    if not isinstance(params, dict):
        raise _errors.SERIALIZATION("The body is not a JSON object")
    return params


def _make_response(status: int, content: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": CONTENT_TYPE, **make_request_id()}, json.dumps(content).encode())


def _make_error_response(status: int, code: str, message: str) -> HttpResponse:
    """Return an error. Its code ends in a colon in the header, as in the service's responses."""
    response = _make_response(status, {"__type": code, "message": message})
    response.headers.update({"x-amzn-ErrorType": f"{code}:", "x-amzn-ErrorMessage": _clean_header(message)})
    return response


def _clean_header(text: str) -> str:
    """Return a text that is allowed in a header: one line of printable ASCII."""
    return "".join(character if " " <= character <= "~" else "?" for character in text[:MAX_HEADER])
