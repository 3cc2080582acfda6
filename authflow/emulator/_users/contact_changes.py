"""Changes of attributes, and the codes that new email addresses and phone numbers are verified with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages import delivery
from authflow.emulator._messages.writing import MessageRequest
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._users import attributes, codes
from authflow.emulator._users.registration import check_aliases, resolve_alias_conflicts

ADDRESS_CHANGED: Final = ErrorTemplate(
    "CodeDeliveryFailureException", "The address was changed before the message was sent"
)  # own text


@dataclass(frozen=True, slots=True)
class Plan:
    """A change of attributes.

    Attributes:
        updated: all attributes of the user after the change.
        recipients: the new addresses that get a code, by attribute.
    """

    updated: Mapping[str, str] = field(repr=False)
    recipients: Mapping[str, str] = field(repr=False)


def plan_change(pool: UserPool, user: User, given: Mapping[str, str], exists: _errors.ErrorTemplate) -> Plan:
    """Check a change of attributes, and return what it does.

    A new address or number that the pool verifies gets a code, unless ``given`` says that it is verified. If the pool
    verifies before it updates, the old value stays in force until the code comes back.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html

    Args:
        pool: the user's pool.
        user: the user.
        given: the attributes to change.
        exists: the error for an alias that another user has.

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
    check_aliases(pool, user, {**updated, **as_verified}, exists)
    wanted = pool.auto_verified_attributes | set(pending)
    return Plan(updated, {name: given[name] for name in unverified if name in wanted})


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """A change of attributes whose messages are written."""

    _service: Service = field(repr=False)
    _pool: UserPool = field(repr=False)
    _user: User
    _given: Mapping[str, str] = field(repr=False)
    _prepared: Mapping[str, codes.PreparedCode]

    def apply(self) -> list[dict[str, Any]]:
        """Change the attributes, send the codes, and return their deliveries.

        Raises:
            ServiceError: the change is no longer possible: other requests were let in.
        """
        service, user = self._service, self._user
        plan = plan_change(self._pool, user, self._given, service.alias_exists)
        self._pool.users.set_attributes(user, plan.updated)
        user.modified = service.now()
        sent = [name for name in plan.recipients if name in self._prepared]
        user.attribute_codes = {**user.attribute_codes, **{name: self._prepared[name].send() for name in sent}}
        return [delivery.describe_delivery(name, plan.recipients[name]) for name in sent]


def prepare_change(
    service: Service, pool: UserPool, user: User, given: Mapping[str, str], request: MessageRequest | None = None
) -> PreparedChange:
    """Check a change of attributes and write its messages. CustomMessage may run: check again before you apply it.

    Raises:
        ServiceError: the change is not possible, or CustomMessage failed.
    """
    plan = plan_change(pool, user, given, service.alias_exists)
    request = replace(request or MessageRequest(), attributes=plan.updated)
    prepared = {
        name: codes.prepare_code(service, pool, user, name, purpose=Purpose.ATTRIBUTE, address=address, request=request)
        for name, address in plan.recipients.items()
    }
    return PreparedChange(service, pool, user, given, prepared)


def change_attributes(
    service: Service, pool: UserPool, user: User, given: Mapping[str, str], request: MessageRequest | None = None
) -> list[dict[str, Any]]:
    """Change a user's attributes and return the deliveries of the codes that were sent.

    Raises:
        ServiceError: the change is not possible, or CustomMessage failed.
    """
    return prepare_change(service, pool, user, given, request).apply()


@dataclass(frozen=True, slots=True)
class PreparedVerification:
    """A code for an address, whose message is written."""

    _user: User
    _contact: str
    _address: str = field(repr=False)
    _prepared: codes.PreparedCode

    def send(self) -> dict[str, Any]:
        """Send the code and return its delivery.

        Raises:
            ServiceError: CodeDeliveryFailureException: meanwhile another address has taken the place of this one.
        """
        user, contact = self._user, self._contact
        if find_address_to_verify(user, contact) != self._address:
            raise ADDRESS_CHANGED()
        user.attribute_codes = {**user.attribute_codes, contact: self._prepared.send()}
        return delivery.describe_delivery(contact, self._address)


def find_address_to_verify(user: User, contact: str) -> str | None:
    """Return the address that waits for a code, otherwise the attribute's value; None if there is neither."""
    waiting = user.attribute_codes.get(contact)
    return waiting.address if waiting else user.attributes.get(contact)


def prepare_verification(
    service: Service, pool: UserPool, user: User, contact: str, *, address: str, request: MessageRequest
) -> PreparedVerification:
    """Write the message that verifies an address. CustomMessage may run: check again before you send it.

    Raises:
        ServiceError: CustomMessage failed.
    """
    prepared = codes.prepare_code(
        service, pool, user, contact, purpose=Purpose.ATTRIBUTE, address=address, request=request
    )
    return PreparedVerification(user, contact, address, prepared)


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
