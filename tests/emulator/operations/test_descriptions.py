"""Descriptions of pools and app clients show what holds, as recorded from the service."""

from dataclasses import replace
from typing import Any

import pytest

from authflow.emulator import Emulator, Settings
from tests.support.emulator.world import Json, World

ROLE = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
OTHER_ROLE = {"SnsCallerArn": "arn:aws:iam::123456789012:role/other"}


def describe(world: World) -> Json:
    described: Json = world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]
    return described


def describe_client(world: World) -> Json:
    ids = {"UserPoolId": world.pool_id, "ClientId": world.client_id}
    described: Json = world.call("DescribeUserPoolClient", **ids)["UserPoolClient"]
    return described


# --- pools


def test_a_pool_with_a_name_only(empty: World) -> None:
    """From the reference of the AWS CLI and the acceptance tests of Terraform's provider, which run on AWS."""
    described = empty.call("CreateUserPool", PoolName="people")["UserPool"]
    expected: Json = {
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [
                {"Priority": 1, "Name": "verified_email"},
                {"Priority": 2, "Name": "verified_phone_number"},
            ]
        },
        "AcrConfiguration": {f"Level{n}": {"AcrValue": f"urn:cognito:loa:{n}"} for n in (1, 2, 3, 4)},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False, "UnusedAccountValidityDays": 7},
        "DeletionProtection": "INACTIVE",
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "EstimatedNumberOfUsers": 0,
        "IssuerConfiguration": {"Type": "ORIGINAL"},
        "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
        "LambdaConfig": {},
        "MfaConfiguration": "OFF",
        "UserPoolTags": {},
        "UserPoolTier": "ESSENTIALS",
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
    }
    assert {name: described[name] for name in expected} == expected
    assert described["Policies"]["SignInPolicy"] == {"AllowedFirstAuthFactors": ["PASSWORD"]}
    assert described["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == 7
    others = {"Id", "Name", "Arn", "Policies", "SchemaAttributes", "CreationDate", "LastModifiedDate"}
    assert described.keys() == expected.keys() | others


def test_what_is_given_is_completed(empty: World) -> None:
    given: dict[str, Any] = {
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "EmailConfiguration": {"ReplyToEmailAddress": "a@example.com"},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
        "UserPoolTier": "PLUS",
        "AcrConfiguration": {"Level2": {"AcrValue": "two"}},
        "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3}},
    }
    described = describe(empty.make_pool(**given))
    assert described["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 3}
    assert described["EmailConfiguration"] == {
        "EmailSendingAccount": "COGNITO_DEFAULT",
        "ReplyToEmailAddress": "a@example.com",
    }
    assert described["VerificationMessageTemplate"] == {"DefaultEmailOption": "CONFIRM_WITH_LINK"}
    assert described["UserPoolTier"] == "PLUS"
    assert [level["AcrValue"] for _, level in sorted(described["AcrConfiguration"].items())] == [
        *("urn:cognito:loa:1", "two", "urn:cognito:loa:3", "urn:cognito:loa:4")
    ]


def test_schema(empty: World) -> None:
    shown = {attribute["Name"]: attribute for attribute in describe(empty.make_pool())["SchemaAttributes"]}
    assert list(shown) == [
        *("sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile"),
        *("picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale"),
        *("phone_number", "phone_number_verified", "address", "updated_at"),
    ]
    text = {
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": False,
        "Mutable": True,
        "Required": False,
        "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"},
    }
    special = {"sub", "birthdate", "email_verified", "phone_number_verified", "updated_at"}
    for name in shown.keys() - special:
        assert shown[name] == {"Name": name, **text}
    limits = {"MinLength": "1", "MaxLength": "2048"}
    fixed = {"Mutable": False, "Required": True}
    assert shown["sub"] == {"Name": "sub", **text, **fixed, "StringAttributeConstraints": limits}
    assert shown["birthdate"]["StringAttributeConstraints"] == {"MinLength": "10", "MaxLength": "10"}
    assert shown["updated_at"]["NumberAttributeConstraints"] == {"MinValue": "0"}
    for name in ("email_verified", "phone_number_verified"):
        assert shown[name].keys() == text.keys() - {"StringAttributeConstraints"} | {"Name"}


def test_changes_of_a_schema(empty: World) -> None:
    given: list[Json] = [
        {"Name": "name", "Required": True, "StringAttributeConstraints": {"MaxLength": "100"}},
        {"Name": "x", "AttributeDataType": "String"},
        {"Name": "y", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MaxValue": "5"}},
        {"Name": "x", "AttributeDataType": "String", "DeveloperOnlyAttribute": True, "Mutable": False},
    ]
    shown = {attribute["Name"]: attribute for attribute in describe(empty.make_pool(Schema=given))["SchemaAttributes"]}
    assert shown["name"]["StringAttributeConstraints"] == {"MinLength": "0", "MaxLength": "100"}
    assert shown["name"]["Required"] is True
    custom = {"AttributeDataType": "String", "DeveloperOnlyAttribute": False, "Mutable": True, "Required": False}
    assert shown["custom:x"] == {"Name": "custom:x", **custom, "StringAttributeConstraints": {}}
    assert shown["custom:y"]["NumberAttributeConstraints"] == {"MaxValue": "5"}
    assert shown["dev:custom:x"]["DeveloperOnlyAttribute"] is True
    assert shown["dev:custom:x"]["Mutable"] is False


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("String", "StringAttributeConstraints"),
        ("Number", "NumberAttributeConstraints"),
        ("Boolean", None),
        ("DateTime", None),
    ],
)
def test_only_constraints_of_the_attributes_own_type_are_kept(empty: World, kind: str, kept: str | None) -> None:
    limits = {
        "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2"},
        "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "2"},
    }
    given = {"Name": "x", "AttributeDataType": kind, **limits}
    described = describe(empty.make_pool(Schema=[given]))["SchemaAttributes"][-1]
    assert {name: described[name] for name in limits.keys() & described.keys()} == (
        {kept: limits[kept]} if kept else {}
    )


