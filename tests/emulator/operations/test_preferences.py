"""MFA configuration, MFA preferences, and operations of administrators on users and pools."""

from typing import Any

import pytest

from authflow.emulator import Message, Outbox, Purpose, Settings
from tests.support.emulator.mfa import (
    CONTACTS,
    EMAIL,
    MEMBERS,
    SETTINGS,
    SMS,
    TOTP,
    configure,
    get_attribute,
    prefer,
    send_password,
    set_up_authenticator,
)
from tests.support.emulator.world import PASSWORD, Json, World, make_with_settings

NO_FACTOR = (
    "InvalidParameterException: "
    "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration."
)


def get_configuration(world: World) -> Json:
    return world.call("GetUserPoolMfaConfig", UserPoolId=world.pool_id)


# --- pools


def test_configuration(world: World) -> None:
    assert get_configuration(world) == {"MfaConfiguration": "OFF"}
    expected = {"MfaConfiguration": "OPTIONAL", **dict([MEMBERS[TOTP], MEMBERS[EMAIL]])}
    assert configure(world, "OPTIONAL", TOTP, EMAIL) == expected == get_configuration(world)
    only_sms = {"MfaConfiguration": "ON", **dict([MEMBERS[SMS]])}
    assert world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, **only_sms) == only_sms
    off = {"MfaConfiguration": "OFF"}
    assert world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, **off) == off
    described = world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]
    assert described["MfaConfiguration"] == "OFF"
    assert described["SmsConfiguration"] == only_sms["SmsMfaConfiguration"]["SmsConfiguration"]


def test_factors_that_are_not_replaced(empty: World) -> None:
    world = make_with_settings(empty, Settings(replace_mfa_factors=False))
    totp = {"MfaConfiguration": "OPTIONAL", **dict([MEMBERS[TOTP]])}
    world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, **totp)
    off = world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, MfaConfiguration="OFF")
    assert off == {**totp, "MfaConfiguration": "OFF"} == get_configuration(world)


def test_mfa_without_a_factor(world: World) -> None:
    request = {"UserPoolId": world.pool_id, "MfaConfiguration": "ON"}
    assert world.expect_refusal("SetUserPoolMfaConfig", **request) == NO_FACTOR
    off = {"SoftwareTokenMfaConfiguration": {"Enabled": False}}
    assert world.expect_refusal("SetUserPoolMfaConfig", **request, **off) == NO_FACTOR
    assert world.expect_refusal("UpdateUserPool", **request) == NO_FACTOR
    assert get_configuration(world) == {"MfaConfiguration": "OFF"}


def test_new_pool_has_sms_or_nothing(empty: World) -> None:
    expected = (
        "InvalidParameterException: SMS configuration and Auto verification for phone_number are required when MFA is "
        "required/optional"
    )
    phone: Json = {"AutoVerifiedAttributes": ["phone_number"]}
    for given in ({}, {"SmsConfiguration": {"ExternalId": "x"}}):
        assert empty.expect_refusal("CreateUserPool", PoolName="p", MfaConfiguration="ON", **given) == expected
    message = {"SmsAuthenticationMessage": "Your code is {####}"}
    made = empty.make_pool(MfaConfiguration="ON", SmsConfiguration={"ExternalId": "x"}, **phone, **message)
    expected_sms = {"SmsConfiguration": {"ExternalId": "x"}, **message}
    assert get_configuration(made) == {"MfaConfiguration": "ON", "SmsMfaConfiguration": expected_sms}


RECOVERY: list[tuple[list[str], str, bool]] = [
    (["verified_email"], EMAIL, False),
    (["verified_phone_number"], SMS, False),
    (["verified_email", "verified_phone_number"], EMAIL, True),
    (["verified_phone_number"], EMAIL, True),
    (["admin_only"], SMS, True),
    (["verified_email"], TOTP, True),
]


