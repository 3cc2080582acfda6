"""Completing a sign-in: tokens, and keys for a new device."""

from authflow.emulator import _errors
from authflow.emulator._auth import device_challenges, lambda_events, step_up
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._records.device import ProposedDevice
from authflow.emulator._records.sign_in import DEVICE_FLOWS, Proof, SignIn
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._tokens import issuing


def issue_tokens(step: AuthStep, user: User) -> Reply:
    """Issue the tokens of a completed sign-in, with NewDeviceMetadata if the device has no key yet.

    Raises:
        ServiceError: a Lambda trigger refuses.
    """
    service, device, proposal = step.service, device_challenges.find_device(step, user), _propose_device(step, user)
    lambda_events.run_post_authentication(step, user, new_device=proposal is not None)
    known = device or proposal
    request = issuing.TokenRequest(
        _choose_source(step.sign_in),
        step.metadata,
        known.key if known else None,
        step.address,
        step_up.make_levels(step),
        step.sign_in.event_id,
    )
    result = issuing.issue_for_sign_in(
        service, step.client, user, request, lambda: _check_again(step, user, had_device=device is not None)
    )
    user.note_sign_in()
    if device:
        device.authenticated = service.now()
    if proposal:
        result["NewDeviceMetadata"] = proposal.describe()
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def _check_again(step: AuthStep, user: User, *, had_device: bool) -> None:
    """Require that the user may still sign in: while Lambda triggers ran, other requests were let in.

    Raises:
        ServiceError: the user is disabled, has another password or must reset it, or the device is forgotten.
    """
    if not user.enabled:
        raise _errors.USER_DISABLED()
    step.check_account_status(user)
    step.check_password_is_unchanged(user)
    if had_device and not device_challenges.find_device(step, user):
        raise _errors.WRONG_PASSWORD()


def _propose_device(step: AuthStep, user: User) -> ProposedDevice | None:
    tracked = step.client.pool.device_tracking and step.sign_in.flow in DEVICE_FLOWS
    if not tracked or device_challenges.find_device(step, user):
        return None
    service = step.service
    return user.devices.propose(service.region, service.entropy, service.now())


def _choose_source(sign_in: SignIn) -> str:
    """Return the ``triggerSource`` of PreTokenGeneration's event."""
    if Proof.DEVICE in sign_in.proven:
        return "TokenGeneration_AuthenticateDevice"
    if Proof.NEW_PASSWORD in sign_in.proven:
        return "TokenGeneration_NewPasswordChallenge"
    return "TokenGeneration_Authentication"
