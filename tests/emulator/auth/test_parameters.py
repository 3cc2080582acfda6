"""AuthParameters and ChallengeResponses: characters and lengths, by the types of the service model."""

import pytest

from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, World, open_session

PATTERN = "Member must satisfy regular expression pattern: "
NAME_PATTERN = PATTERN + r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
PASSWORD_PATTERN = PATTERN + r"^[\S]+.*[\S]+$"


def make_text(path: str, constraint: str, shown: str | None = None) -> str:
    """Return the refusal of a value, which is `shown` unless the service model calls it sensitive."""
    value = "Value" if shown is None else f"Value '{shown}'"
    detected = f"1 validation error detected: {value} at '{path}' failed to satisfy constraint: {constraint}"
    return f"InvalidParameterException: {detected}"


@pytest.mark.parametrize("name", ["ada ", " ada", "a da", "ada\t"])
def test_white_space_in_a_username(world: World, name: str) -> None:
    """https://github.com/aws-amplify/amplify-js/pull/8002 quotes the service's text."""
    for flow, more in (("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}), ("USER_SRP_AUTH", {"SRP_A": "ab"})):
        request = world.make_initiate_params(flow, USERNAME=name, **more)
        assert world.expect_refusal("InitiateAuth", **request) == make_text("username", NAME_PATTERN)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("USERNAME", "a" * 129, make_text("username", "Member must have length less than or equal to 128")),
        ("PASSWORD", "a" * 257, make_text("password", "Member must have length less than or equal to 256")),
        ("PASSWORD", f"{PASSWORD} ", make_text("password", PASSWORD_PATTERN)),
        ("SECRET_HASH", "?", make_text("secretHash", PATTERN + r"[\w+=/]+")),
        ("DEVICE_KEY", "phone", make_text("deviceKey", PATTERN + r"[\w-]+_[0-9a-f-]+", "phone")),
    ],
)
def test_parameters_of_initiate_auth(world: World, name: str, value: str, expected: str) -> None:
    request = world.make_initiate_params("USER_PASSWORD_AUTH", **{"USERNAME": "ada", "PASSWORD": PASSWORD, name: value})
    assert world.expect_refusal("InitiateAuth", **request) == expected


def test_all_faults_of_a_request_are_told_in_alphabetical_order(world: World) -> None:
    request = world.make_initiate_params(
        "USER_PASSWORD_AUTH", USERNAME="a da", PASSWORD="P4ssword!", DEVICE_KEY="phone"
    )
    faults = [make_text("deviceKey", PATTERN + r"[\w-]+_[0-9a-f-]+", "phone"), make_text("username", NAME_PATTERN)]
    texts = "; ".join(fault.partition(": ")[2].partition(": ")[2] for fault in faults)
    expected = f"InvalidParameterException: 2 validation errors detected: {texts}"
    assert world.expect_refusal("InitiateAuth", **request) == expected


def test_a_refresh_token_has_the_characters_of_tokens(world: World) -> None:
    request = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN="no token")
    assert "Value at 'refreshToken'" in world.expect_refusal("InitiateAuth", **request)


@pytest.mark.parametrize(
    ("name", "value", "path", "shown"),
    [
        ("USERNAME", "bob ", "username", None),
        ("NEW_PASSWORD", f"{OTHER_PASSWORD} ", "newPassword", None),
        ("NEW_PASSWORD", "P4ssword!" * 40, "newPassword", None),
        ("userAttributes.name", "x" * 2049, "userAttributes.value", None),
        (f"userAttributes.{'x' * 33}", "x", "userAttributes.name", "x" * 33),
        ("SMS_MFA_CODE", "12 34", "smsMfaCode", "12 34"),
        ("SMS_OTP_CODE", "12 34", "smsOtpCode", "12 34"),
        ("EMAIL_OTP_CODE", "1" * 2049, "emailOtpCode", "1" * 2049),
        ("SOFTWARE_TOKEN_MFA_CODE", "12345", "softwareTokenMfaCode", None),
        ("SOFTWARE_TOKEN_MFA_CODE", "\uff11\uff12\uff13\uff14\uff15\uff16", "softwareTokenMfaCode", None),
    ],
)
def test_responses(world: World, name: str, value: str, path: str, shown: str | None) -> None:
    world.invite("bob")
    session = open_session(world)
    answer = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD, name: value}
    request = world.make_respond_params("NEW_PASSWORD_REQUIRED", session, **answer)
    assert world.expect_refusal("RespondToAuthChallenge", **request).startswith(make_text(path, "Member must", shown))
    right = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD}
    assert "AuthenticationResult" in world.respond("NEW_PASSWORD_REQUIRED", session, **right)
