"""User pools that the service refuses to create, with its texts as they were seen in deployments."""

from typing import Any

import pytest

from tests.support.emulator.mfa import EMAIL, SMS, configure
from tests.support.emulator.world import SENDER, Json, World

TEXT = {"Name": "x", "AttributeDataType": "String"}
NUMBER = {"Name": "x", "AttributeDataType": "Number"}
STANDARD = "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute "
NO_TYPE = "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
SHORTER = "Attribute custom:x cannot have a max length shorter than it's min length"
DEVELOPER_ONLY = "Attribute dev:custom:x cannot have a max length shorter than it's min length"
SMALLER = "Attribute custom:x cannot have a max value smaller than it's min value"
ARN, OTHER_ARN = (f"arn:aws:lambda:eu-west-1:123456789012:function:{name}" for name in "ab")
NOT_UNIQUE = "The values of AcrConfiguration must be unique."
RECOVERY = "Invalid account recovery setting parameter. Account Recovery Setting cannot"


def limit_text(**limits: str) -> Json:
    return {**TEXT, "StringAttributeConstraints": limits}


def limit_number(**limits: str) -> Json:
    return {**NUMBER, "NumberAttributeConstraints": limits}


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ([{**TEXT, "Required": True}], "Required custom attributes are not supported currently."),
        ([{"Name": "x"}], NO_TYPE),
        ([{"Name": "x", "StringAttributeConstraints": {"MaxLength": "5"}}], NO_TYPE),
        ([{"Name": "email", "AttributeDataType": "Number"}], STANDARD + "email"),
        ([{"Name": "updated_at", "AttributeDataType": "String"}], STANDARD + "updated_at"),
        ([{"Name": "email", "AttributeDataType": "String", "DeveloperOnlyAttribute": True}], STANDARD + "email"),
        ([{"Name": "email", "DeveloperOnlyAttribute": True}], STANDARD + "email"),
        ([limit_text(MinLength="5", MaxLength="1")], SHORTER),
        ([limit_number(MinValue="5", MaxValue="1")], SMALLER),
        ([limit_number(MinValue="-1", MaxValue="-1.5")], SMALLER),
        (
            [{**limit_text(MinLength="5", MaxLength="1"), "DeveloperOnlyAttribute": True}],
            SHORTER.replace("c", "dev:c", 1),
        ),
        ([TEXT, NUMBER], "Duplicate custom attribute names custom:x are not allowed in a user pool schema."),
    ],
)
def test_schemas(empty: World, attributes: list[Json], text: str) -> None:
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", Schema=attributes)
    assert refusal == f"InvalidParameterException: {text}"


@pytest.mark.parametrize(
    "definition",
    [
        limit_text(MinLength="-1"),
        limit_text(MaxLength="1.5"),
        limit_text(MaxLength="\u0661"),
        limit_number(MinValue="one"),
        limit_number(MaxValue=""),
    ],
)
def test_limits_that_are_no_numbers(empty: World, definition: Json) -> None:
    """A length is a natural number, a value any number."""
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", Schema=[definition])
    [member] = definition.keys() - TEXT.keys()
    assert refusal == f"InvalidParameterException: Invalid {member} for schema attribute custom:x"


@pytest.mark.parametrize("limits", [{"MinLength": "11"}, {"MaxLength": "9"}])
def test_a_standard_attribute_keeps_the_other_limit(empty: World, limits: dict[str, str]) -> None:
    """A birthdate has ten characters."""
    definition = {"Name": "birthdate", "StringAttributeConstraints": limits}
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", Schema=[definition])
    assert refusal == f"InvalidParameterException: {SHORTER.replace('custom:x', 'birthdate')}"


@pytest.mark.parametrize(
    "limits", [{"MaxLength": "2049"}, {"MinLength": "9999"}, {"MinLength": "0", "MaxLength": "9999"}]
)
def test_lengths_that_no_value_may_have(empty: World, limits: dict[str, str]) -> None:
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", Schema=[limit_text(**limits)])
    text = "user.custom:x: String attributes cannot have a length of more than 2048"
    assert refusal == f"InvalidParameterException: {text}"


