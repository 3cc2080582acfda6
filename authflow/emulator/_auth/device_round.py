"""A remembered device stands for a second factor: DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
"""

from authflow.emulator import _errors
from authflow.emulator._auth import srp_round
from authflow.emulator._auth.exchange import Exchange
from authflow.emulator._records.device import Device
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply


def current(exchange: Exchange, user: User) -> Device | None:
    """Return the device that a sign-in comes from, as far as the client has said so and the pool tracks devices."""
    tracked = exchange.client.pool.device_tracking
    return user.devices.find(exchange.sign_in.device_key) if tracked else None


def stands_for_mfa(exchange: Exchange, user: User) -> bool:
    """Return whether the device that a sign-in comes from is asked to prove itself, and no second factor is."""
    device = current(exchange, user)
    challenged = exchange.client.pool.device_tracking.get("ChallengeRequiredOnNewDevice", False)
    return device is not None and device.remembered and challenged


def ask(exchange: Exchange, user: User) -> Reply | None:
    """Ask DEVICE_SRP_AUTH of a device that stands for a second factor; None where it need not prove itself."""
    if Proof.SECOND_FACTOR in exchange.sign_in.proven or not stands_for_mfa(exchange, user):
        return None
    session = exchange.new_session(user, "DEVICE_SRP_AUTH")
    return {"ChallengeName": "DEVICE_SRP_AUTH", "Session": session, "ChallengeParameters": {}}


def device_srp_auth(exchange: Exchange) -> Reply:
    """DEVICE_SRP_AUTH: DEVICE_KEY and SRP_A; DEVICE_PASSWORD_VERIFIER is asked."""
    session, user, device = _answered(exchange, "DEVICE_SRP_AUTH")
    name = "DEVICE_PASSWORD_VERIFIER"
    parameters = srp_round.ask(exchange, name, user.username, srp_round.secret_of(device))
    exchange.named(user)
    session.used = True
    return {
        "ChallengeName": name,
        "Session": exchange.new_session(user, name, held=parameters["SECRET_BLOCK"]),
        "ChallengeParameters": {"DEVICE_KEY": device.key, **parameters},
    }


def proven(exchange: Exchange) -> User:
    """Take the answer to DEVICE_PASSWORD_VERIFIER: the proof and DEVICE_KEY; return whose it is.

    Raises:
        ServiceError: something is missing, the Session is not of this challenge, or the proof is wrong.
    """
    claim = srp_round.Claim.of(exchange, "DEVICE_PASSWORD_VERIFIER")
    session, user, device = _answered(exchange, "DEVICE_PASSWORD_VERIFIER")
    state = claim.redeem(exchange, session)
    if not claim.proves(state, srp_round.secret_of(device)):
        raise _errors.WRONG_PASSWORD()
    exchange.prove(Proof.DEVICE)
    exchange.prove(Proof.SECOND_FACTOR)
    return user


def _answered(exchange: Exchange, challenge: str) -> tuple[Session, User, Device]:
    key = exchange.required("DEVICE_KEY")
    session, user = exchange.answered(challenge)
    if session.sign_in.device_key != key or not stands_for_mfa(exchange, user):
        session.used = True
        raise _errors.WRONG_PASSWORD()
    return session, user, user.devices.get(key)
