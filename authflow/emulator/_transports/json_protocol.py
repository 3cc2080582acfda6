"""The service's protocol, AWS JSON 1.1, as far as it does not depend on who carries it.

https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._emulator import Emulator

TARGET_PREFIX: Final = "AWSCognitoIdentityProviderService."
CONTENT_TYPE: Final = "application/x-amz-json-1.1"
MAX_BODY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class WireReply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


def answer(emulator: Emulator, target: str, body: bytes) -> WireReply:
    """Answer a request.

    Args:
        emulator: carries the operation out.
        target: the header X-Amz-Target.
        body: JSON, at most ``MAX_BODY`` bytes.
    """
    try:
        return _reply(200, emulator.call(_operation(target), _params(body)))
    except _errors.ServiceError as error:
        return _error(400, error.code, error.message)
    except _errors.EmulatorBug as bug:
        return _error(500, "InternalErrorException", str(bug))


def too_long() -> WireReply:
    """Return the answer to a request whose body is over ``MAX_BODY``."""
    return _error(413, "RequestEntityTooLargeException", f"The body is longer than {MAX_BODY} bytes")


def _operation(target: str) -> str:
    if not target.startswith(TARGET_PREFIX):
        raise _errors.UNKNOWN_OPERATION(f"X-Amz-Target must begin with {TARGET_PREFIX}")
    return target.removeprefix(TARGET_PREFIX)


def _params(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body)
    except (ValueError, RecursionError):
        raise _errors.SERIALIZATION("The body is not JSON") from None
    if not isinstance(params, dict):
        raise _errors.SERIALIZATION("The body is not a JSON object")
    return params


def _reply(status: int, content: dict[str, Any]) -> WireReply:
    return WireReply(status, {"Content-Type": CONTENT_TYPE}, json.dumps(content).encode())


def _error(status: int, code: str, message: str) -> WireReply:
    reply = _reply(status, {"__type": code, "message": message})
    reply.headers["x-amzn-errortype"] = code
    return reply
