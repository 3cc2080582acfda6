"""Helpers for pools with MFA and users with second factors."""

from typing import Any

import pyotp

from tests.support.emulator.world import PASSWORD, Json, World

SMS, TOTP, EMAIL = "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"
MEMBERS: dict[str, tuple[str, Any]] = {
    SMS: ("SmsMfaConfiguration", {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}}),
    TOTP: ("SoftwareTokenMfaConfiguration", {"Enabled": True}),
    EMAIL: ("EmailMfaConfiguration", {"Subject": "Your code"}),
}
SETTINGS = {SMS: "SMSMfaSettings", TOTP: "SoftwareTokenMfaSettings", EMAIL: "EmailMfaSettings"}
WRONG_TOTP = "CodeMismatchException: Invalid code received for user"
WRONG_CODE = "CodeMismatchException: Invalid code or auth state for the user."
LOCKED = "NotAuthorizedException: Password attempts exceeded"
CONTACTS = {"email": "ada@example.com", "phone_number": "+15550109878"}


def configure(world: World, mode: str, *factors: str) -> Json:
    """Configure the pool's MFA. The factors that it has are kept. MFA that is turned off has none."""
    present = world.call("GetUserPoolMfaConfig", UserPoolId=world.pool_id)
    members = {**present, **dict(MEMBERS[factor] for factor in factors)} if mode != "OFF" else {}
    return world.call("SetUserPoolMfaConfig", **{**members, "UserPoolId": world.pool_id, "MfaConfiguration": mode})


def prefer(world: World, name: str, *factors: str, preferred: str | None = None) -> None:
    """Enable factors for a user."""
    members = {SETTINGS[factor]: {"Enabled": True, "PreferredMfa": factor == preferred} for factor in factors}
    world.call_admin("AdminSetUserMFAPreference", name, **members)


def set_up_authenticator(world: World, name: str = "ada") -> pyotp.TOTP:
    """Set up an authenticator app for a user and return it. Its current code has been used.

    The user's sign-in must not ask for MFA yet.
    """
    token = world.get_tokens(name)["AccessToken"]
    made = pyotp.TOTP(world.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    verified = world.call("VerifySoftwareToken", AccessToken=token, UserCode=read_code(world, made))
    assert verified == {"Status": "SUCCESS"}
    world.clock.forward(seconds=30)
    return made


def read_code(world: World, totp: pyotp.TOTP, steps: int = 0) -> str:
    """Return the current code of an authenticator app, or one that is ``steps`` periods away."""
    return totp.at(int(world.clock.now.timestamp()), counter_offset=steps)


def send_password(world: World, name: str = "ada", password: str = PASSWORD) -> Json:
    """Send the right password and return the reply."""
    return world.initiate(USERNAME=name, PASSWORD=password)


def answer(world: World, asked: Json, name: str = "ada", **responses: str) -> Json:
    """Answer a challenge."""
    return world.respond(asked["ChallengeName"], asked["Session"], USERNAME=name, **responses)


def expect_refusal(world: World, asked: Json, name: str = "ada", **responses: str) -> str:
    """Send an answer that must be refused, and return the error."""
    request = world.make_respond_params(asked["ChallengeName"], asked["Session"], USERNAME=name, **responses)
    return world.expect_refusal("RespondToAuthChallenge", **request)


def answer_with_sent_code(world: World, asked: Json, name: str = "ada") -> Json:
    """Answer a challenge with the code of the latest message."""
    return answer(world, asked, name, **{f"{asked['ChallengeName']}_CODE": world.get_last_message().code})


def make_other_code(right: str) -> str:
    """Return a different code of the same length."""
    return f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"


def get_attribute(world: World, name: str, key: str) -> str | None:
    """Return a user's attribute."""
    given = world.call_admin("AdminGetUser", name)["UserAttributes"]
    return next((entry["Value"] for entry in given if entry["Name"] == key), None)
