"""Sign-up: registration and confirmation of new users."""

from collections.abc import Mapping
from typing import Final

from authflow.emulator import _errors
from authflow.emulator._auth import codes, secret_hash
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._messages import delivery
from authflow.emulator._messages.writing import MessageRequest
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.user import Code, Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._triggers import lifecycle
from authflow.emulator._triggers.lifecycle import ConfirmationSource, SignUpSource
from authflow.emulator._triggers.registry import TriggerInvocation
from authflow.emulator._users import attributes, decoys, names
from authflow.emulator._users import codes as verification
from authflow.emulator._users.registration import check_name_is_free, make_user, resolve_alias_conflicts

#: the error if the user is deleted while a Lambda trigger runs: SignUp declares no UserNotFoundException
GONE: Final = _errors.NO_USER_OF_DEVICE


def sign_up(service: Service, params: Params) -> Reply:
    """SignUp: create a user, who is unconfirmed unless PreSignUp confirms them.

    If the pool verifies a contact automatically, an unconfirmed user is sent a code there.
    """
    client = _find_client(service, params)
    _check_request(client, params)
    user = make_user(
        service,
        client.pool,
        params["Username"],
        attributes.from_list(params.get("UserAttributes", ())),
        chosen=params.get("Password") or None,
        status=Status.UNCONFIRMED,
        taken=_errors.USERNAME_EXISTS,
    )
    _check_user(client.pool, user, user.attributes)
    invocation = _make_invocation(service, client, user, params)
    decision = lifecycle.run_pre_sign_up(invocation, SignUpSource.SIGN_UP, params.get("ValidationData", ()))
    _check_request(client, params)
    check_name_is_free(client.pool, user, _errors.USERNAME_EXISTS)
    updated = decision.apply_to(user.attributes)
    _check_user(client.pool, user, updated, force=bool(decision.verified))
    user.attributes = updated
    if decision.confirm:
        client.pool.users.set_status(user, Status.CONFIRMED)
        user.auto_confirmed = True
    client.pool.users.add(user)
    return _welcome(service, client, user, params)


def confirm_sign_up(service: Service, params: Params) -> Reply:
    """ConfirmSignUp: check the code, confirm the user and verify the contact."""
    client = _find_client(service, params)
    user = names.find_user(client.pool, params["Username"])
    if user is None:
        raise _errors.EXPIRED_CODE() if client.has_hidden_users else _errors.NO_USER_OF_CLIENT()
    user.attempts.count("ConfirmSignUp", service.now())
    if user.status is not Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMABLE(user.status)
    code = _check_code(user, params["ConfirmationCode"], service)
    updated = {**user.attributes, f"{code.attribute}_verified": "true"}
    step = _make_step(service, client, params)
    session = _find_session(step, user)
    force = params.get("ForceAliasCreation", False)
    resolve_alias_conflicts(client.pool, user, updated, service.alias_exists, force=force)
    if session is not None:
        session.used = True
    client.pool.users.set_attributes(user, updated)
    user.confirmation = None
    client.pool.users.set_status(user, Status.CONFIRMED)
    user.modified = service.now()
    reply = _make_session(step, user, codes.CONFIRMATION_SESSION, code)
    invocation = _make_invocation(service, client, user, params)
    lifecycle.run_post_confirmation(invocation, ConfirmationSource.SIGN_UP)
    return reply


def resend_confirmation_code(service: Service, params: Params) -> Reply:
    """ResendConfirmationCode: send a new code. The earlier code is no longer valid.

    If the client hides which users exist, also an unknown user and a confirmed one seem to get a code.
    https://github.com/aws-amplify/amplify-js/issues/14762
    """
    client = _find_client(service, params)
    if not client.pool.auto_verified_attributes:
        raise _errors.NO_AUTO_VERIFICATION()
    user = names.find_user(client.pool, params["Username"])
    if user is None or user.status is not Status.UNCONFIRMED:
        if client.has_hidden_users:
            return _pretend_to_send(client, params["Username"])
        raise _errors.NO_USER_OF_CLIENT() if user is None else _errors.ALREADY_CONFIRMED()
    user.attempts.count("ResendConfirmationCode", service.now())
    reply = _send_code(service, client, user, _make_message_request(client, params, "ResendCode"))
    if user.status is not Status.UNCONFIRMED and not client.has_hidden_users:  # since the message was written
        raise _errors.ALREADY_CONFIRMED()
    return reply


