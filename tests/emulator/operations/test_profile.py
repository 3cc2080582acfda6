from typing import Any

import pytest

from authflow.emulator import Purpose
from tests.support.emulator.mfa import SMS, TOTP, configure, prefer, set_up_authenticator
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, Json, World

WRONG_CODE = "CodeMismatchException: Invalid verification code provided, please try again."
EXPIRED = "ExpiredCodeException: Invalid code provided, please request a code again."
EXCEEDED = "LimitExceededException: Attempt limit exceeded, please try after some time."
VERIFYING = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
TOKEN_OPERATIONS: dict[str, Json] = {
    "ChangePassword": {"PreviousPassword": PASSWORD, "ProposedPassword": OTHER_PASSWORD},
    "DeleteUser": {},
    "UpdateUserAttributes": {"UserAttributes": [{"Name": "name", "Value": "Ada"}]},
    "DeleteUserAttributes": {"UserAttributeNames": ["name"]},
    "GetUserAttributeVerificationCode": {"AttributeName": "email"},
    "VerifyUserAttribute": {"AttributeName": "email", "Code": "123456"},
    "SetUserSettings": {"MFAOptions": []},
}


def call(world: World, operation: str, token: str | None = None, **params: object) -> Json:
    return world.call(operation, AccessToken=token or world.get_tokens()["AccessToken"], **params)


def refuse(world: World, operation: str, token: str | None = None, **params: object) -> str:
    return world.expect_refusal(operation, AccessToken=token or world.get_tokens()["AccessToken"], **params)


