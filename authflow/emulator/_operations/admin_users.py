"""Operations of administrators on users."""

from collections.abc import Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._crypto import passwords
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages import delivery
from authflow.emulator._messages.invitations import DEFAULT_MEDIUMS, write_invitation
from authflow.emulator._messages.writing import Draft, MessageRequest
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.client import NoClient
from authflow.emulator._records.contacts import CONTACT_MEDIUMS, is_verified
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._triggers import lifecycle
from authflow.emulator._triggers.lifecycle import ConfirmationSource, SignUpSource
from authflow.emulator._triggers.registry import TriggerInvocation
from authflow.emulator._users import attributes, codes, contact_changes, credentials, descriptions, mfa, names
from authflow.emulator._users.registration import (
    check_aliases,
    check_name_is_free,
    make_user,
    resolve_alias_conflicts,
)

NO_ADDRESS: Final = ErrorTemplate(
    "InvalidParameterException", "A user without a password must have an email address or a phone number"
)  # own text


def admin_create_user(service: Service, params: Params) -> Reply:
    """AdminCreateUser: create a user with a temporary password. RESEND replaces the password if it is still unused.

    If codes can be the first factor, a user whose TemporaryPassword is left out has no password. Such a user must have
    an address for the codes.
    """
    pool, action = service.get_pool(params["UserPoolId"]), params.get("MessageAction")
    given, generated = (
        params.get("TemporaryPassword"),
        passwords.generate_password(pool.password_policy, service.entropy),
    )
    if action == "RESEND":
        user = _renew_invitation(service, pool, params, given or generated)
    else:
        chosen = given or (None if pool.has_passwordless_users else generated)
        user = _create_user(service, pool, params, chosen)
        if action != "SUPPRESS" and chosen is not None:
            _invite(service, pool, user, params, chosen)
    return {"User": descriptions.describe_user(user, "Attributes")}


def admin_get_user(service: Service, params: Params) -> Reply:
    """AdminGetUser."""
    _, user = _find_user(service, params)
    return {**descriptions.describe_user(user, "UserAttributes"), **mfa.describe_preference(user)}


def admin_update_user_attributes(service: Service, params: Params) -> Reply:
    """AdminUpdateUserAttributes. A new address or number is unverified unless the request sets its verified flag."""
    pool, user = _find_user(service, params)
    given, request = (
        attributes.from_list(params["UserAttributes"]),
        _make_message_request(params, "UpdateUserAttribute"),
    )
    contact_changes.change_attributes(service, pool, user, given, request)
    return {}


def admin_delete_user_attributes(service: Service, params: Params) -> Reply:
    """AdminDeleteUserAttributes."""
    pool, user = _find_user(service, params)
    contact_changes.change_attributes(service, pool, user, dict.fromkeys(params["UserAttributeNames"], ""))
    return {}


def admin_user_global_sign_out(service: Service, params: Params) -> Reply:
    """AdminUserGlobalSignOut: revoke all tokens of the user, at all clients."""
    _, user = _find_user(service, params)
    service.token_families.revoke_all(user)
    return {}


def admin_confirm_sign_up(service: Service, params: Params) -> Reply:
    """AdminConfirmSignUp: confirm the user without a code. No address or number becomes verified."""
    pool, user = _find_user(service, params)
    if user.status is not Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMABLE(user.status)
    pool.users.set_status(user, Status.CONFIRMED)
    user.confirmation, user.auto_confirmed, user.modified = None, True, service.now()
    invocation = TriggerInvocation(service, NoClient(pool), user, params.get("ClientMetadata", {}))
    lifecycle.run_post_confirmation(invocation, ConfirmationSource.SIGN_UP)
    return {}


def admin_set_user_password(service: Service, params: Params) -> Reply:
    """AdminSetUserPassword: set a permanent or a temporary password."""
    pool, user = _find_user(service, params)
    temporary = not params.get("Permanent")
    credentials.replace_password(service, pool, user, params["Password"], temporary=temporary)
    pool.users.set_status(user, Status.FORCE_CHANGE_PASSWORD if temporary else Status.CONFIRMED)
    user.modified = service.now()
    return {}


def admin_reset_user_password(service: Service, params: Params) -> Reply:
    """AdminResetUserPassword: send a code. The user cannot sign in until the password is reset."""
    pool, user = _find_user(service, params)
    contact, address = _find_recovery(service, pool, user)
    request = _make_message_request(params, "ForgotPassword")
    prepared = codes.prepare_code(service, pool, user, contact, purpose=Purpose.PASSWORD_RESET, request=request)
    if _find_recovery(service, pool, user) != (contact, address):
        raise _errors.NO_RECOVERY()
    pool.users.set_status(user, Status.RESET_REQUIRED)
    user.reset_code, user.modified = prepared.send(), service.now()
    return {}


