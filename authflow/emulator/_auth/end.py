"""The end of a sign-in: tokens."""

from authflow.emulator._auth import device_round, events
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.device import Proposal
from authflow.emulator._records.sign_in import DEVICE_FLOWS, Proof, SignIn
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._tokens import issuing


def hand_out(step: AuthStep, user: User) -> Reply:
    """Return the tokens of a user who has proven all that is asked, and a key for a device that has none.

    Raises:
        ServiceError: a trigger refuses.
    """
    service, device, proposal = step.service, device_round.current(step, user), _proposal(step, user)
    events.post_authentication(step, user, new_device=proposal is not None)
    known = device or proposal
    request = issuing.TokenRequest(_source(step.sign_in), step.metadata, known.key if known else None)
    result = issuing.sign_in(service, step.client, user, request)
    user.note_sign_in()
    if device:
        device.authenticated = service.now()
    if proposal:
        result["NewDeviceMetadata"] = proposal.described()
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def _proposal(step: AuthStep, user: User) -> Proposal | None:
    tracked = step.client.pool.device_tracking and step.sign_in.flow in DEVICE_FLOWS
    if not tracked or device_round.current(step, user):
        return None
    service = step.service
    return user.devices.propose(service.region, service.entropy, service.now())


def _source(sign_in: SignIn) -> str:
    """Return what the event of PreTokenGeneration says of where the tokens come from."""
    if Proof.DEVICE in sign_in.proven:
        return "TokenGeneration_AuthenticateDevice"
    if Proof.NEW_PASSWORD in sign_in.proven:
        return "TokenGeneration_NewPasswordChallenge"
    return "TokenGeneration_Authentication"