def _find_client(service: Service, params: Params) -> UserPoolClient:
    client = service.get_client(params["ClientId"])
    secret_hash.check_secret_hash(service, client, params["Username"], params.get("SecretHash"))
    return client


def _check_request(client: UserPoolClient, params: Params) -> None:
    """Require that the client may sign up a user with these attributes, and without a password if there is none."""
    if client.pool.settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise _errors.SIGN_UP_CLOSED()
    if not params.get("Password") and not client.pool.has_passwordless_users:
        raise _errors.MISSING_PARAMETER("Password")
    given = attributes.from_list(params.get("UserAttributes", ()))
    attributes.check_writable(client, given)
    if "preferred_username" in client.pool.aliases and given.get("preferred_username"):
        raise _errors.PREFERRED_USERNAME_TOO_EARLY()


def _check_user(pool: UserPool, user: User, held: Mapping[str, str], *, force: bool = False) -> None:
    attributes.check_required(pool, held)
    # the operation declares no AliasExistsException
    resolve_alias_conflicts(pool, user, held, _errors.ADDRESS_EXISTS, force=force)


def _welcome(service: Service, client: UserPoolClient, user: User, params: Params) -> Reply:
    """Send the code to a new user, or run PostConfirmation; return the reply of SignUp."""
    reply = {"UserConfirmed": user.status is Status.CONFIRMED, "UserSub": user.sub}
    if user.status is Status.CONFIRMED:
        lifecycle.run_post_confirmation(_make_invocation(service, client, user, params), ConfirmationSource.SIGN_UP)
        return reply
    session = _make_session(_make_step(service, client, params), user, codes.SIGN_UP_SESSION)
    return {**reply, **_send_code(service, client, user, _make_message_request(client, params, "SignUp")), **session}


def _make_invocation(service: Service, client: UserPoolClient, user: User, params: Params) -> TriggerInvocation:
    return TriggerInvocation(service, client, user, params.get("ClientMetadata", {}), GONE)


def _make_message_request(client: UserPoolClient, params: Params, source: str) -> MessageRequest:
    return MessageRequest(source, client, params.get("ClientMetadata", {}), GONE)


def _make_step(service: Service, client: UserPoolClient, params: Params) -> AuthStep:
    """Return an AuthStep of USER_AUTH: the Session of a sign-up can start such a sign-in."""
    sign_in = SignIn("USER_AUTH", entered_username=params["Username"])
    return AuthStep(service, client, {}, admin=False, session=params.get("Session"), sign_in=sign_in)


def _make_session(step: AuthStep, user: User, stage: str, challenge_data: object = None) -> Reply:
    """Return a Session for the next request, if the client may use USER_AUTH."""
    permitted = "ALLOW_USER_AUTH" in step.client.allowed_flows
    return {"Session": step.make_session(user, stage, challenge_data)} if permitted else {}


def _find_session(step: AuthStep, user: User) -> Session | None:
    """Return the Session from SignUp, if the request has one."""
    if step.session is None:
        return None
    session, owner = step.find_session(codes.SIGN_UP_SESSION)
    if owner is not user:
        raise _errors.SESSION_INVALID()
    return session


def _check_code(user: User, given: str, service: Service) -> Code:
    if user.confirmation and not user.confirmation.proves_address_of(user.attributes):
        raise _errors.EXPIRED_CODE()
    return verification.check_code(service, user.confirmation, given)


def _send_code(service: Service, client: UserPoolClient, user: User, request: MessageRequest) -> Reply:
    contact = delivery.choose_contact(client.pool.auto_verified_attributes, user.attributes)
    if contact is None:
        return {}
    address = user.attributes[contact]
    prepared = verification.prepare_code(service, client.pool, user, contact, purpose=Purpose.SIGN_UP, request=request)
    if user.status is Status.UNCONFIRMED and user.attributes.get(contact) == address:  # still
        user.confirmation = prepared.send()
    return {"CodeDeliveryDetails": delivery.describe_delivery(contact, address)}


def _pretend_to_send(client: UserPoolClient, name: str) -> Reply:
    contact = next(name for name in delivery.CONTACT_PREFERENCE if name in client.pool.auto_verified_attributes)
    return {
        "CodeDeliveryDetails": delivery.describe_delivery(contact, decoys.derive_contacts(client.pool, name)[contact])
    }
