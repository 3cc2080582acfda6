"""Registration of passkeys, by users who are signed in.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StartWebAuthnRegistration.html
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._crypto.credential_json import Credential, CredentialRefused, Problem, encode
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._operations.paging import Listing, take_page
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.passkey import MAX_PASSKEYS, Passkey, PendingRegistration
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Reply, Service
from authflow.emulator._tokens import issuing
from authflow.emulator._users import passkeys

ALGORITHMS: Final = (-7, -257)
#: timeout in the options, as recorded
TIMEOUT: Final = timedelta(minutes=1)
BINARY: Final = ("clientDataJSON", "attestationObject")

# own texts
NO_RP_ID: Final = ErrorTemplate(
    "WebAuthnConfigurationMissingException", "The user pool has neither a relying party id nor a domain"
)
NO_REGISTRATION: Final = ErrorTemplate(
    "WebAuthnChallengeNotFoundException", "No registration is in progress, or it has expired"
)
OTHER_CLIENT: Final = ErrorTemplate(
    "WebAuthnClientMismatchException", "The registration was started by another app client"
)
OTHER_RP_ID: Final = ErrorTemplate(
    "WebAuthnRelyingPartyMismatchException", "The passkey belongs to another relying party id than {}"
)
ORIGIN_REFUSED: Final = ErrorTemplate(
    "WebAuthnOriginNotAllowedException", "The passkey's origin may not use the relying party id {}"
)
NOT_SUPPORTED: Final = ErrorTemplate("WebAuthnCredentialNotSupportedException", "The passkey is refused: {}")
TAKEN: Final = ErrorTemplate("InvalidParameterException", "The passkey is registered already")
TOO_MANY: Final = ErrorTemplate("LimitExceededException", "A user can have {} passkeys")
NO_PASSKEY: Final = ErrorTemplate("ResourceNotFoundException", "The user has no such passkey")
# https://github.com/aws/aws-sdk-net/issues/4386
BAD_CREDENTIAL: Final = ErrorTemplate("InvalidParameterException", "Credential data is not valid")

#: the errors for what can be wrong with a credential beside its form
REFUSALS: Final[Mapping[Problem, ErrorTemplate]] = {
    Problem.CHALLENGE: NO_REGISTRATION,
    Problem.ORIGIN: ORIGIN_REFUSED,
    Problem.RP_ID: OTHER_RP_ID,
    Problem.USER_PRESENCE: NOT_SUPPORTED,
    Problem.USER_VERIFICATION: NOT_SUPPORTED,
    Problem.ALGORITHM: NOT_SUPPORTED,
    Problem.ATTESTATION: NOT_SUPPORTED,
}


def start_web_authn_registration(service: Service, params: Params) -> Reply:
    """StartWebAuthnRegistration: return the options for the authenticator. An earlier registration ends."""
    client, user = _find_user(service, params)
    pool, settings, now = client.pool, service.settings, service.now()
    passkeys.require_enabled(pool)
    rp_id = passkeys.find_rp_id(service, pool)
    if rp_id is None:
        raise NO_RP_ID()
    challenge, verification = service.entropy.bytes(passkeys.CHALLENGE_BYTES), passkeys.get_user_verification(pool)
    expires = now + (TIMEOUT if settings.passkey_registration is None else settings.passkey_registration)
    user.pending_passkey = PendingRegistration(challenge, client.id, rp_id, verification, expires)
    display_name = user.username if settings.passkey_display_name else ""
    options = {
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": verification,
        },
        "challenge": encode(challenge),
        "excludeCredentials": [{"id": passkey.id, "type": "public-key"} for passkey in user.passkeys],
        "pubKeyCredParams": [{"alg": algorithm, "type": "public-key"} for algorithm in ALGORITHMS],
        "rp": {"id": rp_id, "name": rp_id},
        "timeout": int(TIMEOUT.total_seconds() * 1000),
        "user": {"id": encode(passkeys.make_user_handle(user)), "name": user.username, "displayName": display_name},
    }
    return {"CredentialCreationOptions": options}


def complete_web_authn_registration(service: Service, params: Params) -> Reply:
    """CompleteWebAuthnRegistration: verify the authenticator's answer and add the passkey.

    The challenge can be answered once. After a refused answer, another one can be sent until it expires.
    """
    client, user = _find_user(service, params)
    pool, pending = client.pool, user.pending_passkey
    passkeys.require_enabled(pool)
    if pending is None or service.now() >= pending.expires:
        raise NO_REGISTRATION()
    if pending.client_id != client.id:
        raise OTHER_CLIENT()
    if passkeys.find_rp_id(service, pool) != pending.rp_id:
        raise OTHER_RP_ID(pending.rp_id)
    made = _verify(service, params["Credential"], user, pending)
    if made.id in pool.passkey_owners:
        raise TAKEN()
    if len(user.passkeys) >= MAX_PASSKEYS:
        raise TOO_MANY(MAX_PASSKEYS)
    pool.add_passkey(user, made)
    user.pending_passkey = None
    return {}


def list_web_authn_credentials(service: Service, params: Params) -> Reply:
    """ListWebAuthnCredentials, in the order of registration."""
    _, user = _find_user(service, params)

    def read(number: int | None, count: int) -> Sequence[tuple[int, Passkey]]:
        later = [passkey for passkey in user.passkeys if passkey.number > (number or 0)]
        return [(passkey.number, passkey) for passkey in later[:count]]

    listing = Listing("ListWebAuthnCredentials", limit="MaxResults", size=MAX_PASSKEYS)
    page, more = take_page(service, listing, params, read, whose=user.sub)
    shows_transports = service.settings.passkey_transports_listed
    return {"Credentials": [_describe(passkey, shows_transports=shows_transports) for passkey in page], **more}


def delete_web_authn_credential(service: Service, params: Params) -> Reply:
    """DeleteWebAuthnCredential."""
    client, user = _find_user(service, params)
    found = next((passkey for passkey in user.passkeys if passkey.id == params["CredentialId"]), None)
    if found is None:
        raise NO_PASSKEY()
    client.pool.delete_passkey(user, found)
    return {}


def _find_user(service: Service, params: Params) -> tuple[UserPoolClient, User]:
    # these operations declare no UserNotFoundException
    client, user = issuing.verify_access_token(service, params["AccessToken"], gone=_errors.ACCESS_TOKEN_REVOKED)
    if user.status is Status.RESET_REQUIRED:
        raise _errors.RESET_REQUIRED()
    return client, user


def _verify(service: Service, given: object, user: User, pending: PendingRegistration) -> Passkey:
    """Return the passkey in a credential that answers the pending registration."""
    from authflow.emulator._crypto import webauthn  # noqa: PLC0415 -- see there

    expected = passkeys.make_expectation(service.settings, pending.challenge, pending.rp_id, pending.user_verification)
    try:
        credential = Credential.parse(given, BINARY)
        if service.settings.passkey_needs_transports and not (credential.transports or credential.attachment):
            raise BAD_CREDENTIAL()
        made = webauthn.verify_registration(credential, expected)
    except CredentialRefused as refused:
        template = REFUSALS.get(refused.problem, BAD_CREDENTIAL)
        raise template(refused if template is NOT_SUPPORTED else pending.rp_id) from None
    return Passkey(
        credential.id,
        max((passkey.number for passkey in user.passkeys), default=0) + 1,
        made.public_key,
        pending.rp_id,
        made.counter,
        made.is_backup_eligible,
        credential.attachment,
        credential.transports,
        service.now(),
    )


def _describe(passkey: Passkey, *, shows_transports: bool) -> dict[str, Any]:
    """Return a passkey as a WebAuthnCredentialDescription structure."""
    return {
        "CredentialId": passkey.id,
        "FriendlyCredentialName": "Platform passkey" if passkey.is_platform else "Roaming passkey",
        "RelyingPartyId": passkey.rp_id,
        **({"AuthenticatorAttachment": passkey.attachment} if passkey.attachment else {}),
        **({"AuthenticatorTransports": list(passkey.transports)} if shows_transports else {}),
        "CreatedAt": passkey.created,
    }