@pytest.mark.parametrize(
    ("birthdate", "is_allowed"), [("1815-12-10", True), ("1815", False), ("1815-12-10T", False), ("", True)]
)
def test_the_shown_limits_hold(world: World, birthdate: str, is_allowed: bool) -> None:
    """A blank value deletes an attribute, whatever the limits are."""
    request = {"UserAttributes": [{"Name": "birthdate", "Value": birthdate}]}
    if is_allowed:
        assert world.call_admin("AdminUpdateUserAttributes", "ada", **request) == {}
    else:
        params = {"UserPoolId": world.pool_id, "Username": "ada", **request}
        assert world.expect_refusal("AdminUpdateUserAttributes", **params).startswith("InvalidParameterException")


def test_sms_settings_are_shown_by_the_pool(world: World) -> None:
    block: Json = {"SmsConfiguration": ROLE, "SmsAuthenticationMessage": "x {####}"}
    ids = {"UserPoolId": world.pool_id}
    world.call("SetUserPoolMfaConfig", **ids, MfaConfiguration="OPTIONAL", SmsMfaConfiguration=block)
    assert {name: describe(world)[name] for name in block} == block
    world.call("UpdateUserPool", **ids, MfaConfiguration="OPTIONAL")
    assert {name: describe(world)[name] for name in block} == block
    world.call("UpdateUserPool", **ids, MfaConfiguration="OPTIONAL", SmsConfiguration=OTHER_ROLE)
    changed = {**block, "SmsConfiguration": OTHER_ROLE}
    assert {name: describe(world)[name] for name in block} == changed
    assert world.call("GetUserPoolMfaConfig", **ids)["SmsMfaConfiguration"] == changed
    world.call("SetUserPoolMfaConfig", **ids, SmsMfaConfiguration={"SmsConfiguration": ROLE})
    assert describe(world)["SmsConfiguration"] == ROLE
    assert "SmsAuthenticationMessage" not in describe(world)


TEMPLATE = {"EmailMessage": "a {####}", "EmailSubject": "s", "SmsMessage": "b {####}"}
OLDER = {
    "EmailVerificationMessage": "a {####}",
    "EmailVerificationSubject": "s",
    "SmsVerificationMessage": "b {####}",
}


