"""Where the sign-ins that are under way stand on the state diagram."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._auth.mfa_setup import SetupState
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.sessions import Session
from authflow.emulator._records.user import User
from authflow.emulator._service import Service

#: the node of the diagram at which a sign-in waits, by the challenge that it was sent
NODES: Final[Mapping[str, str]] = {
    "PASSWORD_VERIFIER": "verifying_password",
    "SELECT_CHALLENGE": "select_challenge",
    "PASSWORD": "password",
    "PASSWORD_SRP": "password_srp",
    "ADMIN_NO_SRP_AUTH": "admin_no_srp_auth",
    "NEW_PASSWORD_REQUIRED": "new_password_required",
    "WEB_AUTHN": "web_authn",
    "SELECT_MFA_TYPE": "select_mfa_type",
    "SMS_MFA": "sms_mfa",
    "SMS_OTP": "sms_otp",
    "EMAIL_OTP": "email_otp",
    "SOFTWARE_TOKEN_MFA": "software_token_mfa",
    "MFA_SETUP": "mfa_setup",
    "CUSTOM_CHALLENGE": "custom_challenge",
    "DEVICE_SRP_AUTH": "device_srp_auth",
    "DEVICE_PASSWORD_VERIFIER": "verifying_device",
}
ASSOCIATED: Final = "totp_setup"
VERIFIED: Final = "completing_setup"
#: how many Sessions are looked through, the latest first: most of them are used
LOOKED_THROUGH: Final = 10_000


def find_node(challenge: str, challenge_data: object) -> str | None:
    """Return the node at which a sign-in waits, None for a Session of a sign-up."""
    if isinstance(challenge_data, SetupState) and challenge_data.token is not None:
        return VERIFIED if challenge_data.verified else ASSOCIATED
    return NODES.get(challenge)


def find_name(pool: UserPool, user: User) -> str:
    """Return the name by which people know a user: an email address or phone number where the username is a UUID."""
    contacts = (user.attributes.get(kind) for kind in CONTACT_MEDIUMS if kind in pool.username_attributes)
    return next(filter(None, contacts), user.username)


def list_sign_ins(service: Service, limit: int) -> list[dict[str, Any]]:
    """Return the sign-ins that wait for a client or a person, the latest first."""
    found: list[dict[str, Any]] = []
    for session in service.sessions.read_latest(LOOKED_THROUGH):
        described = _describe(service, session)
        if described is not None:
            found.append(described)
        if len(found) == limit:
            break
    return found


def _describe(service: Service, session: Session) -> dict[str, Any] | None:
    """Return a sign-in, None if its Session can't be used any more or is none of a sign-in."""
    node = find_node(session.challenge, session.challenge_data)
    client = service.clients.get(session.client_id)
    if node is None or client is None or session.used or service.now() >= session.expires:
        return None
    user: User | None = session.decoy or client.pool.users.find_by_sub(session.sub)
    if user is None or user.password.salt != session.salt:
        return None
    return {
        "pool_id": client.pool.id,
        "client_id": client.id,
        "username": user.username,
        "name": find_name(client.pool, user),
        "user_exists": session.decoy is None,
        "auth_flow": session.sign_in.flow,
        "challenge": session.challenge,
        "node": node,
        "proven": sorted(session.sign_in.proven),
        "expires": session.expires.isoformat(),
    }