@pytest.mark.parametrize(("mechanisms", "factor", "possible"), RECOVERY)
def test_factor_that_is_the_only_recovery(empty: World, mechanisms: list[str], factor: str, possible: bool) -> None:
    options = [{"Name": name, "Priority": number} for number, name in enumerate(mechanisms, 1)]
    setting = {"RecoveryMechanisms": options}
    pool = empty.make_pool(AccountRecoverySetting=setting)
    assert pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]["AccountRecoverySetting"] == setting
    member = dict([MEMBERS[factor]])
    request: Json = {"UserPoolId": pool.pool_id, "MfaConfiguration": "OPTIONAL", **member}
    if possible:
        assert pool.call("SetUserPoolMfaConfig", **request)["MfaConfiguration"] == "OPTIONAL"
    else:
        expected = f"InvalidParameterException: {factor} can't use the only account recovery channel"
        assert pool.expect_refusal("SetUserPoolMfaConfig", **request) == expected
        assert pool.call(
            "SetUserPoolMfaConfig", **{name: request[name] for name in request if name != "MfaConfiguration"}
        )


@pytest.mark.parametrize("factor", [SMS, TOTP, EMAIL])
def test_mfa_is_not_turned_off_together_with_a_factor(world: World, factor: str) -> None:
    request: Json = {"UserPoolId": world.pool_id, "MfaConfiguration": "OFF", **dict([MEMBERS[factor]])}
    text = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
    assert world.expect_refusal("SetUserPoolMfaConfig", **request) == f"InvalidParameterException: {text}"
    off: Json = {"MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": {"Enabled": False}}
    assert world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, **off) == off


def test_an_authenticator_app_is_no_first_factor(world: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"]}}
    for operation, name in (("CreateUserPool", {"PoolName": "p"}), ("UpdateUserPool", {"UserPoolId": world.pool_id})):
        refusal = world.expect_refusal(operation, Policies=policies, **name)
        assert refusal.startswith("InvalidParameterException: authflow's emulator does not support")


def test_updated_pool(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"], UserPoolTags={"a": "b"})
    configure(pool, "OPTIONAL", TOTP)
    policy = {"PasswordPolicy": {"MinimumLength": 6}}
    assert pool.call("UpdateUserPool", UserPoolId=pool.pool_id, Policies=policy, MfaConfiguration="ON") == {}
    described = pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]
    assert described["Name"] == "people"
    assert described["AliasAttributes"] == ["email"]  # can't be changed
    assert "AutoVerifiedAttributes" not in described  # reset to the default
    assert described["Policies"]["PasswordPolicy"]["MinimumLength"] == 6
    assert get_configuration(pool) == {"MfaConfiguration": "ON", **dict([MEMBERS[TOTP]])}
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, PoolName="persons")
    described = pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]
    assert (described["Name"], described["Policies"]["PasswordPolicy"]["MinimumLength"]) == ("persons", 8)
    assert get_configuration(pool)["MfaConfiguration"] == "OFF"


# --- users


@pytest.fixture
def optional(empty: World) -> World:
    made = empty.make_pool()
    made.make_user("ada", **CONTACTS)
    made.make_user("bob")
    configure(made, "OPTIONAL", SMS, TOTP, EMAIL)
    return made


def get_preference(world: World) -> Json:
    described = world.call_admin("AdminGetUser", "ada")
    return {name: value for name, value in described.items() if "M" in name and "fa" in name.lower()}


def change_preference(world: World, factor: str, **settings: bool) -> None:
    world.call_admin("AdminSetUserMFAPreference", "ada", **{SETTINGS[factor]: settings})


