"""Codes that prove that a user receives messages at an address."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._messages.writing import Draft, MessageRequest, write_messages
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


@dataclass(frozen=True, slots=True)
class PreparedCode:
    """A code whose message is written and not sent yet."""

    _code: Code = field(repr=False)
    _draft: Draft

    def send(self) -> Code:
        """Send the message and return the code. The caller keeps it with the user."""
        self._draft.send()
        return self._code


def prepare_code(
    service: Service,
    pool: UserPool,
    user: User,
    contact: str,
    *,
    purpose: Purpose,
    address: str | None = None,
    request: MessageRequest | None = None,
) -> PreparedCode:
    """Make a new code and write its message. CustomMessage may run: check again before you send it.

    Args:
        service: the service.
        pool: the user's pool.
        user: the user.
        contact: the attribute that holds the address: ``email`` or ``phone_number``.
        purpose: what the code is for, which decides how long it is valid.
        address: the address; None for the attribute's value.
        request: the request that it belongs to.

    Raises:
        ServiceError: CustomMessage failed.
    """
    address, text = address or user.attributes[contact], service.entropy.code()
    draft = write_messages(
        service,
        pool,
        user,
        {contact: address},
        purpose=purpose,
        code=text,
        request=request or MessageRequest(),
    )
    return PreparedCode(Code(text, contact, address, service.now() + VALIDITY[purpose]), draft)


def send_code(
    service: Service,
    pool: UserPool,
    user: User,
    contact: str,
    *,
    purpose: Purpose,
    address: str | None = None,
    request: MessageRequest | None = None,
) -> Code:
    """Make a new code, send it and return it. The caller keeps it with the user. For the arguments see above."""
    return prepare_code(service, pool, user, contact, purpose=purpose, address=address, request=request).send()


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
