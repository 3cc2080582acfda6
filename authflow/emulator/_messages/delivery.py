"""Sending codes to users: where to, and what their client is told of it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from authflow.emulator._outbox import Message, Outbox, Purpose
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._users.attributes import CONTACTS

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
SIGN_UP_CODE_VALIDITY: Final = timedelta(hours=24)
#: a phone number before an email address
#: https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
PREFERENCE: Final = ("phone_number", "email")


def contact(candidates: Collection[str], attributes: Mapping[str, str]) -> str | None:
    """Return the attribute to send to, of those that have a value."""
    return next((name for name in PREFERENCE if name in candidates and attributes.get(name)), None)


def send(
    outbox: Outbox,
    pool: UserPool,
    user: User,
    attribute: str,
    *,
    purpose: Purpose,
    code: str,
    address: str | None = None,
) -> None:
    """Send a code to the user: to ``address``, or what is in the attribute if None."""
    address = address or user.attributes[attribute]
    outbox.send(Message(pool.id, user.username, address, CONTACTS[attribute], purpose, code))


def details(attribute: str, address: str) -> dict[str, str]:
    """Return CodeDeliveryDetails."""
    return {"Destination": masked(address), "DeliveryMedium": CONTACTS[attribute], "AttributeName": attribute}


def masked(address: str) -> str:
    """Return an address or number as a client may show it: ``t***@e***``, ``+*******9878``."""
    if "@" in address:
        local, domain = address.split("@", 1)
        return f"{local[:1]}***@{domain[:1]}***"
    return f"+*******{address[-4:]}"
