import pytest

from authflow.emulator import Purpose
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, TEMPORARY, Clock, Json, World


def test_what_a_new_user_looks_like(world: World, clock: Clock) -> None:
    attributes = [{"Name": "email", "Value": "bob@example.com"}]
    made = world.call_admin("AdminCreateUser", "bob", UserAttributes=attributes)["User"]
    assert made["Username"] == "bob"
    assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert made["Enabled"] is True
    assert made["UserCreateDate"] == made["UserLastModifiedDate"] == clock.now.timestamp()
    assert [entry["Name"] for entry in made["Attributes"]] == ["email", "sub"]
    described = world.call_admin("AdminGetUser", "bob")
    assert described.pop("UserAttributes") == made.pop("Attributes")
    assert described == made


def test_the_invitation_holds_a_password_that_works(world: World) -> None:
    world.call_admin("AdminCreateUser", "bob", UserAttributes=[{"Name": "email", "Value": "bob@example.com"}])
    message = world.get_last_message()
    assert (message.pool_id, message.username, message.destination) == (world.pool_id, "bob", "bob@example.com")
    assert (message.medium, message.purpose) == ("EMAIL", Purpose.INVITATION)
    assert message.code not in repr(message)
    assert world.sign_in_with_srp("bob", message.code)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_where_invitations_go(world: World) -> None:
    both = [{"Name": "email", "Value": "bob@example.com"}, {"Name": "phone_number", "Value": "+441234567890"}]
    world.call_admin("AdminCreateUser", "bob", UserAttributes=both)
    assert [message.medium for message in world.emulator.outbox][1:] == ["SMS"]
    world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL", "SMS"])
    assert [message.medium for message in world.emulator.outbox[2:]] == ["EMAIL", "SMS"]


@pytest.mark.parametrize("action", [None, "SUPPRESS"])
@pytest.mark.parametrize(
    ("attributes", "more", "text"),
    [
        ({"email_verified": "true"}, {}, "email is required because of email_verified"),
        ({"email": "", "email_verified": "True"}, {}, "email is required because of email_verified"),
        ({"phone_number_verified": "true"}, {}, "phone_number is required because of phone_number_verified"),
        ({}, {"DesiredDeliveryMediums": ["EMAIL"]}, "email is required because of DesiredDeliveryMediums"),
        (
            {"email": "bob@example.com"},
            {"DesiredDeliveryMediums": ["EMAIL", "SMS"]},
            "phone_number is required because of DesiredDeliveryMediums",
        ),
    ],
)
def test_contacts_that_are_promised(
    world: World, attributes: dict[str, str], more: Json, text: str, action: str | None
) -> None:
    """The service model demands a value for what is set to verified, and for each of the DesiredDeliveryMediums."""
    given = [{"Name": name, "Value": value} for name, value in attributes.items()]
    request = {"Username": "bob", "UserAttributes": given, "MessageAction": action, **more}
    refusal = world.expect_refusal("AdminCreateUser", UserPoolId=world.pool_id, **request)
    assert refusal == f"InvalidParameterException: {text}"
    assert world.expect_refusal("AdminGetUser", UserPoolId=world.pool_id, Username="bob").startswith("UserNotFound")


def test_a_username_may_be_the_contact_that_is_promised(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    verified = [{"Name": "email_verified", "Value": "true"}]
    promised = {"UserAttributes": verified, "DesiredDeliveryMediums": ["EMAIL"]}
    assert pool.call_admin("AdminCreateUser", "ada@example.com", **promised)["User"]["UserStatus"]


def test_suppressed_invitation(world: World) -> None:
    before = len(world.emulator.outbox)
    attributes = [{"Name": "email", "Value": "bob@example.com"}]
    world.call_admin("AdminCreateUser", "bob", MessageAction="SUPPRESS", UserAttributes=attributes)
    assert len(world.emulator.outbox) == before


def test_resend_replaces_the_password(world: World) -> None:
    world.invite("bob")
    world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND", TemporaryPassword=OTHER_PASSWORD)
    assert "Session" in world.initiate(USERNAME="bob", PASSWORD=OTHER_PASSWORD)
    refusal = world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=TEMPORARY)
    )
    assert "Incorrect username or password." in refusal


def test_resend_to_a_confirmed_user(world: World) -> None:
    again = {"UserPoolId": world.pool_id, "MessageAction": "RESEND"}
    assert world.expect_refusal("AdminCreateUser", Username="ada", **again) == (
        "UnsupportedUserStateException: Resend not possible. ada status is not FORCE_CHANGE_PASSWORD"
    )
    assert world.expect_refusal("AdminCreateUser", Username="nobody", **again).startswith("UserNotFoundException")


def test_username_exists(world: World) -> None:
    refusal = world.expect_refusal("AdminCreateUser", UserPoolId=world.pool_id, Username="ada")
    assert refusal == "UsernameExistsException: User account already exists"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sub", "1", "Cannot modify the non-mutable attribute sub"),
        ("email", "nonsense", "Invalid email address format."),
        ("email_verified", "perhaps", "email_verified: Attribute value must be a Boolean"),
        ("updated_at", "now", "updated_at: Attribute value must be a Number"),
        ("custom:team", "red", "custom:team: Attribute does not exist in the schema."),
    ],
)
def test_attributes_that_are_refused(world: World, name: str, value: str, expected: str) -> None:
    attributes = [{"Name": name, "Value": value}]
    refusal = world.expect_refusal(
        "AdminCreateUser", UserPoolId=world.pool_id, Username="bob", UserAttributes=attributes
    )
    assert refusal.startswith("InvalidParameterException")
    assert expected in refusal
    assert "UserNotFound" in world.expect_refusal("AdminGetUser", UserPoolId=world.pool_id, Username="bob")


