"""Request members that no other test shows by itself."""

import pyotp
import pytest

from tests.support.emulator.mfa import SMS, TOTP, configure, read_code, set_up_authenticator
from tests.support.emulator.world import Json, World


def call(world: World, operation: str, **params: object) -> Json:
    return world.call(operation, UserPoolId=world.pool_id, **params)


def test_the_scopes_of_a_resource_server(world: World) -> None:
    call(world, "CreateResourceServer", Identifier="api", Name="API")
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read everything"}]
    call(world, "UpdateResourceServer", Identifier="api", Name="API", Scopes=scopes)
    assert call(world, "DescribeResourceServer", Identifier="api")["ResourceServer"]["Scopes"] == scopes


def test_the_mapping_of_a_provider(world: World) -> None:
    given = {"ProviderName": "Partner", "ProviderType": "SAML", "ProviderDetails": {"MetadataURL": "https://a.example"}}
    mapping = {"email": "mail"}
    made = call(world, "CreateIdentityProvider", **given, AttributeMapping=mapping)["IdentityProvider"]
    assert made["AttributeMapping"] == mapping


def test_pages_of_devices(guarded: World) -> None:
    for number in range(3):
        add_device(guarded, f"device {number}")
    token = {"AccessToken": sign_in(guarded)["AccessToken"]}
    admin = {"UserPoolId": guarded.pool_id, "Username": "ada"}
    for operation, whose in (("ListDevices", token), ("AdminListDevices", admin)):
        first = guarded.call(operation, **whose, Limit=2)
        assert len(first["Devices"]) == 2
        rest = guarded.call(operation, **whose, PaginationToken=first["PaginationToken"])
        assert len(rest["Devices"]) == 1


def test_forgetting_a_device(guarded: World) -> None:
    key = add_device(guarded, "phone")
    token = {"AccessToken": sign_in(guarded)["AccessToken"]}
    guarded.call("ForgetDevice", **token, DeviceKey=key)
    assert guarded.call("ListDevices", **token)["Devices"] == []


def test_a_refresh_names_its_device(guarded: World) -> None:
    tokens = sign_in(guarded)
    key = confirm(guarded, tokens, "phone")
    request = {"ClientId": guarded.client_id, "RefreshToken": tokens["RefreshToken"]}
    assert "AccessToken" in guarded.call("GetTokensFromRefreshToken", **request, DeviceKey=key)["AuthenticationResult"]


def test_preferences_of_the_user(guarded: World) -> None:
    configure(guarded, "OPTIONAL", SMS, TOTP)
    token = set_up(guarded)
    on, off = {"Enabled": True, "PreferredMfa": True}, {"Enabled": True, "PreferredMfa": False}
    for sms, totp, preferred in ((on, off, SMS), (off, on, TOTP)):
        given: Json = {"SMSMfaSettings": sms, "SoftwareTokenMfaSettings": totp}
        guarded.call("SetUserMFAPreference", AccessToken=token, **given)
        described = guarded.call("GetUser", AccessToken=token)
        assert (described["PreferredMfaSetting"], described["UserMFASettingList"]) == (preferred, [SMS, TOTP])


def test_email_as_the_users_preference(world: World) -> None:
    configure(world, "OPTIONAL", "EMAIL_OTP")
    token = world.get_tokens()["AccessToken"]
    world.call("SetUserMFAPreference", AccessToken=token, EmailMfaSettings={"Enabled": True})
    assert world.call("GetUser", AccessToken=token)["UserMFASettingList"] == ["EMAIL_OTP"]


def test_the_name_of_an_authenticator_app(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    app_token = world.get_tokens()["AccessToken"]
    secret = world.call("AssociateSoftwareToken", AccessToken=app_token)["SecretCode"]
    app = pyotp.TOTP(secret)
    code = {"UserCode": read_code(world, app), "FriendlyDeviceName": "My phone"}
    world.call("VerifySoftwareToken", AccessToken=app_token, **code)
    world.call("SetUserMFAPreference", AccessToken=app_token, SoftwareTokenMfaSettings={"Enabled": True})
    asked = world.initiate(USERNAME="ada", PASSWORD="Corr3ct-horse")
    assert asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"] == "My phone"


def test_jobs_of_a_pool(world: World) -> None:
    role = {"CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/import"}
    jobs = [call(world, "CreateUserImportJob", JobName=name, **role)["UserImportJob"] for name in "abc"]
    first = call(world, "ListUserImportJobs", MaxResults=2)
    rest = call(world, "ListUserImportJobs", MaxResults=2, PaginationToken=first["PaginationToken"])
    ids = [job["JobId"] for job in [*first["UserImportJobs"], *rest["UserImportJobs"]]]
    assert ids == [job["JobId"] for job in reversed(jobs)]
    refusal = world.expect_refusal("StopUserImportJob", UserPoolId=world.pool_id, JobId=ids[0])
    assert refusal == "PreconditionNotMetException: The status of the user import job is Created"


def test_pages_of_events(empty: World) -> None:
    protected: Json = {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}}
    world = empty.make_pool(**protected)
    world.make_user("ada")
    for _ in range(3):
        world.get_tokens()
    whose = {"UserPoolId": world.pool_id, "Username": "ada", "MaxResults": 2}
    first = world.call("AdminListUserAuthEvents", **whose)
    rest = world.call("AdminListUserAuthEvents", **whose, NextToken=first["NextToken"])
    assert len({event["EventId"] for event in [*first["AuthEvents"], *rest["AuthEvents"]]}) == 3


@pytest.mark.parametrize("operation", ["InitiateAuth", "AdminInitiateAuth"])
def test_a_confirmed_sign_up_continues_with_its_session(empty: World, operation: str) -> None:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    pool = empty.make_pool(Policies={"SignInPolicy": factors}, AutoVerifiedAttributes=["email"])
    world = pool.make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    who = {"ClientId": world.client_id, "Username": "bob"}
    email = [{"Name": "email", "Value": "bob@example.com"}]
    world.call("SignUp", **who, Password="Corr3ct-horse", UserAttributes=email)
    confirmed = world.call("ConfirmSignUp", **who, ConfirmationCode=world.get_last_message().code)
    whose = {"UserPoolId": world.pool_id} if operation.startswith("Admin") else {}
    parameters = {"AuthFlow": "USER_AUTH", "ClientId": world.client_id, "AuthParameters": {"USERNAME": "bob"}}
    assert "AuthenticationResult" in world.call(operation, **whose, **parameters, Session=confirmed["Session"])


def sign_in(world: World) -> Json:
    """Sign in as ada, without a device."""
    return world.get_tokens()


def set_up(world: World) -> str:
    """Set up an authenticator app for ada, and return an access token."""
    set_up_authenticator(world)
    token: str = sign_in(world)["AccessToken"]
    return token


def confirm(world: World, tokens: Json, name: str) -> str:
    """Confirm the device of tokens, and return its key."""
    key: str = tokens["NewDeviceMetadata"]["DeviceKey"]
    verifier = {"PasswordVerifier": "AQ==", "Salt": "AQ=="}
    world.call(
        "ConfirmDevice",
        AccessToken=tokens["AccessToken"],
        DeviceKey=key,
        DeviceName=name,
        DeviceSecretVerifierConfig=verifier,
    )
    return key


def add_device(world: World, name: str) -> str:
    """Sign in on a new device, and return its key."""
    return confirm(world, sign_in(world), name)