def test_schemas_that_are_allowed(empty: World) -> None:
    """A standard attribute may come without a type: Amplify's own request does so."""
    attributes = [
        {"Name": "email", "Required": True, "Mutable": True},
        {"Name": "name", "AttributeDataType": "String"},
        limit_text(MinLength="1", MaxLength="2048"),
        {**limit_number(MinValue="5", MaxValue="9999"), "Name": "y"},
        {**TEXT, "DeveloperOnlyAttribute": True},
        {"Name": "z", "AttributeDataType": "DateTime"},
    ]
    schema = empty.call("CreateUserPool", PoolName="p", Schema=attributes)["UserPool"]["SchemaAttributes"]
    assert [attribute["Name"] for attribute in schema[20:]] == ["custom:x", "custom:y", "dev:custom:x", "custom:z"]


def make_recovery(*names: str, step: int = 1) -> Json:
    return {"RecoveryMechanisms": [{"Name": name, "Priority": 1 + step * at} for at, name in enumerate(names)]}


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}},
            "Password should be configured as one of the allowed first auth factors.",
        ),
        (
            {"AutoVerifiedAttributes": ["email", "phone_number"]},
            "SMS configuration is required when phone_number is selected for auto verification",
        ),
        (
            {
                "AdminCreateUserConfig": {"UnusedAccountValidityDays": 3},
                "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 7}},
            },
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ),
        (
            {"AccountRecoverySetting": make_recovery("admin_only", "verified_email")},
            f"{RECOVERY} use admin_only setting with any other recovery mechanisms.",
        ),
        (
            {"AccountRecoverySetting": make_recovery("verified_email", "verified_email")},
            f"{RECOVERY} have duplicate priorities or recovery mechanisms.",
        ),
        (
            {"AccountRecoverySetting": make_recovery("verified_email", "verified_phone_number", step=0)},
            f"{RECOVERY} have duplicate priorities or recovery mechanisms.",
        ),
        (
            {"LambdaConfig": {"CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN}}},
            "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
        ),
        (
            {
                "LambdaConfig": {
                    "PreTokenGeneration": ARN,
                    "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": OTHER_ARN},
                }
            },
            "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
        ),
        *(
            ({"AcrConfiguration": {level: {"AcrValue": name} for level, name in names.items()}}, NOT_UNIQUE)
            for names in ({"Level1": "a", "Level2": "a"}, {"Level1": "urn:cognito:loa:2", "Level2": "b"})
        ),
    ],
)
def test_settings_that_contradict_each_other(world: World, settings: Json, text: str) -> None:
    for operation, target in (("CreateUserPool", {"PoolName": "p"}), ("UpdateUserPool", {"UserPoolId": world.pool_id})):
        assert world.expect_refusal(operation, **target, **settings) == f"InvalidParameterException: {text}"


def test_names_that_exclude_each_other(empty: World) -> None:
    names: dict[str, Any] = {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]}
    text = "Only one of the aliasAttributes or usernameAttributes can be set in a User pool."
    assert empty.expect_refusal("CreateUserPool", PoolName="p", **names) == f"InvalidParameterException: {text}"


def test_a_tier_without_codes(empty: World) -> None:
    policy = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    refusal = empty.expect_refusal("CreateUserPool", PoolName="p", UserPoolTier="LITE", Policies=policy)
    assert refusal == (
        "FeatureUnavailableInTierException: "
        "The following features need to be disabled for the LITE pricing tier configured: Passwordless Sign-In"
    )
    for tier in ("ESSENTIALS", "PLUS"):
        assert empty.call("CreateUserPool", PoolName="p", UserPoolTier=tier, Policies=policy)
    assert empty.call("CreateUserPool", PoolName="p", UserPoolTier="LITE")


def test_a_pool_keeps_the_sms_settings_of_its_mfa(world: World) -> None:
    configure(world, "OPTIONAL", SMS)
    update = {"UserPoolId": world.pool_id, "MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"]}
    assert world.call("UpdateUserPool", **update) == {}


