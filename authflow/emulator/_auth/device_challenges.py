"""DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device replaces the second factor.

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


def find_device(step: AuthStep, user: User) -> Device | None:
    """Return the device of a sign-in: None if the client has sent no DEVICE_KEY or the pool does not track devices."""
    tracked = step.client.pool.device_tracking
    return user.devices.find(step.sign_in.device_key) if tracked else None


def needs_device_proof(step: AuthStep, user: User) -> bool:
    """Return whether the device of a sign-in must prove itself, in place of a second factor."""
    device = find_device(step, user)
    challenged = step.client.pool.device_tracking.get("ChallengeRequiredOnNewDevice", False)
    return device is not None and device.remembered and challenged


def ask_for_device(step: AuthStep, user: User) -> Reply | None:
    """Return DEVICE_SRP_AUTH if the device must prove itself in place of a second factor, else None."""
    if Proof.SECOND_FACTOR in step.sign_in.proven or not needs_device_proof(step, user):
        return None
    session = step.make_session(user, "DEVICE_SRP_AUTH")
    return {"ChallengeName": "DEVICE_SRP_AUTH", "Session": session, "ChallengeParameters": {}}


def device_srp_auth(step: AuthStep) -> Reply:
    """DEVICE_SRP_AUTH: DEVICE_KEY and SRP_A. DEVICE_PASSWORD_VERIFIER follows."""
    session, user, device = _resume(step, "DEVICE_SRP_AUTH")
    name = "DEVICE_PASSWORD_VERIFIER"
    parameters = srp_round.start_round(step, name, user.username, srp_round.make_device_credential(device))
    step.reveal_username(user)
    session.used = True
    return {
        "ChallengeName": name,
        "Session": step.make_session(user, name, challenge_data=parameters["SECRET_BLOCK"]),
        "ChallengeParameters": {"DEVICE_KEY": device.key, **parameters},
    }


def verify_proof(step: AuthStep) -> User:
    """Verify the answer to DEVICE_PASSWORD_VERIFIER, the proof and DEVICE_KEY, and return the user.

    Raises:
        ServiceError: a parameter is missing, the Session belongs to another challenge, or the proof is wrong.
    """
    proof = srp_round.SrpProof.parse(step, "DEVICE_PASSWORD_VERIFIER")
    session, user, device = _resume(step, "DEVICE_PASSWORD_VERIFIER", proof.block)
    state = proof.redeem(step, session)
    if not proof.is_right(state, srp_round.make_device_credential(device)):
        raise _errors.WRONG_PASSWORD()
    step.record_proof(Proof.DEVICE)
    step.record_proof(Proof.SECOND_FACTOR)
    return user


def _resume(step: AuthStep, challenge: str, block: str | None = None) -> tuple[Session, User, Device]:
    key = step.require("DEVICE_KEY")
    if step.session is None and not step.service.settings.device_needs_session:
        step.session = _find_round(step, challenge, key, block)
    session, user = step.resume(challenge)
    if session.sign_in.device_key != key or not needs_device_proof(step, user):
        session.used = True
        raise _errors.WRONG_PASSWORD()
    return session, user, user.devices.get(key)


def _find_round(step: AuthStep, challenge: str, key: str, block: str | None) -> str | None:
    """Return the Session of the sign-in that waits for this device, None if there is none.

    Examples of AWS do not send it: the device key identifies the sign-in, and the SECRET_BLOCK the round.
    https://github.com/awsdocs/aws-doc-sdk-examples
    """
    wanted = (step.client.id, challenge, block)
    return step.service.sessions.find_latest(
        key, lambda session: (session.client_id, session.challenge, session.challenge_data) == wanted
    )
