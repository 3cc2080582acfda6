"""What people do to become users."""

import hmac

from authflow.emulator import _errors
from authflow.emulator._auth import choice, codes, secret_hash
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._messages import delivery
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sign_in import SignIn
from authflow.emulator._records.user import Code, Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._users import attributes, decoys, names
from authflow.emulator._users.registration import check_aliases, new_user


def sign_up(service: Service, params: Params) -> Reply:
    """SignUp: an unconfirmed user; a code goes to the contact that the pool verifies, if it verifies any."""
    client = _client(service, params)
    if client.pool.settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise _errors.SIGN_UP_CLOSED()
    if "Password" not in params:
        raise _errors.MISSING_PARAMETER("Password")
    given = attributes.from_list(params.get("UserAttributes", ()))
    attributes.check_written(client, given)
    user = new_user(
        service, client.pool, params["Username"], given, chosen=params["Password"], status=Status.UNCONFIRMED
    )
    attributes.check_complete(client.pool, user.attributes)
    # the operation declares no AliasExistsException
    check_aliases(client.pool, user, user.attributes, _errors.USERNAME_EXISTS)
    client.pool.add(user)
    session = _session(_make_step(service, client, params), user, codes.SIGNED_UP)
    return {"UserConfirmed": False, "UserSub": user.sub, **_send_code(service, client, user), **session}


def confirm_sign_up(service: Service, params: Params) -> Reply:
    """ConfirmSignUp: the code came back, so the contact is the user's."""
    client = _client(service, params)
    user = names.find(client.pool, params["Username"])
    if user is None:
        raise _errors.EXPIRED_CODE() if client.hides_users else _errors.NO_USER_OF_CLIENT()
    user.attempts.count("ConfirmSignUp", service.now())
    if user.status is not Status.UNCONFIRMED:
        raise _errors.NOT_CONFIRMABLE(user.status)
    code = _checked(user.confirmation, params["ConfirmationCode"], service)
    having = {**user.attributes, f"{code.attribute}_verified": "true"}
    force = params.get("ForceAliasCreation", False)
    check_aliases(client.pool, user, having, _errors.ALIAS_EXISTS, force=force)
    step = _make_step(service, client, params)
    _redeem(step, user)
    user.attributes, user.confirmation = having, None
    user.status, user.modified = Status.CONFIRMED, service.now()
    return _session(step, user, codes.CONFIRMED, choice.BY_CODE[code.attribute])


def resend_confirmation_code(service: Service, params: Params) -> Reply:
    """ResendConfirmationCode: another code; the earlier one does not count any more."""
    client = _client(service, params)
    if not client.pool.auto_verified:
        raise _errors.NO_AUTO_VERIFICATION()
    user = names.find(client.pool, params["Username"])
    if user is None:
        if client.hides_users:
            return _pretended(client, params["Username"])
        raise _errors.NO_USER_OF_CLIENT()
    if user.status is not Status.UNCONFIRMED:
        raise _errors.ALREADY_CONFIRMED()
    user.attempts.count("ResendConfirmationCode", service.now())
    return _send_code(service, client, user)


def _client(service: Service, params: Params) -> UserPoolClient:
    client = service.client(params["ClientId"])
    secret_hash.check(client, params["Username"], params.get("SecretHash"))
    return client


def _make_step(service: Service, client: UserPoolClient, params: Params) -> AuthStep:
    """Return the step of a sign-in by USER_AUTH that a request about a sign-up may be, too."""
    sign_in = SignIn("USER_AUTH", typed=params["Username"])
    return AuthStep(service, client, {}, admin=False, session=params.get("Session"), sign_in=sign_in)


def _session(step: AuthStep, user: User, reached: str, held: object = None) -> Reply:
    """Return the Session for the next step, where the client may use USER_AUTH."""
    permitted = "ALLOW_USER_AUTH" in step.client.allowed_flows
    return {"Session": step.new_session(user, reached, held)} if permitted else {}


def _redeem(step: AuthStep, user: User) -> None:
    """Take the Session that SignUp gave, if one came."""
    if step.session is None:
        return
    session, owner = step.found(codes.SIGNED_UP)
    if owner is not user:
        raise _errors.SESSION_INVALID()
    session.used = True


def _checked(code: Code | None, given: str, service: Service) -> Code:
    if code is None or service.now() >= code.expires:
        raise _errors.EXPIRED_CODE()
    if not hmac.compare_digest(code.text.encode(), given.encode()):
        raise _errors.WRONG_CODE()
    return code


def _send_code(service: Service, client: UserPoolClient, user: User) -> Reply:
    contact = delivery.contact(client.pool.auto_verified, user.attributes)
    if contact is None:
        return {}
    expires = service.now() + delivery.SIGN_UP_CODE_VALIDITY
    user.confirmation = Code(service.entropy.code(), contact, expires)
    delivery.send(service.outbox, client.pool, user, contact, purpose=Purpose.SIGN_UP, code=user.confirmation.text)
    return {"CodeDeliveryDetails": delivery.details(contact, user.attributes[contact])}


def _pretended(client: UserPoolClient, name: str) -> Reply:
    contact = next(name for name in delivery.PREFERENCE if name in client.pool.auto_verified)
    return {"CodeDeliveryDetails": delivery.details(contact, decoys.contacts(client.pool, name)[contact])}
