"""Passkeys: where a pool has them, which of a user's can be used, and how a credential is verified.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
"""

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages.links import find_host
from authflow.emulator._records.passkey import PREFERRED, REQUIRED, Passkey
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._settings import Settings
from authflow.emulator._users import mfa

if TYPE_CHECKING:
    from authflow.emulator._crypto.webauthn import Expectation

FACTOR: Final = "WEB_AUTHN"
MULTI_FACTOR: Final = "MULTI_FACTOR_WITH_USER_VERIFICATION"
CHALLENGE_BYTES: Final = 16  # as recorded
LOCALHOST: Final = "localhost"
ANDROID: Final = "android:apk-key-hash:"
LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
RP_ID: Final = re.compile(rf"{LABEL}(?:\.{LABEL})*\.(?!\d+$){LABEL}")
ORIGIN: Final = re.compile(r"(https?)://([a-z0-9.-]+)(?::\d{1,5})?")
BAD_RP_ID: Final = ErrorTemplate(
    "InvalidParameterException", "RelyingPartyId must be a domain name that is no public suffix"
)  # own text


def check_rp_id(rp_id: str, settings: Settings) -> None:
    """Require a domain name below which nobody else can have names.

    Raises:
        ServiceError: InvalidParameterException.
    """
    if rp_id == LOCALHOST and settings.passkey_localhost:
        return
    from authflow.emulator._crypto.webauthn import is_public_suffix  # noqa: PLC0415 -- see there

    if not RP_ID.fullmatch(rp_id) or is_public_suffix(rp_id):
        raise BAD_RP_ID()


def find_rp_id(service: Service, pool: UserPool) -> str | None:
    """Return a pool's RP id: the configured one, or else its custom domain, or its prefix domain; None without any."""
    return pool.passkey_configuration.get("RelyingPartyId") or find_host(service, pool)


def are_enabled(pool: UserPool) -> bool:
    """Return whether users of a pool can register passkeys and sign in with them."""
    return FACTOR in pool.first_factors


def list_usable(service: Service, pool: UserPool, user: User) -> list[Passkey]:
    """Return the passkeys that a user can sign in with: those that belong to the pool's present RP id."""
    rp_id = find_rp_id(service, pool)
    return [passkey for passkey in user.passkeys if passkey.rp_id == rp_id] if are_enabled(pool) else []


def count_as_both(settings: Settings, pool: UserPool, user: User) -> bool:
    """Return whether a passkey stands for both factors of a user if the authenticator has verified the user."""
    is_on = user.passkey_mfa or not settings.passkey_mfa_by_preference
    return is_on and pool.passkey_configuration.get("FactorConfiguration") == MULTI_FACTOR


def choose_user_verification(settings: Settings, pool: UserPool, user: User) -> str:
    """Return UserVerification for a sign-in: the pool's, and ``required`` where passkeys count as both factors."""
    if count_as_both(settings, pool, user) and (user.passkey_mfa or mfa.is_needed(pool, user)):
        return REQUIRED
    return get_user_verification(pool)


def get_user_verification(pool: UserPool) -> str:
    """Return a pool's UserVerification."""
    return pool.passkey_configuration.get("UserVerification", PREFERRED)


def make_user_handle(user: User) -> bytes:
    """Return ``user.id`` of the options: the text of ``sub``, as recorded."""
    return user.sub.encode()


def make_expectation(settings: Settings, challenge: bytes, rp_id: str, user_verification: str) -> "Expectation":
    """Return what a credential must prove that answers these options."""
    from authflow.emulator._crypto.webauthn import Expectation  # noqa: PLC0415 -- see there

    return Expectation(
        challenge, rp_id, user_verification == REQUIRED, partial(is_allowed_origin, rp_id=rp_id, settings=settings)
    )


def is_allowed_origin(origin: str, *, rp_id: str, settings: Settings) -> bool:
    """Return whether pages of an origin may use an RP id: its host is the RP id or below it, and it is secure."""
    if origin.startswith(ANDROID):
        return settings.passkey_android
    match = ORIGIN.fullmatch(origin)
    if match is None:
        return False
    scheme, host = match.groups()
    is_secure = scheme == "https" or (host == LOCALHOST and settings.passkey_localhost)
    return is_secure and (host == rp_id or host.endswith(f".{rp_id}"))


def require_enabled(pool: UserPool) -> None:
    """Require that users of a pool can have passkeys.

    Raises:
        ServiceError: WebAuthnNotEnabledException.
    """
    if not are_enabled(pool):
        raise _errors.PASSKEYS_OFF()
