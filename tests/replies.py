"""Replies as Cognito sends them, for conversations without a server."""

import base64
import json
from collections.abc import Mapping
from typing import Any

SALT = "b704a27deb8cf5efec43a40eac5b60d2"
SRP_B = "2" + "b" * 767
SECRET_BLOCK = base64.b64encode(b"opaque").decode()
SESSION = "AYABeSession-1-" + "x" * 40


def password_verifier(user: str = "ada-sub", **changes: str | None) -> dict[str, Any]:
    """PASSWORD_VERIFIER; a change to None leaves the parameter out."""
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
    """NEW_PASSWORD_REQUIRED."""
    parameters = {
        "USER_ID_FOR_SRP": "ada-sub",
        "requiredAttributes": required,
        "userAttributes": '{"email":"ada@example.com"}',
    }
    return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeParameters": parameters}


def access_token(claims: Mapping[str, object]) -> str:
    """A JWT of these claims, signed by nobody."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


def tokens(refresh_token: str | None = "refresh-1", username: str = "ada-sub", **changes: object) -> dict[str, Any]:
    """AuthenticationResult."""
    result = {
        "AccessToken": access_token({"username": username}),
        "IdToken": "id-1",
        "ExpiresIn": 3600,
        "TokenType": "Bearer",
    } | changes
    if refresh_token:
        result["RefreshToken"] = refresh_token
    return {"ChallengeParameters": {}, "AuthenticationResult": result}
