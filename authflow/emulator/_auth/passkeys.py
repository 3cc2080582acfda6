"""WEB_AUTHN: a first factor, and both factors where the pool and the user say so and the user was verified."""

import json
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._auth.step import AuthStep
from authflow.emulator._crypto.credential_json import Credential, CredentialRefused, Problem, encode
from authflow.emulator._records.passkey import Passkey, PasskeyRequest
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.sign_in import Proof
from authflow.emulator._records.user import User
from authflow.emulator._service import Reply
from authflow.emulator._users import passkeys

ROAMING_FACTOR: Final = "WEB_AUTHN_ROAMING"
PARAMETER: Final = "CREDENTIAL"
REQUIRED: Final = ("clientDataJSON", "authenticatorData", "signature")


def ask_for_passkey(step: AuthStep, user: User) -> Reply:
    """Return the challenge with the options for the authenticator."""
    parameters, request = make_options(step, user)
    session = step.make_session(user, passkeys.FACTOR, request)
    return {"ChallengeName": passkeys.FACTOR, "Session": session, "ChallengeParameters": parameters}


def make_options(step: AuthStep, user: User) -> tuple[dict[str, str], PasskeyRequest]:
    """Return the challenge parameters with new options, and what their answer must prove.

    Args:
        step: the current request.
        user: a user who has a usable passkey.
    """
    service, pool = step.service, step.client.pool
    usable = passkeys.list_usable(service, pool, user)
    request = PasskeyRequest(
        service.entropy.bytes(passkeys.CHALLENGE_BYTES),
        usable[0].rp_id,
        passkeys.choose_user_verification(service.settings, pool, user),
    )
    options = {  # in the order of a recorded challenge
        "hints": [],
        "attestation": "none",
        "attestationFormats": [],
        "challenge": encode(request.challenge),
        "timeout": int(step.client.session_validity.total_seconds() * 1000),
        "rpId": request.rp_id,
        "allowCredentials": [{"id": passkey.id, "type": "public-key"} for passkey in usable],
        "userVerification": request.user_verification,
    }
    return {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options, separators=(",", ":"))}, request


def check_credential(step: AuthStep, session: Session, user: User) -> None:
    """Check the CREDENTIAL of an answer. The right one uses up the Session and proves the user's passkey.

    Raises:
        ServiceError: InvalidParameterException: there is no CREDENTIAL, or it is not JSON; the Session stays usable.
            NotAuthorizedException: it does not prove a passkey of the user.
    """
    given = _read_json(step.require(PARAMETER))
    session.used = not step.service.settings.refused_passkey_keeps_session
    try:
        _verify(step, session.challenge_data, user, given)
    except CredentialRefused as refused:
        raise _errors.PASSKEY_WRONG(refused) from None
    session.used = True


def _verify(step: AuthStep, request: PasskeyRequest | None, user: User, given: object) -> None:
    if request is None:
        raise CredentialRefused(Problem.CHALLENGE)  # the Session came without options
    from authflow.emulator._crypto import webauthn  # noqa: PLC0415 -- see there

    credential = Credential.parse(given, REQUIRED, ("userHandle",))
    service, pool = step.service, step.client.pool
    usable = passkeys.list_usable(service, pool, user)
    passkey = next((passkey for passkey in usable if passkey.id == credential.id), None)
    if passkey is None:
        raise CredentialRefused(Problem.UNKNOWN)
    known = webauthn.KnownCredential(
        passkey.id,
        passkey.public_key,
        passkey.counter,
        passkey.is_backup_eligible,
        passkeys.make_user_handle(user),
    )
    expected = passkeys.make_expectation(service.settings, request.challenge, request.rp_id, request.user_verification)
    use = webauthn.verify_assertion(credential, expected, known)
    user.note_passkey_counter(passkey, use.counter)
    step.record_proof(Proof.PASSKEY, factor=_name_factor(passkey))
    if use.is_user_verified and passkeys.count_as_both(service.settings, pool, user):
        step.record_proof(Proof.SECOND_FACTOR)


def _name_factor(passkey: Passkey) -> str:
    return passkeys.FACTOR if passkey.is_platform else ROAMING_FACTOR


def _read_json(text: str) -> Any:  # noqa: ANN401 -- JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _errors.INVALID(f"{PARAMETER} must be the JSON of a credential") from None
