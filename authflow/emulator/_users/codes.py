"""Codes that prove that a user receives messages at an address."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Code, User
from authflow.emulator._service import Service

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
VALIDITY: Final[Mapping[Purpose, timedelta]] = {
    Purpose.SIGN_UP: timedelta(hours=24),
    Purpose.ATTRIBUTE: timedelta(hours=24),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
}


def send_code(
    service: Service, pool: UserPool, user: User, contact: str, *, purpose: Purpose, address: str | None = None
) -> Code:
    """Send a new code and return it. The caller keeps it with the user.

    Args:
        service: the service.
        pool: the user's pool.
        user: the user.
        contact: the attribute that holds the address: ``email`` or ``phone_number``.
        purpose: what the code is for, which decides how long it is valid.
        address: the address; None for the attribute's value.
    """
    address = address or user.attributes[contact]
    code = Code(service.entropy.code(), contact, address, service.now() + VALIDITY[purpose])
    delivery.send_message(service, pool, user, contact, purpose=purpose, code=code.text, address=address)
    return code


def check_code(service: Service, code: Code | None, given: str) -> Code:
    """Require that a code is the one that was sent, and return it.

    Raises:
        ServiceError: ExpiredCodeException: none was sent, or it has expired. CodeMismatchException: it is another one.
    """
    if code is None or service.now() >= code.expires:
        raise _errors.EXPIRED_CODE()
    if not hmac.compare_digest(code.text.encode(), given.encode()):
        raise _errors.WRONG_CODE()
    return code