def entries(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def read(world: World, name: str = "ada") -> dict[str, str]:
    described = world.call_admin("AdminGetUser", name)["UserAttributes"]
    return {entry["Name"]: entry["Value"] for entry in described if entry["Name"] != "sub"}


def make(empty: World, **settings: object) -> World:
    world = empty.make_pool(**settings)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    return world


@pytest.mark.parametrize("operation", TOKEN_OPERATIONS)
def test_tokens_that_are_not_valid(world: World, operation: str) -> None:
    token, params = world.get_tokens()["AccessToken"], TOKEN_OPERATIONS[operation]
    world.call_admin("AdminUserGlobalSignOut", "ada")
    assert refuse(world, operation, token, **params) == "NotAuthorizedException: Access Token has been revoked"
    assert refuse(world, operation, "x", **params) == "NotAuthorizedException: Invalid Access Token"
    token = world.get_tokens()["AccessToken"]
    world.clock.forward(hours=1)
    assert refuse(world, operation, token, **params) == "NotAuthorizedException: Access Token has expired"
    token = world.get_tokens()["AccessToken"]
    world.call_admin("AdminDeleteUser", "ada")
    assert refuse(world, operation, token, **params) == "UserNotFoundException: User does not exist."


# --- ChangePassword


def test_change_password(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    given = {"PreviousPassword": PASSWORD, "ProposedPassword": OTHER_PASSWORD}
    assert call(world, "ChangePassword", token, **given) == {}
    assert call(world, "GetUser", token)["Username"] == "ada"
    assert "AccessToken" in world.get_tokens("ada", OTHER_PASSWORD)


def test_the_previous_password_must_be_right(world: World) -> None:
    wrong = {"PreviousPassword": OTHER_PASSWORD, "ProposedPassword": OTHER_PASSWORD}
    assert refuse(world, "ChangePassword", **wrong) == "NotAuthorizedException: Incorrect username or password."
    refusal = refuse(world, "ChangePassword", ProposedPassword=OTHER_PASSWORD)
    assert refusal == "InvalidParameterException: Missing required parameter PreviousPassword"
    weak = {"PreviousPassword": PASSWORD, "ProposedPassword": "short"}
    assert refuse(world, "ChangePassword", **weak).startswith("InvalidPasswordException")
    assert "AccessToken" in world.get_tokens()


def test_a_user_without_a_password_sets_the_first_one(empty: World) -> None:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    world = empty.make_pool(Policies={"SignInPolicy": factors}).make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    world.call_admin("AdminCreateUser", "ada", UserAttributes=entries(email="a@example.com", email_verified="true"))
    asked = world.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE="EMAIL_OTP")
    code = {"USERNAME": "ada", "EMAIL_OTP_CODE": world.get_last_message().code}
    tokens = world.respond("EMAIL_OTP", asked["Session"], **code)["AuthenticationResult"]
    assert call(world, "ChangePassword", tokens["AccessToken"], ProposedPassword=PASSWORD) == {}
    refusal = refuse(world, "ChangePassword", tokens["AccessToken"], ProposedPassword=OTHER_PASSWORD)
    assert refusal.startswith("InvalidParameterException")


def test_changes_in_an_hour(world: World, clock: Clock) -> None:
    token = world.get_tokens()["AccessToken"]
    wrong = {"PreviousPassword": "wrong", "ProposedPassword": OTHER_PASSWORD}
    for _ in range(5):
        assert refuse(world, "ChangePassword", token, **wrong).startswith("NotAuthorizedException")
    assert refuse(world, "ChangePassword", token, **{**wrong, "PreviousPassword": PASSWORD}) == EXCEEDED
    clock.forward(hours=1)
    call(world, "ChangePassword", PreviousPassword=PASSWORD, ProposedPassword=OTHER_PASSWORD)


def test_old_passwords(empty: World) -> None:
    world = make(empty, Policies={"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 1}})
    refusal = refuse(world, "ChangePassword", PreviousPassword=PASSWORD, ProposedPassword=PASSWORD)
    assert refusal.startswith("PasswordHistoryPolicyViolationException")


# --- DeleteUser


def test_delete_user(world: World) -> None:
    tokens = world.get_tokens()
    assert call(world, "DeleteUser", tokens["AccessToken"]) == {}
    unknown = world.expect_refusal("AdminGetUser", UserPoolId=world.pool_id, Username="ada")
    assert unknown.startswith("UserNotFoundException")
    world.make_user("ada")
    again = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    assert world.expect_refusal("InitiateAuth", **again).startswith("NotAuthorizedException")


def test_admin_user_global_sign_out(world: World) -> None:
    tokens = world.get_tokens()
    assert world.call_admin("AdminUserGlobalSignOut", "ada") == {}
    again = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
    refusal = "NotAuthorizedException: Refresh Token has been revoked"
    assert world.expect_refusal("InitiateAuth", **again) == refusal
    unknown = world.expect_refusal("AdminUserGlobalSignOut", UserPoolId=world.pool_id, Username="nobody")
    assert unknown == "UserNotFoundException: User does not exist."


# --- attributes


def test_update_user_attributes(world: World, clock: Clock) -> None:
    clock.forward(hours=1)
    assert call(world, "UpdateUserAttributes", UserAttributes=entries(name="Ada", nickname="a")) == {}
    assert read(world) == {"email": "ada@example.com", "email_verified": "true", "name": "Ada", "nickname": "a"}
    assert world.call_admin("AdminGetUser", "ada")["UserLastModifiedDate"] == clock.now.timestamp()
    call(world, "UpdateUserAttributes", UserAttributes=entries(nickname=""))
    assert "nickname" not in read(world)


def test_a_new_address_gets_a_code_if_the_pool_verifies_it(empty: World) -> None:
    world = make(empty, AutoVerifiedAttributes=["email"])
    changed = entries(email="new@example.com", name="Ada")
    reply = call(world, "UpdateUserAttributes", UserAttributes=changed)
    delivery = {"Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert reply == {"CodeDeliveryDetailsList": [delivery]}
    assert read(world) == {"email": "new@example.com", "email_verified": "false", "name": "Ada"}
    message = world.get_last_message()
    assert (message.destination, message.purpose) == ("new@example.com", Purpose.ATTRIBUTE)
    assert call(world, "UpdateUserAttributes", UserAttributes=changed) == {}  # it is the same address
    assert call(world, "VerifyUserAttribute", AttributeName="email", Code=message.code) == {}
    assert read(world)["email_verified"] == "true"


def test_a_new_address_gets_no_code_if_the_pool_does_not_verify_it(world: World) -> None:
    sent = len(world.emulator.outbox)
    assert call(world, "UpdateUserAttributes", UserAttributes=entries(email="new@example.com")) == {}
    assert read(world) == {"email": "new@example.com", "email_verified": "false"}
    assert len(world.emulator.outbox) == sent


def test_the_old_address_stays_until_the_new_one_is_verified(empty: World) -> None:
    settings = {"AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": VERIFYING}
    world = make(empty, AliasAttributes=["email"], **settings)
    reply = call(world, "UpdateUserAttributes", UserAttributes=entries(email="new@example.com"))
    assert reply["CodeDeliveryDetailsList"][0]["Destination"] == "n***@e***"
    assert read(world) == {"email": "ada@example.com", "email_verified": "true"}
    assert "AccessToken" in world.get_tokens("ada@example.com")
    call(world, "GetUserAttributeVerificationCode", AttributeName="email")
    assert world.get_last_message().destination == "new@example.com"
    call(world, "VerifyUserAttribute", AttributeName="email", Code=world.get_last_message().code)
    assert read(world) == {"email": "new@example.com", "email_verified": "true"}
    assert "AccessToken" in world.get_tokens("new@example.com")


def test_an_administrator_changes_an_address(empty: World) -> None:
    settings = {"AutoVerifiedAttributes": ["email"], "UserAttributeUpdateSettings": VERIFYING}
    world = make(empty, **settings)
    sent = len(world.emulator.outbox)
    verified = entries(email="one@example.com", email_verified="true")
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=verified)
    assert read(world) == {"email": "one@example.com", "email_verified": "true"}
    assert len(world.emulator.outbox) == sent
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=entries(email="two@example.com"))
    assert read(world)["email"] == "one@example.com"
    call(world, "VerifyUserAttribute", AttributeName="email", Code=world.get_last_message().code)
    assert read(world) == {"email": "two@example.com", "email_verified": "true"}


def test_what_a_client_may_not_write(world: World) -> None:
    strict = world.make_client(WriteAttributes=["name"])
    forbidden = "NotAuthorizedException: A client attempted to write unauthorized attribute"
    for changes in ({"nickname": "a"}, {"email_verified": "true"}, {"sub": "x"}):
        assert refuse(strict, "UpdateUserAttributes", UserAttributes=entries(**changes)) == forbidden
        assert refuse(strict, "DeleteUserAttributes", UserAttributeNames=list(changes)) == forbidden
    call(strict, "UpdateUserAttributes", UserAttributes=entries(name="Ada"))
    call(strict, "DeleteUserAttributes", UserAttributeNames=["name"])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"custom:nothing": "a"},
            "InvalidParameterException: Attributes did not conform to the schema: custom:nothing: ",
        ),
        ({"email": "no address"}, "InvalidParameterException: Invalid email address format."),
        ({"custom:fixed": "b"}, "InvalidParameterException: user.custom:fixed: Attribute cannot be updated."),
        ({"family_name": ""}, "InvalidParameterException: Attributes did not conform to the schema: family_name: "),
    ],
)
def test_changes_that_the_schema_forbids(empty: World, changes: dict[str, str], refusal: str) -> None:
    fixed = {"Name": "fixed", "AttributeDataType": "String", "Mutable": False}
    world = empty.make_pool(Schema=[fixed, {"Name": "family_name", "Required": True}])
    world.make_user("ada", family_name="Lovelace")
    assert refuse(world, "UpdateUserAttributes", UserAttributes=entries(**changes)).startswith(refusal)
    if "" in changes.values() or "custom" in "".join(changes):
        assert refuse(world, "DeleteUserAttributes", UserAttributeNames=list(changes)).startswith(refusal)
        administrators = {"UserPoolId": world.pool_id, "Username": "ada", "UserAttributeNames": list(changes)}
        assert world.expect_refusal("AdminDeleteUserAttributes", **administrators).startswith(refusal)
    assert read(world) == {"family_name": "Lovelace"}


