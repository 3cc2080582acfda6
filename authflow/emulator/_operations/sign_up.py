"""Sign-up: registration and confirmation of new users."""

from authflow.emulator import _errors
from authflow.emulator._auth import codes, secret_hash
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.user import Code, Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import attributes, decoys, names
from authflow.emulator._users import codes as verification
from authflow.emulator._users.registration import make_user, resolve_alias_conflicts


def sign_up(service: Service, params: Params) -> Reply:
    """SignUp: create an unconfirmed user. If the pool verifies a contact automatically, send a code to it."""
    client = _find_client(service, params)
    if client.pool.settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise _errors.SIGN_UP_CLOSED()
    chosen = params.get("Password") or None
    if chosen is None and not client.pool.has_passwordless_users:
        raise _errors.MISSING_PARAMETER("Password")
    given = attributes.from_list(params.get("UserAttributes", ()))
    attributes.check_writable(client, given)
    if "preferred_username" in client.pool.aliases and given.get("preferred_username"):
        raise _errors.PREFERRED_USERNAME_TOO_EARLY()
    user = make_user(
        service,
        client.pool,
        params["Username"],
        given,
        chosen=chosen,
        status=Status.UNCONFIRMED,
        taken=_errors.USERNAME_EXISTS,
    )
    attributes.check_required(client.pool, user.attributes)
    # the operation declares no AliasExistsException
    resolve_alias_conflicts(client.pool, user, user.attributes, _errors.ADDRESS_EXISTS)
    client.pool.users.add(user)
    session = _make_session(_make_step(service, client, params), user, codes.SIGN_UP_SESSION)
    return {"UserConfirmed": False, "UserSub": user.sub, **_send_code(service, client, user), **session}


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
    user.status, user.modified = Status.CONFIRMED, service.now()
    return _make_session(step, user, codes.CONFIRMATION_SESSION, code)


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
    return _send_code(service, client, user)


def _find_client(service: Service, params: Params) -> UserPoolClient:
    client = service.get_client(params["ClientId"])
    secret_hash.check_secret_hash(service, client, params["Username"], params.get("SecretHash"))
    return client


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


def _send_code(service: Service, client: UserPoolClient, user: User) -> Reply:
    contact = delivery.choose_contact(client.pool.auto_verified_attributes, user.attributes)
    if contact is None:
        return {}
    user.confirmation = verification.send_code(service, client.pool, user, contact, purpose=Purpose.SIGN_UP)
    return {"CodeDeliveryDetails": delivery.describe_delivery(contact, user.attributes[contact])}


def _pretend_to_send(client: UserPoolClient, name: str) -> Reply:
    contact = next(name for name in delivery.CONTACT_PREFERENCE if name in client.pool.auto_verified_attributes)
    return {
        "CodeDeliveryDetails": delivery.describe_delivery(contact, decoys.derive_contacts(client.pool, name)[contact])
    }
