"""The service's protocol, AWS JSON 1.1, independent of the transport.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from authflow.emulator import _errors

TARGET_PREFIX: Final = "AWSCognitoIdentityProviderService."
CONTENT_TYPE: Final = "application/x-amz-json-1.1"
MAX_BODY: Final = 1 << 20

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
    except _errors.EmulatorBug as bug:
        return _make_error_response(500, "InternalErrorException", str(bug))


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
    return HttpResponse(status, {"Content-Type": CONTENT_TYPE}, json.dumps(content).encode())


def _make_error_response(status: int, code: str, message: str) -> HttpResponse:
    reply = _make_response(status, {"__type": code, "message": message})
    reply.headers["x-amzn-errortype"] = code
    return reply
