"""A forgotten password: a code is sent, and with it a new password is set."""

from authflow.emulator import _errors
from authflow.emulator._auth import secret_hash
from authflow.emulator._messages import delivery
from authflow.emulator._messages.writing import MessageRequest
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._triggers import lifecycle
from authflow.emulator._triggers.lifecycle import ConfirmationSource
from authflow.emulator._triggers.registry import TriggerInvocation
from authflow.emulator._users import codes, credentials, decoys, migration, names


def forgot_password(service: Service, params: Params) -> Reply:
    """ForgotPassword: send a code. Where users are hidden, it pretends to for those who can't get one.

    A user who is not in the pool may be migrated to it.
    """
    client, metadata = _find_client(service, params), params.get("ClientMetadata", {})
    user = names.find_user(client.pool, params["Username"])
    if user is None:
        request = migration.MigrationRequest(service, client, params["Username"], metadata=metadata)
        user = migration.migrate_user(request)
    if _hides_refusal(client, user):
        return _pretend_to_send(client, params["Username"])
    if user is None:
        raise _errors.NO_USER_OF_CLIENT()
    contact, address = _find_recovery(client, user)
    user.attempts.count("ForgotPassword", service.now(), service.settings.resets_per_hour)
    request_of_message = MessageRequest("ForgotPassword", client, metadata)
    prepared = codes.prepare_code(
        service, client.pool, user, contact, purpose=Purpose.PASSWORD_RESET, request=request_of_message
    )
    if _hides_refusal(client, user):  # since the message was written
        return _pretend_to_send(client, params["Username"])
    if _find_recovery(client, user) != (contact, address):
        raise _errors.NO_RECOVERY()
    user.reset_code = prepared.send()
    return {"CodeDeliveryDetails": delivery.describe_delivery(contact, address)}


def confirm_forgot_password(service: Service, params: Params) -> Reply:
    """ConfirmForgotPassword: check the code, set the password and confirm the user."""
    client = _find_client(service, params)
    user = names.find_user(client.pool, params["Username"])
    if client.has_hidden_users and (user is None or not user.enabled):
        raise _errors.WRONG_CODE()
    if user is None:
        raise _errors.NO_USER_OF_CLIENT()
    if not user.enabled:
        raise _errors.USER_DISABLED()
    user.attempts.count("ConfirmForgotPassword", service.now(), service.settings.resets_per_hour)
    codes.check_code(service, user.reset_code, params["ConfirmationCode"])
    credentials.replace_password(service, client.pool, user, params["Password"])
    client.pool.users.set_status(user, Status.CONFIRMED)
    user.reset_code, user.modified = None, service.now()
    invocation = TriggerInvocation(service, client, user, params.get("ClientMetadata", {}))
    lifecycle.run_post_confirmation(invocation, ConfirmationSource.FORGOT_PASSWORD)
    return {}


def _hides_refusal(client: UserPoolClient, user: User | None) -> bool:
    """Return whether the client must not learn that this user gets no code."""
    if not client.has_hidden_users:
        return False
    return user is None or not user.enabled or delivery.choose_recovery_contact(client.pool, user) is None


def _find_recovery(client: UserPoolClient, user: User) -> tuple[str, str]:
    """Return the contact to which the code for a new password goes, and its address."""
    if not user.enabled:
        raise _errors.USER_DISABLED()
    if not user.has_resettable_password:
        raise _errors.NOT_RESETTABLE()
    contact = delivery.choose_recovery_contact(client.pool, user)
    if contact is None:
        raise _errors.NO_RECOVERY()
    return contact, user.attributes[contact]


def _find_client(service: Service, params: Params) -> UserPoolClient:
    client = service.get_client(params["ClientId"])
    secret_hash.check_secret_hash(service, client, params["Username"], params.get("SecretHash"))
    return client


def _pretend_to_send(client: UserPoolClient, name: str) -> Reply:
    permitted = delivery.list_recovery_contacts(client.pool) or delivery.CONTACT_PREFERENCE
    entered = names.parse_contact(name)
    contact = next(iter([kind for kind in permitted if kind in entered] or permitted))
    return {
        "CodeDeliveryDetails": delivery.describe_delivery(contact, decoys.derive_contacts(client.pool, name)[contact])
    }