def test_delete_user_attributes(world: World) -> None:
    call(world, "UpdateUserAttributes", UserAttributes=entries(name="Ada", nickname="a"))
    assert call(world, "DeleteUserAttributes", UserAttributeNames=["name", "email", "gender"]) == {}
    assert read(world) == {"nickname": "a"}  # nothing is left to be verified
    assert world.call_admin("AdminDeleteUserAttributes", "ada", UserAttributeNames=["nickname"]) == {}
    assert read(world) == {}


def test_a_new_name_is_a_rename_at_once(empty: World) -> None:
    world = empty.make_pool(UsernameAttributes=["email"])
    world.make_user("ada@example.com")
    world.make_user("bob@example.com")
    token = world.get_tokens("ada@example.com")["AccessToken"]
    exists = "AliasExistsException: An account with the email already exists."
    assert refuse(world, "UpdateUserAttributes", token, UserAttributes=entries(email="bob@example.com")) == exists
    call(world, "UpdateUserAttributes", token, UserAttributes=entries(email="new@example.com"))
    assert "AccessToken" in world.get_tokens("new@example.com")
    old = world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada@example.com", PASSWORD=PASSWORD)
    assert world.expect_refusal("InitiateAuth", **old) == "UserNotFoundException: User does not exist."


# --- codes for attributes