def test_preference(optional: World) -> None:
    assert get_preference(optional) == {}
    change_preference(optional, SMS, Enabled=True)
    assert get_preference(optional) == {"UserMFASettingList": [SMS]}
    change_preference(optional, EMAIL, Enabled=True, PreferredMfa=True)
    assert get_preference(optional) == {"UserMFASettingList": [SMS, EMAIL], "PreferredMfaSetting": EMAIL}
    change_preference(optional, SMS, Enabled=True, PreferredMfa=True)
    assert get_preference(optional)["PreferredMfaSetting"] == SMS
    change_preference(optional, EMAIL, Enabled=False)
    assert get_preference(optional) == {"UserMFASettingList": [SMS], "PreferredMfaSetting": SMS}
    change_preference(optional, SMS, Enabled=True, PreferredMfa=False)
    assert get_preference(optional) == {"UserMFASettingList": [SMS]}
    change_preference(optional, SMS, Enabled=True, PreferredMfa=True)
    change_preference(optional, SMS)  # an absent flag means false
    assert get_preference(optional) == {}


def test_preference_with_an_access_token(optional: World) -> None:
    set_up_authenticator(optional)
    token = optional.get_tokens()["AccessToken"]
    settings: Any = {SETTINGS[TOTP]: {"Enabled": True, "PreferredMfa": True}}
    assert optional.call("SetUserMFAPreference", AccessToken=token, **settings) == {}
    mine = optional.call("GetUser", AccessToken=token)
    assert (mine["UserMFASettingList"], mine["PreferredMfaSetting"]) == ([TOTP], TOTP)
    assert get_preference(optional) == {"UserMFASettingList": [TOTP], "PreferredMfaSetting": TOTP}


PREFERENCES_REFUSED: list[tuple[str, Json, str]] = [
    (
        "ada",
        {SETTINGS[TOTP]: {"Enabled": True}},
        "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA",
    ),
    ("bob", {SETTINGS[SMS]: {"Enabled": True}}, "User does not have delivery config set to turn on SMS_MFA"),
    ("bob", {SETTINGS[EMAIL]: {"Enabled": True}}, "User does not have delivery config set to turn on EMAIL_OTP"),
    ("ada", {SETTINGS[SMS]: {"PreferredMfa": True}}, "An MFA factor that is not enabled can't be preferred."),
    ("ada", {"WebAuthnMfaSettings": {"Enabled": True}}, "WEB_AUTHN is not configured for the user pool"),
    (
        "ada",
        {name: {"Enabled": True, "PreferredMfa": True} for name in (SETTINGS[SMS], SETTINGS[EMAIL])},
        "Only one MFA factor can be preferred.",
    ),
]


@pytest.mark.parametrize(("name", "settings", "expected"), PREFERENCES_REFUSED)
def test_preferences_that_are_refused(optional: World, name: str, settings: Json, expected: str) -> None:
    given = {"UserPoolId": optional.pool_id, "Username": name, **settings}
    assert optional.expect_refusal("AdminSetUserMFAPreference", **given) == f"InvalidParameterException: {expected}"
    assert get_preference(optional) == {}


def test_factor_that_the_pool_does_not_have(world: World) -> None:
    given = {"UserPoolId": world.pool_id, "Username": "ada", SETTINGS[EMAIL]: {"Enabled": True}}
    expected = "InvalidParameterException: EMAIL_OTP is not configured for the user pool"
    assert world.expect_refusal("AdminSetUserMFAPreference", **given) == expected


