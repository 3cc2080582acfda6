"""A remembered device stands for a second factor: DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html
"""

from authflow.emulator import _errors
from authflow.emulator._auth import srp_round
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.device import Device
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply


def current(step: AuthStep, user: User) -> Device | None:
    """Return the device that a sign-in comes from, as far as the client has said so and the pool tracks devices."""
    tracked = step.client.pool.device_tracking
    return user.devices.find(step.sign_in.device_key) if tracked else None


def stands_for_mfa(step: AuthStep, user: User) -> bool:
    """Return whether the device that a sign-in comes from is asked to prove itself, and no second factor is."""
    device = current(step, user)
    challenged = step.client.pool.device_tracking.get("ChallengeRequiredOnNewDevice", False)
    return device is not None and device.remembered and challenged


def ask(step: AuthStep, user: User) -> Reply | None:
    """Ask DEVICE_SRP_AUTH of a device that stands for a second factor; None where it need not prove itself."""
    if Proof.SECOND_FACTOR in step.sign_in.proven or not stands_for_mfa(step, user):
        return None
    session = step.new_session(user, "DEVICE_SRP_AUTH")
    return {"ChallengeName": "DEVICE_SRP_AUTH", "Session": session, "ChallengeParameters": {}}


def device_srp_auth(step: AuthStep) -> Reply:
    """DEVICE_SRP_AUTH: DEVICE_KEY and SRP_A; DEVICE_PASSWORD_VERIFIER is asked."""
    session, user, device = _answered(step, "DEVICE_SRP_AUTH")
    name = "DEVICE_PASSWORD_VERIFIER"
    parameters = srp_round.ask(step, name, user.username, srp_round.secret_of(device))
    step.named(user)
    session.used = True
    return {
        "ChallengeName": name,
        "Session": step.new_session(user, name, held=parameters["SECRET_BLOCK"]),
        "ChallengeParameters": {"DEVICE_KEY": device.key, **parameters},
    }


def proven(step: AuthStep) -> User:
    """Take the answer to DEVICE_PASSWORD_VERIFIER: the proof and DEVICE_KEY; return whose it is.

    Raises:
        ServiceError: something is missing, the Session is not of this challenge, or the proof is wrong.
    """
    claim = srp_round.Claim.of(step, "DEVICE_PASSWORD_VERIFIER")
    session, user, device = _answered(step, "DEVICE_PASSWORD_VERIFIER")
    state = claim.redeem(step, session)
    if not claim.proves(state, srp_round.secret_of(device)):
        raise _errors.WRONG_PASSWORD()
    step.prove(Proof.DEVICE)
    step.prove(Proof.SECOND_FACTOR)
    return user


def _answered(step: AuthStep, challenge: str) -> tuple[Session, User, Device]:
    key = step.required("DEVICE_KEY")
    session, user = step.answered(challenge)
    if session.sign_in.device_key != key or not stands_for_mfa(step, user):
        session.used = True
        raise _errors.WRONG_PASSWORD()
    return session, user, user.devices.get(key)