def test_verify(world: World) -> None:
    call(world, "UpdateUserAttributes", UserAttributes=entries(phone_number="+15550109878"))
    reply = call(world, "GetUserAttributeVerificationCode", AttributeName="phone_number")
    delivery = {"Destination": "+*******9878", "DeliveryMedium": "SMS", "AttributeName": "phone_number"}
    assert reply == {"CodeDeliveryDetails": delivery}
    code = world.get_last_message().code
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    assert refuse(world, "VerifyUserAttribute", AttributeName="phone_number", Code=wrong) == WRONG_CODE
    assert refuse(world, "VerifyUserAttribute", AttributeName="email", Code=code) == EXPIRED
    call(world, "VerifyUserAttribute", AttributeName="phone_number", Code=code)
    assert read(world)["phone_number_verified"] == "true"
    assert refuse(world, "VerifyUserAttribute", AttributeName="phone_number", Code=code) == EXPIRED


@pytest.mark.parametrize(("hours", "valid"), [(23.9, True), (24, False)])
def test_the_code_is_valid_for_a_day(world: World, clock: Clock, hours: float, *, valid: bool) -> None:
    call(world, "GetUserAttributeVerificationCode", AttributeName="email")
    code = world.get_last_message().code
    clock.forward(hours=hours)
    if valid:
        call(world, "VerifyUserAttribute", AttributeName="email", Code=code)
    else:
        assert refuse(world, "VerifyUserAttribute", AttributeName="email", Code=code) == EXPIRED


def test_what_has_no_code(world: World) -> None:
    for operation, code in (("GetUserAttributeVerificationCode", {}), ("VerifyUserAttribute", {"Code": "123456"})):
        given: dict[str, Any] = {"AttributeName": "nickname", **code}
        assert refuse(world, operation, **given).startswith("InvalidParameterException")
    missing = refuse(world, "GetUserAttributeVerificationCode", AttributeName="phone_number")
    assert missing == "InvalidParameterException: User does not have the attribute phone_number"


def test_codes_in_an_hour(world: World, clock: Clock) -> None:
    for _ in range(5):
        call(world, "GetUserAttributeVerificationCode", AttributeName="email")
    assert refuse(world, "GetUserAttributeVerificationCode", AttributeName="email") == EXCEEDED
    code = world.get_last_message().code
    for _ in range(15):
        assert refuse(world, "VerifyUserAttribute", AttributeName="email", Code="no") == WRONG_CODE
    assert refuse(world, "VerifyUserAttribute", AttributeName="email", Code=code) == EXCEEDED
    clock.forward(hours=1)
    call(world, "VerifyUserAttribute", AttributeName="email", Code=code)


