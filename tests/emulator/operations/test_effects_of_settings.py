"""What the settings of a pool change, whether CreateUserPool or UpdateUserPool sets them."""

from datetime import timedelta

import pytest

from authflow.emulator import Settings
from tests.support.emulator.mfa import CONTACTS
from tests.support.emulator.world import PASSWORD, SENDER, TEMPORARY, Clock, Json, World, make_with_settings

BOTH = pytest.mark.parametrize("operation", ["CreateUserPool", "UpdateUserPool"])
SMS = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}}
CODES_FIRST = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
VERIFIED = {**CONTACTS, "email_verified": "true", "phone_number_verified": "true"}


def make(empty: World, operation: str, **settings: object) -> World:
    """Return a pool with these settings, and a client."""
    if operation == "CreateUserPool":
        return empty.make_pool(**settings)
    pool = empty.make_pool()
    pool.call("UpdateUserPool", UserPoolId=pool.pool_id, **{"EmailConfiguration": SENDER, **settings})
    return pool


def sign_up(world: World, **attributes: str) -> Json:
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    return world.call("SignUp", ClientId=world.client_id, Username="bob", Password=PASSWORD, UserAttributes=given)


@BOTH
def test_the_password_policy(empty: World, operation: str) -> None:
    pool = make(empty, operation, Policies={"PasswordPolicy": {"MinimumLength": 20}})
    request = {"UserPoolId": pool.pool_id, "Username": "bob", "TemporaryPassword": TEMPORARY}
    assert pool.expect_refusal("AdminCreateUser", **request).startswith("InvalidPasswordException")


@BOTH
def test_users_without_passwords(empty: World, operation: str) -> None:
    pool = make(empty, operation, Policies=CODES_FIRST)
    email = [{"Name": "email", "Value": "bob@example.com"}]
    assert pool.call_admin("AdminCreateUser", "bob", UserAttributes=email)["User"]["UserStatus"] == "CONFIRMED"


@BOTH
def test_deletion_protection(empty: World, operation: str) -> None:
    pool = make(empty, operation, DeletionProtection="ACTIVE")
    assert "deletion protection" in pool.expect_refusal("DeleteUserPool", UserPoolId=pool.pool_id)


@BOTH
def test_automatic_verification(empty: World, operation: str) -> None:
    pool = make(empty, operation, AutoVerifiedAttributes=["email"])
    assert sign_up(pool, email="bob@example.com")["CodeDeliveryDetails"]["AttributeName"] == "email"


@BOTH
def test_required_mfa(empty: World, operation: str) -> None:
    pool = make(empty, operation, MfaConfiguration="ON", AutoVerifiedAttributes=["phone_number"], **SMS)
    pool.make_user("bob", **VERIFIED)
    assert pool.initiate(USERNAME="bob", PASSWORD=PASSWORD)["ChallengeName"] == "SMS_MFA"


@BOTH
def test_the_message_of_mfa(empty: World, operation: str) -> None:
    message = {"SmsAuthenticationMessage": "It is {####}"}
    pool = make(empty, operation, MfaConfiguration="ON", AutoVerifiedAttributes=["phone_number"], **SMS, **message)
    assert pool.call("GetUserPoolMfaConfig", UserPoolId=pool.pool_id)["SmsMfaConfiguration"] == {**SMS, **message}


@BOTH
def test_tracking_devices(empty: World, operation: str) -> None:
    pool = make(empty, operation, DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    pool.make_user("bob")
    assert "NewDeviceMetadata" in pool.get_tokens("bob")


@BOTH
def test_a_sender_of_email(empty: World, operation: str) -> None:
    pool = make(empty, operation, EmailConfiguration=SENDER)
    email = {"MfaConfiguration": "ON", "EmailMfaConfiguration": {}}
    assert pool.call("SetUserPoolMfaConfig", UserPoolId=pool.pool_id, **email) == email


@BOTH
def test_tags(empty: World, operation: str) -> None:
    pool = make(empty, operation, UserPoolTags={"team": "a"})
    arn = pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]["Arn"]
    assert pool.call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"team": "a"}}


@BOTH
def test_closed_pools(empty: World, operation: str) -> None:
    pool = make(empty, operation, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    refusal = pool.expect_refusal("SignUp", ClientId=pool.client_id, Username="bob", Password=PASSWORD)
    assert refusal == "NotAuthorizedException: SignUp is not permitted for this user pool"


@BOTH
def test_unused_accounts(empty: World, clock: Clock, operation: str) -> None:
    """The older name of TemporaryPasswordValidityDays."""
    pool = make(empty, operation, AdminCreateUserConfig={"UnusedAccountValidityDays": 1})
    pool.invite("bob")
    clock.now += timedelta(days=1)
    request = pool.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=TEMPORARY)
    assert "Temporary password has expired" in pool.expect_refusal("InitiateAuth", **request)
    described = pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]
    assert described["AdminCreateUserConfig"]["UnusedAccountValidityDays"] == 1
    assert described["Policies"]["PasswordPolicy"]["TemporaryPasswordValidityDays"] == 1