@pytest.mark.parametrize("given", [{"VerificationMessageTemplate": TEMPLATE}, OLDER])
def test_messages_are_shown_in_both_places(empty: World, given: Json) -> None:
    pool = empty.make_pool(**given)
    for _ in range(2):
        described = describe(pool)
        assert described["VerificationMessageTemplate"] == {"DefaultEmailOption": "CONFIRM_WITH_CODE", **TEMPLATE}
        assert {name: described[name] for name in OLDER} == OLDER
        pool.call("UpdateUserPool", UserPoolId=pool.pool_id, **given)
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id)
    assert not OLDER.keys() & describe(pool).keys()


@pytest.mark.parametrize(("show", "expected"), [(True, {"Enabled": False}), (False, {})])
def test_a_factor_that_is_not_turned_on(empty: World, show: bool, expected: Json) -> None:
    world = replace(empty, emulator=Emulator(empty.clock, settings=Settings(show_disabled_totp=show))).make_pool()
    factors: Json = {"SmsMfaConfiguration": {"SmsConfiguration": ROLE}, "SoftwareTokenMfaConfiguration": {}}
    ids = {"UserPoolId": world.pool_id}
    set_ = world.call("SetUserPoolMfaConfig", **ids, MfaConfiguration="OPTIONAL", **factors)
    assert set_["SoftwareTokenMfaConfiguration"] == expected
    assert world.call("GetUserPoolMfaConfig", **ids) == set_


def test_a_new_pool_and_a_new_client_have_one_date() -> None:
    """The dates have milliseconds."""
    emulator = Emulator()  # the system's clock moves between two readings
    for _ in range(20):
        pool = emulator.call("CreateUserPool", {"PoolName": "p"})["UserPool"]
        client = emulator.call("CreateUserPoolClient", {"UserPoolId": pool["Id"], "ClientName": "c"})["UserPoolClient"]
        for made in (pool, client):
            assert made["CreationDate"] == made["LastModifiedDate"] == round(made["CreationDate"], 3)


# --- app clients


def test_a_client_with_a_name_only(empty: World) -> None:
    pool = empty.make_pool()
    made = pool.call("CreateUserPoolClient", UserPoolId=pool.pool_id, ClientName="c")["UserPoolClient"]
    expected = {
        "AllowedOAuthFlowsUserPoolClient": False,
        "AuthSessionValidity": 3,
        "EnablePropagateAdditionalUserContextData": False,
        "EnableTokenRevocation": True,
        "ClientType": "REGULAR",
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
    }
    assert {name: made[name] for name in expected} == expected


@pytest.mark.parametrize("given", [{"AccessToken": "minutes"}, {"RefreshToken": "hours", "IdToken": "minutes"}])
def test_units_are_completed(world: World, given: dict[str, str]) -> None:
    """As Terraform's acceptance tests show: with one unit given, the others come back with their defaults."""
    validity = {"AccessTokenValidity": 10, "IdTokenValidity": 10, "RefreshTokenValidity": 30}
    chosen = {f"{token}Validity": validity[f"{token}Validity"] for token in given}
    client = world.make_client(**chosen, TokenValidityUnits=given)
    defaults = {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"}
    assert describe_client(client)["TokenValidityUnits"] == {**defaults, **given}


def test_units_that_are_not_set_can_be_left_out(empty: World) -> None:
    settings = Settings(show_empty_token_units=False)
    world = replace(empty, emulator=Emulator(empty.clock, settings=settings)).make_pool()
    assert "TokenValidityUnits" not in describe_client(world)


def test_what_stands_for_a_default_is_described_as_the_default(world: World) -> None:
    client = world.make_client(ExplicitAuthFlows=[], RefreshTokenValidity=0)
    shown = client.call("DescribeUserPoolClient", UserPoolId=client.pool_id, ClientId=client.client_id)[
        "UserPoolClient"
    ]
    assert shown["RefreshTokenValidity"] == 30
    assert shown["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]