def test_an_alias_moves_to_the_one_who_verifies_it(empty: World) -> None:
    world = make(empty, AliasAttributes=["email"])
    world.make_user("bob", email="ada@example.com")
    token = world.get_tokens("bob")["AccessToken"]
    call(world, "GetUserAttributeVerificationCode", token, AttributeName="email")
    call(world, "VerifyUserAttribute", token, AttributeName="email", Code=world.get_last_message().code)
    assert read(world, "bob")["email_verified"] == "true"
    assert read(world)["email_verified"] == "false"
    signed_in = world.get_tokens("ada@example.com")["AccessToken"]
    assert world.call("GetUser", AccessToken=signed_in)["Username"] == "bob"
    assert "AccessToken" in world.get_tokens("ada")


# --- factors


def test_obsolete_settings_turn_on_sms(guarded: World) -> None:
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    token = guarded.get_tokens()["AccessToken"]
    assert call(guarded, "SetUserSettings", token, MFAOptions=options) == {}
    described = guarded.call_admin("AdminGetUser", "ada")
    assert described["MFAOptions"] == options
    assert "UserMFASettingList" not in described
    [listed] = guarded.call("ListUsers", UserPoolId=guarded.pool_id)["Users"]
    assert listed["MFAOptions"] == options
    assert guarded.initiate(USERNAME="ada", PASSWORD=PASSWORD)["ChallengeName"] == SMS
    assert guarded.call_admin("AdminSetUserSettings", "ada", MFAOptions=[]) == {}
    assert "MFAOptions" not in guarded.call("ListUsers", UserPoolId=guarded.pool_id)["Users"][0]
    assert "AuthenticationResult" in guarded.initiate(USERNAME="ada", PASSWORD=PASSWORD)


def test_obsolete_settings_by_an_administrator(guarded: World) -> None:
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    guarded.call_admin("AdminSetUserSettings", "ada", MFAOptions=options)
    assert guarded.initiate(USERNAME="ada", PASSWORD=PASSWORD)["ChallengeName"] == SMS
    for wrong in ([{"DeliveryMedium": "EMAIL", "AttributeName": "email"}], [{"DeliveryMedium": "SMS"}]):
        request = {"UserPoolId": guarded.pool_id, "Username": "ada", "MFAOptions": wrong}
        assert guarded.expect_refusal("AdminSetUserSettings", **request).startswith("InvalidParameterException")


def test_obsolete_settings_are_ignored_after_the_newer_ones(guarded: World) -> None:
    prefer(guarded, "ada", SMS, preferred=SMS)
    guarded.call_admin("AdminSetUserSettings", "ada", MFAOptions=[])
    assert guarded.call_admin("AdminGetUser", "ada")["UserMFASettingList"] == [SMS]


def test_factors_for_administrators(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    set_up_authenticator(world)
    prefer(world, "ada", TOTP, preferred=TOTP)
    expected = {
        "Username": "ada",
        "PreferredMfaSetting": TOTP,
        "UserMFASettingList": [TOTP],
        "ConfiguredUserAuthFactors": ["PASSWORD", "SOFTWARE_TOKEN"],
    }
    assert world.call_admin("AdminGetUserAuthFactors", "ada") == expected
    assert world.call_admin("AdminDeleteSoftwareToken", "ada") == {}
    assert world.call_admin("AdminGetUserAuthFactors", "ada") == {
        "Username": "ada",
        "ConfiguredUserAuthFactors": ["PASSWORD"],
    }
    assert "AccessToken" in world.get_tokens()


@pytest.mark.parametrize("operation", ["AdminGetUserAuthFactors", "AdminDeleteSoftwareToken", "AdminSetUserSettings"])
def test_factors_of_nobody(world: World, operation: str) -> None:
    options: Json = {"MFAOptions": []} if operation == "AdminSetUserSettings" else {}
    refusal = world.expect_refusal(operation, UserPoolId=world.pool_id, Username="nobody", **options)
    assert refusal == "UserNotFoundException: User does not exist."


def test_the_authenticator_app_of_an_unconfirmed_user(world: World) -> None:
    world.call("SignUp", ClientId=world.client_id, Username="bob", Password=PASSWORD)
    refusal = world.expect_refusal("AdminDeleteSoftwareToken", UserPoolId=world.pool_id, Username="bob")
    assert refusal == "UserNotConfirmedException: User is not confirmed."