def test_auth_factors(empty: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
    pool = empty.make_pool(Policies=policies)
    pool.make_user("ada", **CONTACTS)
    token = pool.get_tokens()["AccessToken"]
    factors = pool.call("GetUserAuthFactors", AccessToken=token)
    assert factors == {"Username": "ada", "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
    configure(pool, "OPTIONAL", SMS)
    prefer(pool, "ada", SMS, preferred=SMS)
    assert pool.call("GetUserAuthFactors", AccessToken=token) == {
        "Username": "ada",
        "ConfiguredUserAuthFactors": ["PASSWORD"],
        "UserMFASettingList": [SMS],
        "PreferredMfaSetting": SMS,
    }


# --- administrators


def test_attributes(world: World) -> None:
    def update(**given: str) -> Json:
        attributes = [{"Name": name, "Value": value} for name, value in given.items()]
        return {"UserPoolId": world.pool_id, "Username": "ada", "UserAttributes": attributes}

    world.call("AdminUpdateUserAttributes", **update(email="new@example.com", name="Ada"))
    assert get_attribute(world, "ada", "email_verified") == "false"
    assert get_attribute(world, "ada", "name") == "Ada"
    world.call("AdminUpdateUserAttributes", **update(email="newer@example.com", email_verified="true"))
    assert get_attribute(world, "ada", "email_verified") == "true"
    assert "Invalid email" in world.expect_refusal("AdminUpdateUserAttributes", **update(email="nonsense"))
    assert "does not exist" in world.expect_refusal("AdminUpdateUserAttributes", **update(shoe_size="40"))
    immutable = "InvalidParameterException: user.sub: Attribute cannot be updated."
    assert world.expect_refusal("AdminUpdateUserAttributes", **update(sub="1")) == immutable


def test_an_immutable_attribute_without_a_value(empty: World) -> None:
    """Measured: such an attribute can be set when the user is created, and never again."""
    pool = empty.make_pool(Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}])
    pool.make_user("ada")
    given = [{"Name": "custom:tenant", "Value": "good"}]
    request = {"UserPoolId": pool.pool_id, "Username": "ada", "UserAttributes": given}
    refusal = pool.expect_refusal("AdminUpdateUserAttributes", **request)
    assert refusal == "InvalidParameterException: user.custom:tenant: Attribute cannot be updated."


def test_required_and_unique_attributes(empty: World) -> None:
    required = [{"Name": "email", "Required": True, "AttributeDataType": "String"}]
    pool = empty.make_pool(Schema=required, AliasAttributes=["email"])
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    pool.make_user("eve", email="eve@example.com", email_verified="true")
    request = {"UserPoolId": pool.pool_id, "Username": "ada"}
    gone = pool.expect_refusal("AdminUpdateUserAttributes", UserAttributes=[{"Name": "email", "Value": ""}], **request)
    assert "email: The attribute is required" in gone
    taken = [{"Name": "email", "Value": "eve@example.com"}, {"Name": "email_verified", "Value": "true"}]
    refusal = pool.expect_refusal("AdminUpdateUserAttributes", UserAttributes=taken, **request)
    assert refusal == "AliasExistsException: An account with the email already exists."


def test_confirmation_by_an_administrator(empty: World) -> None:
    pool = empty.make_pool(AutoVerifiedAttributes=["email"])
    given = [{"Name": "email", "Value": "eve@example.com"}]
    pool.call("SignUp", ClientId=pool.client_id, Username="eve", Password=PASSWORD, UserAttributes=given)
    code = pool.get_last_message().code
    assert pool.call_admin("AdminConfirmSignUp", "eve") == {}
    assert pool.call_admin("AdminGetUser", "eve")["UserStatus"] == "CONFIRMED"
    assert get_attribute(pool, "eve", "email_verified") is None
    again = {"UserPoolId": pool.pool_id, "Username": "eve"}
    expected = "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"
    assert pool.expect_refusal("AdminConfirmSignUp", **again) == expected
    confirm = {"ClientId": pool.client_id, "Username": "eve", "ConfirmationCode": code}
    assert pool.expect_refusal("ConfirmSignUp", **confirm) == expected
    assert "AuthenticationResult" in send_password(pool, "eve")


# --- the outbox


def test_listener(optional: World) -> None:
    heard: list[Message] = []
    optional.emulator.outbox.listener = heard.append
    prefer(optional, "ada", SMS)
    send_password(optional)
    assert heard == [optional.get_last_message()]
    assert heard[0].purpose is Purpose.MFA
    assert heard[0].code not in repr(heard)


def test_outbox_without_a_listener() -> None:
    box = Outbox()
    assert box.listener is None
