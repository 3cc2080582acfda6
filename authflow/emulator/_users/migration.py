"""UserMigration: a Lambda trigger that knows users of another directory, who are then created as it says.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.passwords import StoredPassword
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages.invitations import DEFAULT_MEDIUMS, write_invitation
from authflow.emulator._messages.writing import MessageRequest
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service
from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation
from authflow.emulator._users import attributes, credentials, mfa, names
from authflow.emulator._users.decoys import get_decoy
from authflow.emulator._users.registration import make_user, resolve_alias_conflicts

#: the members of UserMigration's response
MEMBERS: Final = (
    "userAttributes",
    "finalUserStatus",
    "messageAction",
    "desiredDeliveryMediums",
    "forceAliasCreation",
    "enableSMSMFA",
)
STATUSES: Final[Mapping[object, Status]] = {
    None: Status.CONFIRMED,
    "CONFIRMED": Status.CONFIRMED,
    "RESET_REQUIRED": Status.RESET_REQUIRED,
}

# https://repost.aws/questions/QU3VgGes1IRne3OVkCDMjrBA
NOT_MIGRATED: Final = ErrorTemplate("UserNotFoundException", "Exception migrating user in app client {}")


@dataclass(frozen=True, slots=True)
class MigrationRequest:
    """A request of somebody who is not in the pool.

    Attributes:
        name: the username as it was entered.
        password: the password as it was entered; None where it was forgotten.
        validation: the event's ``validationData``.
        metadata: the event's ``clientMetadata``.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    name: str
    password: str | None = field(default=None, repr=False)
    validation: Mapping[str, str] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class MigratedUser:
    """The response of UserMigration, for a user whom it knows."""

    attributes: Mapping[str, str] = field(repr=False)
    status: Status
    is_suppressed: bool
    mediums: tuple[str, ...]
    force: bool
    has_sms_mfa: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> "MigratedUser | None":
        """Parse a response; None if it has no attributes: the other directory has no such user.

        Raises:
            ServiceError: InvalidLambdaResponseException: a member has no valid value.
        """
        given = output.require_string_map(response.get("userAttributes") or {})
        status, action = response.get("finalUserStatus"), response.get("messageAction")
        mediums = output.require_string_list(response.get("desiredDeliveryMediums") or list(DEFAULT_MEDIUMS))
        flags = [output.require_bool(response.get(name) or False) for name in ("forceAliasCreation", "enableSMSMFA")]
        if status not in STATUSES or action not in {None, "SUPPRESS"} or not {"EMAIL", "SMS"} >= set(mediums):
            raise _errors.TRIGGER_OUTPUT()
        return cls(given, STATUSES[status], action is not None, tuple(mediums), *flags) if given else None


def migrate_user(request: MigrationRequest) -> User | None:
    """Run UserMigration and create the user whom it knows.

    The password need not conform to the policy. If another request has created the user while the Lambda trigger ran,
    that user is returned.

    Returns:
        The user; None if the pool has no such Lambda trigger, or the Lambda trigger does not know the user.

    Raises:
        ServiceError: the Lambda trigger failed, its response does not have the documented form, or the pool can't take
            the user.
    """
    service, client = request.service, request.client
    stranger = replace(get_decoy(service, client.pool, request.name), username=request.name)
    invocation = TriggerInvocation(service, client, stranger, request.metadata)
    if not invocation.has("UserMigration"):
        return None
    migrated = MigratedUser.parse(_ask(request, invocation))
    user = names.find_user_to_sign_in(client.pool, request.name)
    return user if user or migrated is None else _create(request, migrated)


def _ask(request: MigrationRequest, invocation: TriggerInvocation) -> Mapping[str, Any]:
    """Run UserMigration and return its response. One that returns no event has an error of its own."""
    known = {} if request.password is None else {"password": request.password}
    source = "ForgotPassword" if request.password is None else "Authentication"
    members = {"userAttributes": None, "validationData": dict(request.validation) or None, **known}
    try:
        response = invocation.run("UserMigration", f"UserMigration_{source}", members, response=dict.fromkeys(MEMBERS))
    except _errors.ServiceError as error:
        if error.code == _errors.TRIGGER_OUTPUT.code:
            raise NOT_MIGRATED(request.client.id) from error
        raise
    return response or {}


def _create(request: MigrationRequest, migrated: MigratedUser) -> User:
    service, client, pool = request.service, request.client, request.client.pool
    try:
        user = make_user(
            service,
            pool,
            request.name,
            migrated.attributes,
            chosen=None,
            status=migrated.status,
            taken=_errors.USERNAME_EXISTS,
        )
        attributes.check_required(pool, user.attributes)
        resolve_alias_conflicts(pool, user, user.attributes, _errors.ADDRESS_EXISTS, force=migrated.force)
    except _errors.ServiceError as error:
        raise NOT_MIGRATED(client.id) from error
    if request.password is not None:
        identity = credentials.identity(pool, user.username)
        user.password = StoredPassword.create(identity, request.password, service.entropy)
        user.permanent_passwords = [user.password]
    if migrated.has_sms_mfa and _can_use_sms(pool, user):
        user.mfa |= {mfa.SMS}
    pool.users.add(user)
    if request.password is not None and not migrated.is_suppressed:
        _welcome(request, migrated, user, request.password)
    return user


def _can_use_sms(pool: UserPool, user: User) -> bool:
    return mfa.SMS in mfa.list_pool_factors(pool) and mfa.has_factor(user, mfa.SMS)


def _welcome(request: MigrationRequest, migrated: MigratedUser, user: User, password: str) -> None:
    message = MessageRequest("AdminCreateUser", request.client, request.metadata)
    pool, before = request.client.pool, user.password
    draft = write_invitation(request.service, pool, user, password, mediums=migrated.mediums, request=message)
    if user.password is before:
        draft.send()
