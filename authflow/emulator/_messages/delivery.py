"""Sends codes to users, and describes the delivery for their clients."""

from collections.abc import Collection, Mapping
from typing import Final

from authflow.emulator._records.contacts import CONTACT_MEDIUMS, is_verified
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User

#: the second factors that are sent, each with the contact that receives it
MFA_CONTACTS: Final[Mapping[str, str]] = {"SMS_MFA": "phone_number", "EMAIL_OTP": "email"}
#: contact attributes in order of preference
#: https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
CONTACT_PREFERENCE: Final[tuple[str, ...]] = ("phone_number", "email")


def choose_contact(candidates: Collection[str], attributes: Mapping[str, str]) -> str | None:
    """Return the preferred candidate that has a value, None if none has."""
    return next((name for name in CONTACT_PREFERENCE if name in candidates and attributes.get(name)), None)


def list_recovery_contacts(pool: UserPool) -> list[str]:
    """Return the contacts that the pool's AccountRecoverySetting permits, the preferred one first."""
    mechanisms = pool.settings.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
    if mechanisms is None:
        return list(CONTACT_PREFERENCE)
    ordered = sorted(mechanisms, key=lambda mechanism: int(mechanism["Priority"]))
    permitted = (str(mechanism["Name"]).removeprefix("verified_") for mechanism in ordered)
    return [name for name in permitted if name in CONTACT_PREFERENCE]  # admin_only is none


def choose_recovery_contact(pool: UserPool, user: User) -> str | None:
    """Return the verified contact to which a code for a new password goes, None if there is none.

    A contact that is the user's second factor is left out: one message must not be enough to sign in.
    https://github.com/aws/aws-sdk-js-v3/issues/7401
    """
    second = {contact for factor, contact in MFA_CONTACTS.items() if factor in user.mfa}
    usable = (name for name in list_recovery_contacts(pool) if name not in second)
    return next((name for name in usable if user.attributes.get(name) and is_verified(user.attributes, name)), None)


def describe_delivery(attribute: str, address: str) -> dict[str, str]:
    """Return CodeDeliveryDetails: the masked address, its medium and its attribute."""
    return {"Destination": mask(address), "DeliveryMedium": CONTACT_MEDIUMS[attribute], "AttributeName": attribute}


def mask(address: str) -> str:
    """Return a masked email address or phone number, such as ``t***@e***`` or ``+*******9878``."""
    if "@" in address:
        local, domain = address.split("@", 1)
        return f"{local[:1]}***@{domain[:1]}***"
    return f"+*******{address[-4:]}"
