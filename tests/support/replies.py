"""Replies as Cognito sends them, for tests without a server."""

import base64
import json
from collections.abc import Mapping
from typing import Any

SALT = "b704a27deb8cf5efec43a40eac5b60d2"
SRP_B = "2" + "b" * 767
SECRET_BLOCK = base64.b64encode(b"opaque").decode()
SESSION = "AYABeSession-1-" + "x" * 40


def password_verifier(user: str = "ada-sub", **changes: str | None) -> dict[str, Any]:
    """Return PASSWORD_VERIFIER; a change to None removes the parameter."""
    parameters = {
        "USER_ID_FOR_SRP": user,
        "USERNAME": user,
        "SALT": SALT,
        "SRP_B": SRP_B,
        "SECRET_BLOCK": SECRET_BLOCK,
    } | changes
    present = {name: value for name, value in parameters.items() if value is not None}
    return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": present}


def new_password_required(session: str = SESSION, required: str = '["userAttributes.family_name"]') -> dict[str, Any]:
    """Return NEW_PASSWORD_REQUIRED."""
    parameters = {
        "USER_ID_FOR_SRP": "ada-sub",
        "requiredAttributes": required,
        "userAttributes": '{"email":"ada@example.com"}',
    }
    return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeParameters": parameters}


def access_token(claims: Mapping[str, object]) -> str:
    """Return a JWT with these claims and an invalid signature."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


def tokens(refresh_token: str | None = "refresh-1", username: str = "ada-sub", **changes: object) -> dict[str, Any]:
    """Return an AuthenticationResult."""
    result = {
        "AccessToken": access_token({"username": username}),
        "IdToken": "id-1",
        "ExpiresIn": 3600,
        "TokenType": "Bearer",
    } | changes
    if refresh_token:
        result["RefreshToken"] = refresh_token
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def challenge(name: str, session: str = SESSION, available: object = None, **parameters: str) -> dict[str, Any]:
    """Return any other challenge."""
    reply: dict[str, Any] = {"ChallengeName": name, "Session": session, "ChallengeParameters": parameters}
    return reply | ({"AvailableChallenges": available} if available is not None else {})


CREDENTIAL = {
    "id": "AQ",
    "rawId": "AQ",
    "type": "public-key",
    "clientExtensionResults": {},
    "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "YWRh"},
}
SENT = {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******9878"}
CHALLENGES = {
    "SMS_MFA": challenge("SMS_MFA", **SENT),
    "EMAIL_OTP": challenge("EMAIL_OTP", CODE_DELIVERY_DELIVERY_MEDIUM="EMAIL", CODE_DELIVERY_DESTINATION="t***@e***"),
    "SMS_OTP": challenge("SMS_OTP", **SENT),
    "SOFTWARE_TOKEN_MFA": challenge("SOFTWARE_TOKEN_MFA", FRIENDLY_DEVICE_NAME="my phone"),
    "SELECT_MFA_TYPE": challenge(
        "SELECT_MFA_TYPE", MFAS_CAN_CHOOSE='["SMS_MFA","SOFTWARE_TOKEN_MFA","CARRIER_PIGEON"]'
    ),
    "MFA_SETUP": challenge("MFA_SETUP", MFAS_CAN_SETUP='["SOFTWARE_TOKEN_MFA","EMAIL_OTP","SMS_MFA"]'),
    "NEW_PASSWORD_REQUIRED": new_password_required(),
    "CUSTOM_CHALLENGE": challenge("CUSTOM_CHALLENGE", USERNAME="ada-sub", question="2 + 2?"),
    "SELECT_CHALLENGE": challenge("SELECT_CHALLENGE", available=["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "WEB_AUTHN"]),
    "WEB_AUTHN": challenge("WEB_AUTHN", CREDENTIAL_REQUEST_OPTIONS='{"challenge":"Y2hhbGxlbmdl","rpId":"example.com"}'),
    "PASSWORD": challenge("PASSWORD"),
    "PASSWORD_SRP": challenge("PASSWORD_SRP"),
    "ADMIN_NO_SRP_AUTH": challenge("ADMIN_NO_SRP_AUTH"),
    "DEVICE_SRP_AUTH": challenge("DEVICE_SRP_AUTH"),
}
