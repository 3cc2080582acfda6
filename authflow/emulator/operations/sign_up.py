"""What people do to become users."""

import hmac

from authflow.emulator import attributes, delivery, faults, ghost, names, secret_hash
from authflow.emulator.auth import choice, codes
from authflow.emulator.auth.exchange import Exchange
from authflow.emulator.client import UserPoolClient
from authflow.emulator.outbox import Purpose
from authflow.emulator.registration import check_aliases, new_user
from authflow.emulator.service import Params, Reply, Service
from authflow.emulator.sign_in import SignIn
from authflow.emulator.user import Code, Status, User


def sign_up(service: Service, params: Params) -> Reply:
    """SignUp: an unconfirmed user; a code goes to the contact that the pool verifies, if it verifies any."""
    client = _client(service, params)
    if client.pool.settings.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        raise faults.SIGN_UP_CLOSED()
    if "Password" not in params:
        raise faults.MISSING_PARAMETER("Password")
    given = attributes.from_list(params.get("UserAttributes", ()))
    attributes.check_written(client, given)
    user = new_user(
        service, client.pool, params["Username"], given, chosen=params["Password"], status=Status.UNCONFIRMED
    )
    attributes.check_complete(client.pool, user.attributes)
    # the operation declares no AliasExistsException
    check_aliases(client.pool, user, user.attributes, faults.USERNAME_EXISTS)
    client.pool.add(user)
    session = _session(service, client, user, params["Username"], codes.SIGNED_UP)
    return {"UserConfirmed": False, "UserSub": user.sub, **_send_code(service, client, user), **session}


def confirm_sign_up(service: Service, params: Params) -> Reply:
    """ConfirmSignUp: the code came back, so the contact is the user's."""
    client = _client(service, params)
    user = names.find(client.pool, params["Username"])
    if user is None:
        raise faults.EXPIRED_CODE() if client.hides_users else faults.NO_USER_OF_CLIENT()
    user.attempts.count("ConfirmSignUp", service.now())
    if user.status is not Status.UNCONFIRMED:
        raise faults.NOT_CONFIRMABLE(user.status)
    code = _checked(user.confirmation, params["ConfirmationCode"], service)
    having = {**user.attributes, f"{code.attribute}_verified": "true"}
    force = params.get("ForceAliasCreation", False)
    check_aliases(client.pool, user, having, faults.ALIAS_EXISTS, force=force)
    _redeem(service, client, user, params.get("Session"))
    user.attributes, user.confirmation = having, None
    user.status, user.modified = Status.CONFIRMED, service.now()
    return _session(service, client, user, params["Username"], codes.CONFIRMED, choice.BY_CODE[code.attribute])


def resend_confirmation_code(service: Service, params: Params) -> Reply:
    """ResendConfirmationCode: another code; the earlier one does not count any more."""
    client = _client(service, params)
    if not client.pool.auto_verified:
        raise faults.NO_AUTO_VERIFICATION()
    user = names.find(client.pool, params["Username"])
    if user is None:
        if client.hides_users:
            return _pretended(client, params["Username"])
        raise faults.NO_USER_OF_CLIENT()
    if user.status is not Status.UNCONFIRMED:
        raise faults.ALREADY_CONFIRMED()
    user.attempts.count("ResendConfirmationCode", service.now())
    return _send_code(service, client, user)


def _client(service: Service, params: Params) -> UserPoolClient:
    client = service.client(params["ClientId"])
    secret_hash.check(client, params["Username"], params.get("SecretHash"))
    return client


def _session(
    service: Service, client: UserPoolClient, user: User, name: str, step: str, held: object = None
) -> Reply:
    """Return the Session for the next step of a sign-up that ends in a sign-in, where the client may use USER_AUTH."""
    if "ALLOW_USER_AUTH" not in client.allowed_flows:
        return {}
    exchange = Exchange(service, client, {}, admin=False, session=None, sign_in=SignIn("USER_AUTH", typed=name))
    return {"Session": exchange.new_session(user, step, held)}


def _redeem(service: Service, client: UserPoolClient, user: User, text: str | None) -> None:
    """Take the Session that SignUp gave, if one came."""
    if text is None:
        return
    session, owner = service.sessions.find(text, client, {codes.SIGNED_UP}, service.now())
    if owner is not user:
        raise faults.SESSION_INVALID()
    session.used = True


def _checked(code: Code | None, given: str, service: Service) -> Code:
    if code is None or service.now() >= code.expires:
        raise faults.EXPIRED_CODE()
    if not hmac.compare_digest(code.text.encode(), given.encode()):
        raise faults.WRONG_CODE()
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
    return {"CodeDeliveryDetails": delivery.details(contact, ghost.contacts(client.pool, name)[contact])}