def test_settings_that_agree(empty: World) -> None:
    settings: dict[str, Any] = {
        "AdminCreateUserConfig": {"UnusedAccountValidityDays": 3},
        "Policies": {"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3}},
        "AccountRecoverySetting": make_recovery("verified_email", "verified_phone_number"),
        "LambdaConfig": {
            "PreTokenGeneration": ARN,
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN},
        },
    }
    assert empty.call("CreateUserPool", PoolName="p", **settings)
    assert empty.call("CreateUserPool", PoolName="p", AccountRecoverySetting=make_recovery("admin_only"))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {
                "UserPoolTier": "LITE",
                "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN}},
            },
            "features need to be disabled for the LITE pricing tier configured: "
            "Token Customization with Pre-Token Generation Lambda V2_0",
        ),
        (
            {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}},
            "features need to be disabled for the ESSENTIALS pricing tier configured: Threat Protection",
        ),
        (
            {
                "UserPoolTier": "LITE",
                "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
            },
            "features need to be disabled for the LITE pricing tier configured: "
            "Passwordless Sign-In, Threat Protection",
        ),
    ],
)
def test_features_that_a_tier_does_not_have(world: World, settings: Json, text: str) -> None:
    for operation, target in (("CreateUserPool", {"PoolName": "p"}), ("UpdateUserPool", {"UserPoolId": world.pool_id})):
        refusal = world.expect_refusal(operation, **target, **settings)
        assert refusal == f"FeatureUnavailableInTierException: The following {text}"
        assert world.call(operation, **target, **{**settings, "UserPoolTier": "PLUS"}) is not None


NO_SENDER = (
    "InvalidParameterException: Cannot set EmailMfaConfiguration when user pool EmailConfiguration contains an "
    "EmailSendingAccount of COGNITO_DEFAULT. Update the value of EmailSendingAccount."
)


@pytest.mark.parametrize("sender", [None, {"EmailSendingAccount": "COGNITO_DEFAULT"}, {"ReplyToEmailAddress": "a@b.c"}])
def test_email_mfa_needs_a_sender_of_its_own(empty: World, sender: Json | None) -> None:
    pool = empty.make_pool(EmailConfiguration=sender)
    for mode in ("ON", "OPTIONAL", None):
        request: Json = {"UserPoolId": pool.pool_id, "MfaConfiguration": mode, "EmailMfaConfiguration": {}}
        assert pool.expect_refusal("SetUserPoolMfaConfig", **request) == NO_SENDER
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, EmailConfiguration=SENDER)
    configure(pool, "ON", EMAIL)
    assert pool.expect_refusal("UpdateUserPool", UserPoolId=pool.pool_id, MfaConfiguration="ON") == NO_SENDER


def test_sms_mfa_needs_a_sender(empty: World) -> None:
    pool, sms = empty.make_pool(), {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
    request: Json = {"UserPoolId": pool.pool_id, "MfaConfiguration": "ON", "SmsMfaConfiguration": {}}
    assert "SMS configuration is required" in pool.expect_refusal("SetUserPoolMfaConfig", **request)
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, SmsConfiguration=sms)
    assert pool.call("SetUserPoolMfaConfig", **request)["SmsMfaConfiguration"] == {"SmsConfiguration": sms}


NOT_IN_LITE = "FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier"


def test_what_needs_a_higher_tier_than_lite(empty: World) -> None:
    """The service model says so of ALLOW_USER_AUTH and of EmailMfaConfiguration; it does not name the features."""
    pool = empty.make_pool(UserPoolTier="LITE")
    client = {"UserPoolId": pool.pool_id, "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}
    assert pool.expect_refusal("CreateUserPoolClient", ClientName="c", **client).startswith(NOT_IN_LITE)
    assert pool.expect_refusal("UpdateUserPoolClient", ClientId=pool.client_id, **client).startswith(NOT_IN_LITE)
    email = {"UserPoolId": pool.pool_id, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {}}
    assert pool.expect_refusal("SetUserPoolMfaConfig", **email).startswith(NOT_IN_LITE)
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, UserPoolTier="ESSENTIALS", EmailConfiguration=SENDER)
    pool.call("CreateUserPoolClient", ClientName="c", **client)
    pool.call("SetUserPoolMfaConfig", **email)
    refusal = pool.expect_refusal("UpdateUserPool", UserPoolId=pool.pool_id, UserPoolTier="LITE")
    assert refusal.endswith("need to be disabled for the LITE pricing tier configured: Email MFA, Choice-Based Sign-In")
