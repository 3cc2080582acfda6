"""The configuration of an app client for aws-amplify 6: ``ResourcesConfig["Auth"]["Cognito"]``."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.emulator import SeededClient

PASSWORD_FORMAT: Final[Mapping[str, str]] = {
    "minLength": "MinimumLength",
    "requireLowercase": "RequireLowercase",
    "requireUppercase": "RequireUppercase",
    "requireNumbers": "RequireNumbers",
    "requireSpecialCharacters": "RequireSymbols",
}


def make_cognito_configuration(
    client: SeededClient, call: Callable[[str, Mapping[str, object]], dict[str, Any]]
) -> dict[str, Any]:
    """Return what ``Amplify.configure`` needs to know of an app client and its pool.

    It has no ``mfa`` and no ``signUpVerificationMethod``: TypeScript reads their values from a JSON file as any string,
    which the type of ``Amplify.configure`` refuses. Amplify uses neither for a pool that confirms with codes.

    Args:
        client: the app client.
        call: calls an operation of the emulator.
    """
    pool = call("DescribeUserPool", {"UserPoolId": client.pool_id})["UserPool"]
    policy = pool["Policies"]["PasswordPolicy"]
    return {
        "userPoolId": client.pool_id,
        "userPoolClientId": client.client_id,
        "loginWith": _list_names(pool),
        "userAttributes": {
            attribute["Name"]: {"required": True}
            for attribute in pool["SchemaAttributes"]
            if attribute.get("Required") and attribute["Name"] != "sub"
        },
        "passwordFormat": {name: policy[member] for name, member in PASSWORD_FORMAT.items() if member in policy},
        **_make_passwordless(pool),
    }


def _list_names(pool: Mapping[str, Any]) -> dict[str, bool]:
    """Return which names users sign in with. Amplify UI shows them in this order."""
    contacts = pool.get("UsernameAttributes") or pool.get("AliasAttributes") or ()
    return {
        "username": not pool.get("UsernameAttributes"),
        "email": "email" in contacts,
        "phone": "phone_number" in contacts,
    }


def _make_passwordless(pool: Mapping[str, Any]) -> dict[str, Any]:
    factors = pool["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ())
    codes = {"emailOtpEnabled": "EMAIL_OTP" in factors, "smsOtpEnabled": "SMS_OTP" in factors}
    return {"passwordless": codes} if any(codes.values()) else {}
