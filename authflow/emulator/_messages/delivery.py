"""Sends codes to users, and describes the delivery for their clients."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from authflow.emulator._outbox import Message, Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS, is_verified
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

#: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
SIGN_UP_CODE_VALIDITY: Final = timedelta(hours=24)
#: contact attributes in order of preference
#: https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
CONTACT_PREFERENCE: Final[tuple[str, ...]] = ("phone_number", "email")


def choose_contact(candidates: Collection[str], attributes: Mapping[str, str]) -> str | None:
    """Return the preferred candidate that has a value, None if none has."""
    return next((name for name in CONTACT_PREFERENCE if name in candidates and attributes.get(name)), None)


def choose_recovery_contact(pool: UserPool, attributes: Mapping[str, str]) -> str | None:
    """Return the verified contact that the pool's AccountRecoverySetting prefers, None if it permits none."""
    mechanisms = pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
    if mechanisms is None:
        permitted = CONTACT_PREFERENCE
    else:
        ordered = sorted(mechanisms, key=lambda mechanism: int(mechanism["Priority"]))
        permitted = tuple(str(mechanism["Name"]).removeprefix("verified_") for mechanism in ordered)
    usable = (name for name in permitted if name in CONTACT_PREFERENCE and is_verified(attributes, name))
    return next((name for name in usable if attributes.get(name)), None)


def send_message(
    service: Service,
    pool: UserPool,
    user: User,
    attribute: str,
    *,
    purpose: Purpose,
    code: str,
    address: str | None = None,
) -> None:
    """Send a code to the user: to ``address``, or to the value of the attribute if ``address`` is None."""
    address = address or user.attributes[attribute]
    service.outbox.send(Message(pool.id, user.username, address, CONTACT_MEDIUMS[attribute], purpose, code))


def describe_delivery(attribute: str, address: str) -> dict[str, str]:
    """Return CodeDeliveryDetails: the masked address, its medium and its attribute."""
    return {"Destination": mask(address), "DeliveryMedium": CONTACT_MEDIUMS[attribute], "AttributeName": attribute}


def mask(address: str) -> str:
    """Return a masked email address or phone number, such as ``t***@e***`` or ``+*******9878``."""
    if "@" in address:
        local, domain = address.split("@", 1)
        return f"{local[:1]}***@{domain[:1]}***"
    return f"+*******{address[-4:]}"