def test_number_attributes_have_a_range(empty: World) -> None:
    limits = {"MinValue": "1", "MaxValue": "10"}
    schema = [{"Name": "size", "AttributeDataType": "Number", "NumberAttributeConstraints": limits}]
    pool = empty.make_pool(Schema=schema)
    pool.make_user("ada", **{"custom:size": "10"})
    attributes = [{"Name": "custom:size", "Value": "11"}]
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="bob", UserAttributes=attributes)
    assert "out of range" in refusal


def test_set_temporary_password(world: World) -> None:
    world.call_admin("AdminSetUserPassword", "ada", Password=TEMPORARY)
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert world.sign_in_with_srp("ada", TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_set_permanent_password(world: World) -> None:
    world.invite("bob")
    world.call_admin("AdminSetUserPassword", "bob", Password=PASSWORD, Permanent=True)
    assert world.call_admin("AdminGetUser", "bob")["UserStatus"] == "CONFIRMED"
    assert "AuthenticationResult" in world.sign_in_with_srp("bob")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Sh0rt!", "Password not long enough"),
        ("lower-case-1", "Password must have uppercase characters"),
        ("UPPER-CASE-1", "Password must have lowercase characters"),
        ("No-numbers-", "Password must have numeric characters"),
        ("N0symbolsatall", "Password must have symbol characters"),
    ],
)
def test_password_policy(world: World, password: str, expected: str) -> None:
    request = {"UserPoolId": world.pool_id, "Username": "ada", "Password": password}
    refusal = world.expect_refusal("AdminSetUserPassword", **request)
    assert refusal == f"InvalidPasswordException: Password did not conform with policy: {expected}"
    assert "AuthenticationResult" in world.sign_in_with_srp("ada")  # unchanged


def test_a_policy_that_asks_for_little(empty: World) -> None:
    pool = empty.make_pool(Policies={"PasswordPolicy": {"MinimumLength": 6}})
    pool.invite("bob", "simple")
    assert "Session" in pool.initiate(USERNAME="bob", PASSWORD="simple")


def test_reset_sends_a_code(world: World) -> None:
    world.call_admin("AdminResetUserPassword", "ada")
    message = world.get_last_message()
    assert (message.purpose, message.destination) == (Purpose.PASSWORD_RESET, "ada@example.com")
    assert len(message.code) == 6
    assert message.code.isdigit()
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "RESET_REQUIRED"


def test_reset_needs_a_verified_contact(world: World) -> None:
    world.make_user("bob", email="bob@example.com")
    refusal = world.expect_refusal("AdminResetUserPassword", UserPoolId=world.pool_id, Username="bob")
    assert "no registered/verified email or phone_number" in refusal


def test_reset_of_an_invited_user(world: World) -> None:
    world.invite("bob", email="bob@example.com", email_verified="true")
    refusal = world.expect_refusal("AdminResetUserPassword", UserPoolId=world.pool_id, Username="bob")
    assert refusal == "NotAuthorizedException: User password cannot be reset in the current state."


def test_disable_enable(world: World) -> None:
    tokens = world.get_tokens()
    world.call_admin("AdminDisableUser", "ada")
    assert world.call_admin("AdminGetUser", "ada")["Enabled"] is False
    revoked = "NotAuthorizedException: Access Token has been revoked"
    assert world.expect_refusal("GetUser", AccessToken=tokens["AccessToken"]) == revoked
    refresh = {"ClientId": world.client_id, "RefreshToken": tokens["RefreshToken"]}
    assert world.expect_refusal("GetTokensFromRefreshToken", **refresh) == "NotAuthorizedException: User is disabled."
    world.call_admin("AdminEnableUser", "ada")
    assert world.call_admin("AdminGetUser", "ada")["Enabled"] is True
    assert "revoked" in world.expect_refusal("GetTokensFromRefreshToken", **refresh)


def test_delete(world: World) -> None:
    tokens = world.get_tokens()
    assert world.call_admin("AdminDeleteUser", "ada") == {}
    assert world.expect_refusal("AdminGetUser", UserPoolId=world.pool_id, Username="ada").startswith(
        "UserNotFoundException"
    )
    assert world.expect_refusal("GetUser", AccessToken=tokens["AccessToken"]) == (
        "UserNotFoundException: User does not exist."
    )
    for undeclared in ("GlobalSignOut", "AssociateSoftwareToken"):  # they declare no UserNotFoundException
        assert "revoked" in world.expect_refusal(undeclared, AccessToken=tokens["AccessToken"])
    refresh = {"ClientId": world.client_id, "RefreshToken": tokens["RefreshToken"]}
    deleted = "NotAuthorizedException: The user has been deleted for the associated refresh token"
    assert world.expect_refusal("GetTokensFromRefreshToken", **refresh) == deleted
    world.make_user("ada")  # another ada
    assert world.expect_refusal("GetTokensFromRefreshToken", **refresh) == deleted


@pytest.mark.parametrize(
    "operation",
    ["AdminGetUser", "AdminResetUserPassword", "AdminEnableUser", "AdminDisableUser", "AdminDeleteUser"],
)
def test_unknown_user(world: World, operation: str) -> None:
    refusal = world.expect_refusal(operation, UserPoolId=world.pool_id, Username="nobody")
    assert refusal == "UserNotFoundException: User does not exist."
    assert world.expect_refusal(operation, UserPoolId="eu-west-1_none", Username="ada").startswith("ResourceNotFound")