def admin_enable_user(service: Service, params: Params) -> Reply:
    """AdminEnableUser."""
    pool, user = _find_user(service, params)
    pool.users.set_enabled(user, enabled=True)
    user.modified = service.now()
    return {}


def admin_disable_user(service: Service, params: Params) -> Reply:
    """AdminDisableUser: refuse sign-ins and revoke all tokens."""
    pool, user = _find_user(service, params)
    pool.users.set_enabled(user, enabled=False)
    user.modified = service.now()
    service.token_families.revoke_all(user)
    return {}


def admin_delete_user(service: Service, params: Params) -> Reply:
    """AdminDeleteUser: delete the user and revoke all tokens."""
    pool, user = _find_user(service, params)
    pool.delete_user(user)
    service.token_families.revoke_all(user)
    return {}


def _find_user(service: Service, params: Params) -> tuple[UserPool, User]:
    pool = service.get_pool(params["UserPoolId"])
    return pool, names.get_user(pool, params["Username"])


def _find_recovery(service: Service, pool: UserPool, user: User) -> tuple[str, str]:
    """Return the contact to which the code for a new password goes, and its address."""
    if not user.enabled and not service.settings.reset_of_disabled_user:
        raise _errors.USER_DISABLED()
    if user.status is Status.UNCONFIRMED or not user.has_resettable_password:
        raise _errors.NOT_RESETTABLE()
    contact = delivery.choose_recovery_contact(pool, user)
    if contact is None:
        raise _errors.NO_RECOVERY()
    return contact, user.attributes[contact]


def _make_message_request(params: Params, source: str) -> MessageRequest:
    return MessageRequest(source, metadata=params.get("ClientMetadata", {}))


def _create_user(service: Service, pool: UserPool, params: Params, chosen: str | None) -> User:
    given = attributes.from_list(params.get("UserAttributes", ()))
    held = given | names.derive_attributes(pool, params["Username"], given)
    _check_contacts(held, params)
    if chosen is None and not any(held.get(contact) for contact in CONTACT_MEDIUMS):
        raise NO_ADDRESS()
    status = Status.CONFIRMED if chosen is None else Status.FORCE_CHANGE_PASSWORD
    taken = _errors.USERNAME_EXISTS_FOR_ADMIN
    user = make_user(service, pool, params["Username"], given, chosen=chosen, status=status, taken=taken)
    force = params.get("ForceAliasCreation", False)
    # the operation declares no AliasExistsException
    check_aliases(pool, user, user.attributes, _errors.ADDRESS_EXISTS, force=force)
    invocation = TriggerInvocation(service, NoClient(pool), user, params.get("ClientMetadata", {}))
    lifecycle.run_pre_sign_up(invocation, SignUpSource.ADMIN_CREATE_USER, params.get("ValidationData", ()))
    check_name_is_free(pool, user, taken)
    resolve_alias_conflicts(pool, user, user.attributes, _errors.ADDRESS_EXISTS, force=force)
    pool.users.add(user)
    return user


def _check_contacts(given: Mapping[str, str], params: Params) -> None:
    """Require the contacts that a request says are verified, or that it wants messages to be sent to."""
    for contact, medium in CONTACT_MEDIUMS.items():
        reasons = {
            f"{contact}_verified": is_verified(given, contact),
            "DesiredDeliveryMediums": medium in params.get("DesiredDeliveryMediums", ()),
        }
        for reason, holds in reasons.items():
            if holds and not given.get(contact):
                raise _errors.CONTACT_MISSING(contact, reason)


def _renew_invitation(service: Service, pool: UserPool, params: Params, chosen: str) -> User:
    user = names.get_user(pool, params["Username"])
    if user.status is not Status.FORCE_CHANGE_PASSWORD:
        raise _errors.NOT_RESENDABLE(user.username)
    error = _errors.TEMPORARY_PASSWORD_POLICY
    password = credentials.make_stored_password(service, pool, user.username, chosen, temporary=True, error=error)
    draft = _write_invitation(service, pool, user, params, chosen)
    if user.status is not Status.FORCE_CHANGE_PASSWORD:  # since the message was written
        raise _errors.NOT_RESENDABLE(user.username)
    user.password, user.modified = password, service.now()
    draft.send()
    return user


def _invite(service: Service, pool: UserPool, user: User, params: Params, chosen: str) -> None:
    """Send a new user the temporary password, unless it is replaced while the message is written."""
    password = user.password
    draft = _write_invitation(service, pool, user, params, chosen)
    if user.password is password:
        draft.send()


def _write_invitation(service: Service, pool: UserPool, user: User, params: Params, chosen: str) -> Draft:
    mediums, request = (
        params.get("DesiredDeliveryMediums", DEFAULT_MEDIUMS),
        _make_message_request(params, "AdminCreateUser"),
    )
    return write_invitation(service, pool, user, chosen, mediums=mediums, request=request)
