"""Changes of attributes, and the codes that new email addresses and phone numbers are verified with."""

from collections.abc import Mapping
from typing import Any

from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._users import attributes, codes
from authflow.emulator._users.registration import resolve_alias_conflicts


def change_attributes(service: Service, pool: UserPool, user: User, given: Mapping[str, str]) -> list[dict[str, Any]]:
    """Change a user's attributes and return the deliveries of the codes that were sent.

    A new address or number that the pool verifies gets a code, unless ``given`` says that it is verified. If the pool
    verifies before it updates, the old value stays in force until the code comes back.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html

    Raises:
        ServiceError: a value is invalid, can't be changed or is required, or an alias is another user's.
    """
    given = attributes.normalize_case(pool, given)
    attributes.check_values(pool, given)
    attributes.check_mutable(pool, given)
    changed = [name for name in given if name in CONTACT_MEDIUMS and given[name] not in {"", user.attributes.get(name)}]
    unverified = [name for name in changed if given.get(f"{name}_verified", "").lower() != "true"]
    pending = [name for name in unverified if name in pool.verified_before_update]
    updated = attributes.apply_changes(user.attributes, {k: v for k, v in given.items() if k not in pending})
    attributes.check_required(pool, updated)
    as_verified = {name: given[name] for name in pending} | {f"{name}_verified": "true" for name in pending}
    resolve_alias_conflicts(pool, user, {**updated, **as_verified}, service.alias_exists)
    pool.users.set_attributes(user, updated)
    user.modified = service.now()
    wanted = pool.auto_verified_attributes | set(pending)
    return [_send_code(service, pool, user, name, given[name]) for name in unverified if name in wanted]


def send_verification(service: Service, pool: UserPool, user: User, contact: str) -> dict[str, Any]:
    """Send a code to the address that waits for one, otherwise to the attribute's value; return the delivery."""
    waiting = user.attribute_codes.get(contact)
    return _send_code(service, pool, user, contact, waiting.address if waiting else user.attributes[contact])


def verify_contact(service: Service, pool: UserPool, user: User, contact: str, given: str) -> None:
    """Check a code and verify the address that it was sent to, which becomes the attribute's value.

    An alias that another user holds moves silently, as was measured on a real pool.

    Raises:
        ServiceError: the code is wrong or expired, or the address is the username of another user.
    """
    code = codes.check_code(service, user.attribute_codes.get(contact), given)
    updated = {**user.attributes, contact: code.address, f"{contact}_verified": "true"}
    resolve_alias_conflicts(pool, user, updated, service.alias_exists, force=True)
    pool.users.set_attributes(user, updated)
    user.attribute_codes = {name: other for name, other in user.attribute_codes.items() if name != contact}
    user.modified = service.now()


def _send_code(service: Service, pool: UserPool, user: User, contact: str, address: str) -> dict[str, Any]:
    code = codes.send_code(service, pool, user, contact, purpose=Purpose.ATTRIBUTE, address=address)
    user.attribute_codes = {**user.attribute_codes, contact: code}
    return delivery.describe_delivery(contact, address)
