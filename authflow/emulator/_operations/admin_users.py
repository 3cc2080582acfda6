"""What an administrator does with users."""

from collections.abc import Sequence
from typing import Any

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import attributes, credentials, mfa, names
from authflow.emulator._users.registration import check_aliases, new_user


def admin_create_user(service: Service, params: Params) -> Reply:
    """AdminCreateUser: a user with a temporary password; RESEND renews it for one who has not used it."""
    pool = service.pool(params["UserPoolId"])
    chosen = params.get("TemporaryPassword") or passwords.generate(pool.password_policy, service.entropy)
    invite = _invite_again if params.get("MessageAction") == "RESEND" else _invite
    user = invite(service, pool, params, chosen)
    if params.get("MessageAction") != "SUPPRESS":
        _send_invitation(service, pool, user, params.get("DesiredDeliveryMediums", ["SMS"]), chosen)
    return {"User": _described(user, "Attributes")}


def admin_get_user(service: Service, params: Params) -> Reply:
    """AdminGetUser."""
    _, user = _user(service, params)
    return {**_described(user, "UserAttributes"), **mfa.preference(user)}


def admin_update_user_attributes(service: Service, params: Params) -> Reply:
    """AdminUpdateUserAttributes: verified flags too; an address or number is not verified unless they say so."""
    pool, user = _user(service, params)
    given = attributes.from_list(params["UserAttributes"])
    if "sub" in given:
        raise _errors.ATTRIBUTE_READ_ONLY("sub")
    attributes.check(pool, given)
    having = {**attributes.changed(user.attributes, given), **given}
    attributes.check_complete(pool, having)
    check_aliases(pool, user, having, _errors.ALIAS_EXISTS)
    user.attributes, user.modified = having, service.now()
    return {}


def admin_confirm_sign_up(service: Service, params: Params) -> Reply:
    """AdminConfirmSignUp: no code is needed, and nothing is verified."""
    _, user = _user(service, params)
    if user.status is not Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMABLE(user.status)
    user.status, user.confirmation, user.modified = Status.CONFIRMED, None, service.now()
    user.auto_confirmed = True
    return {}


def admin_set_user_password(service: Service, params: Params) -> Reply:
    """AdminSetUserPassword: for good, or until the next sign-in."""
    pool, user = _user(service, params)
    temporary = not params.get("Permanent")
    user.password = credentials.stored(service, pool, user.username, params["Password"], temporary=temporary)
    user.status = Status.FORCE_CHANGE_PASSWORD if temporary else Status.CONFIRMED
    user.modified = service.now()
    return {}


def admin_reset_user_password(service: Service, params: Params) -> Reply:
    """AdminResetUserPassword: sends a code; the user can't sign in until the password is reset."""
    pool, user = _user(service, params)
    if user.status in {Status.UNCONFIRMED, Status.FORCE_CHANGE_PASSWORD}:
        raise _errors.NOT_RESETTABLE()
    verified = [name for name in attributes.CONTACTS if attributes.is_verified(user.attributes, name)]
    contact = delivery.contact(verified, user.attributes)
    if contact is None:
        raise _errors.NO_RECOVERY()
    user.status, user.modified = Status.RESET_REQUIRED, service.now()
    delivery.send(service.outbox, pool, user, contact, purpose=Purpose.PASSWORD_RESET, code=service.entropy.code())
    return {}


def admin_enable_user(service: Service, params: Params) -> Reply:
    """AdminEnableUser."""
    _, user = _user(service, params)
    user.enabled, user.modified = True, service.now()
    return {}


def admin_disable_user(service: Service, params: Params) -> Reply:
    """AdminDisableUser: no more sign-ins, and no token counts any more."""
    _, user = _user(service, params)
    user.enabled, user.modified = False, service.now()
    service.token_families.revoke_all(user)
    return {}


def admin_delete_user(service: Service, params: Params) -> Reply:
    """AdminDeleteUser."""
    pool, user = _user(service, params)
    pool.remove(user)
    service.token_families.revoke_all(user)
    return {}


def _user(service: Service, params: Params) -> tuple[UserPool, User]:
    pool = service.pool(params["UserPoolId"])
    return pool, names.get(pool, params["Username"])


def _invite(service: Service, pool: UserPool, params: Params, chosen: str) -> User:
    given = attributes.from_list(params.get("UserAttributes", ()))
    user = new_user(service, pool, params["Username"], given, chosen=chosen, status=Status.FORCE_CHANGE_PASSWORD)
    # the operation declares no AliasExistsException
    check_aliases(pool, user, user.attributes, _errors.USERNAME_EXISTS, force=params.get("ForceAliasCreation", False))
    pool.add(user)
    return user


def _invite_again(service: Service, pool: UserPool, params: Params, chosen: str) -> User:
    user = names.get(pool, params["Username"])
    if user.status is not Status.FORCE_CHANGE_PASSWORD:
        raise _errors.NOT_RESENDABLE(user.username, user.status)
    user.password = credentials.stored(service, pool, user.username, chosen, temporary=True)
    user.modified = service.now()
    return user


def _send_invitation(service: Service, pool: UserPool, user: User, mediums: Sequence[str], chosen: str) -> None:
    reachable = [name for name in attributes.CONTACTS if user.attributes.get(name)]
    wanted = [name for name in reachable if attributes.CONTACTS[name] in mediums]
    for contact in wanted or reachable:
        delivery.send(service.outbox, pool, user, contact, purpose=Purpose.INVITATION, code=chosen)


def _described(user: User, attributes_member: str) -> dict[str, Any]:
    return {
        "Username": user.username,
        attributes_member: attributes.to_list(user.described()),
        "UserCreateDate": user.created,
        "UserLastModifiedDate": user.modified,
        "Enabled": user.enabled,
        "UserStatus": user.status,
    }