@BOTH
def test_verification_before_an_update(empty: World, operation: str) -> None:
    settings: Json = {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}}
    pool = make(empty, operation, AutoVerifiedAttributes=["email"], **settings)
    pool.make_user("bob", email="bob@example.com", email_verified="true")
    changed = [{"Name": "email", "Value": "new@example.com"}]
    pool.call("UpdateUserAttributes", AccessToken=pool.get_tokens("bob")["AccessToken"], UserAttributes=changed)
    attributes = pool.call_admin("AdminGetUser", "bob")["UserAttributes"]
    assert {"Name": "email", "Value": "bob@example.com"} in attributes


@BOTH
def test_threat_protection(empty: World, operation: str) -> None:
    pool = make(empty, operation, UserPoolTier="PLUS", UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})
    pool.make_user("bob")
    pool.get_tokens("bob")
    [event] = pool.call_admin("AdminListUserAuthEvents", "bob")["AuthEvents"]
    assert event["EventType"] == "SignIn"


@BOTH
def test_the_tier(empty: World, operation: str) -> None:
    pool = make(empty, operation, UserPoolTier="LITE")
    client = {"UserPoolId": pool.pool_id, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}
    assert pool.expect_refusal("CreateUserPoolClient", **client).startswith("FeatureUnavailableInTierException")


@BOTH
@pytest.mark.parametrize(
    ("mechanisms", "medium"),
    [
        (["verified_email", "verified_phone_number"], "EMAIL"),
        (["verified_phone_number", "verified_email"], "SMS"),
        (["verified_email"], "EMAIL"),
        ([], "EMAIL"),
    ],
)
def test_where_the_code_of_a_reset_goes(empty: World, operation: str, mechanisms: list[str], medium: str) -> None:
    given = [{"Name": name, "Priority": priority} for priority, name in enumerate(mechanisms, 1)]
    settings: Json = {"AccountRecoverySetting": {"RecoveryMechanisms": given}} if given else {}
    pool = make(empty, operation, **settings)
    pool.make_user("ada", **VERIFIED)
    pool.call_admin("AdminResetUserPassword", "ada")
    assert pool.get_last_message().medium == medium


def test_pools_without_a_recovery_setting(empty: World) -> None:
    pool = make_with_settings(empty, Settings(default_recovery=False))
    pool.make_user("bob", **VERIFIED)
    pool.call_admin("AdminResetUserPassword", "bob")
    assert pool.get_last_message().medium == "SMS"
    assert "AccountRecoverySetting" not in pool.call("DescribeUserPool", UserPoolId=pool.pool_id)["UserPool"]


def test_no_reset_where_only_administrators_recover_accounts(empty: World) -> None:
    mechanisms = [{"Name": "admin_only", "Priority": 1}]
    pool = empty.make_pool(AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    refusal = pool.expect_refusal("AdminResetUserPassword", UserPoolId=pool.pool_id, Username="ada")
    assert refusal.endswith("there is no registered/verified email or phone_number")


@BOTH
def test_the_lite_tier_has_no_codes_as_first_factors(world: World, operation: str) -> None:
    """A text that was seen in deployments."""
    where = {"PoolName": "p"} if operation == "CreateUserPool" else {"UserPoolId": world.pool_id}
    refusal = world.expect_refusal(operation, **where, UserPoolTier="LITE", Policies=CODES_FIRST)
    assert refusal == (
        "FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier "
        "configured: Passwordless Sign-In"
    )
    assert world.make_pool(UserPoolTier="LITE").pool_id


# --- what can be set only once


def test_aliases(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    pool.make_user("bob", email="bob@example.com", email_verified="true")
    assert pool.call_admin("AdminGetUser", "bob@example.com")["Username"] == "bob"


def test_addresses_as_usernames(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    assert pool.make_user("bob@example.com") != "bob@example.com"
    assert pool.call_admin("AdminGetUser", "bob@example.com")["Enabled"]


def test_names_without_case(empty: World) -> None:
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False})
    pool.make_user("Bob")
    assert pool.call_admin("AdminGetUser", "bOB")["Username"] == "bob"


def test_the_schema(empty: World) -> None:
    pool = empty.make_pool(Schema=[{"Name": "team", "AttributeDataType": "String"}])
    pool.make_user("bob", **{"custom:team": "a"})
    assert {"Name": "custom:team", "Value": "a"} in pool.call_admin("AdminGetUser", "bob")["UserAttributes"]
