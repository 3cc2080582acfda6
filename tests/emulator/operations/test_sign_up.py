import pytest

from authflow.emulator import Purpose
from tests.support.emulator.world import PASSWORD, Clock, Json, World

SMS_SETTINGS = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}}


@pytest.fixture
def open_pool(empty: World) -> World:
    """A pool that verifies email addresses at sign-up, through a client with a secret."""
    return empty.make_pool(AutoVerifiedAttributes=["email"]).make_client(GenerateSecret=True)


def make_request(world: World, name: str = "eve", **more: object) -> Json:
    return {
        "ClientId": world.client_id,
        "Username": name,
        "SecretHash": world.make_secret_hash(name).get("SECRET_HASH"),
        **more,
    }


def sign_up(world: World, name: str = "eve", **attributes: str) -> Json:
    given = [{"Name": key, "Value": value} for key, value in attributes.items()]
    return world.call("SignUp", **make_request(world, name, Password=PASSWORD, UserAttributes=given))


def test_from_sign_up_to_sign_in(open_pool: World) -> None:
    reply = sign_up(open_pool, email="eve@example.com")
    details = {"Destination": "e***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert reply.pop("UserSub")
    assert reply == {"UserConfirmed": False, "CodeDeliveryDetails": details}
    message = open_pool.get_last_message()
    assert (message.destination, message.purpose) == ("eve@example.com", Purpose.SIGN_UP)
    assert open_pool.call_admin("AdminGetUser", "eve")["UserStatus"] == "UNCONFIRMED"
    assert open_pool.call("ConfirmSignUp", **make_request(open_pool, ConfirmationCode=message.code)) == {}
    described = open_pool.call_admin("AdminGetUser", "eve")
    assert described["UserStatus"] == "CONFIRMED"
    assert {"Name": "email_verified", "Value": "true"} in described["UserAttributes"]
    assert "AuthenticationResult" in open_pool.sign_in_with_srp("eve")


def test_a_code_works_once(open_pool: World) -> None:
    sign_up(open_pool, email="eve@example.com")
    confirmation = make_request(open_pool, ConfirmationCode=open_pool.get_last_message().code)
    open_pool.call("ConfirmSignUp", **confirmation)
    refusal = open_pool.expect_refusal("ConfirmSignUp", **confirmation)
    assert refusal == "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"


def test_wrong_code(open_pool: World) -> None:
    sign_up(open_pool, email="eve@example.com")
    refusal = open_pool.expect_refusal("ConfirmSignUp", **make_request(open_pool, ConfirmationCode="x"))
    assert refusal == "CodeMismatchException: Invalid verification code provided, please try again."


def test_expired_code(open_pool: World, clock: Clock) -> None:
    sign_up(open_pool, email="eve@example.com")
    clock.forward(hours=24)
    refusal = open_pool.expect_refusal(
        "ConfirmSignUp", **make_request(open_pool, ConfirmationCode=open_pool.get_last_message().code)
    )
    assert refusal == "ExpiredCodeException: Invalid code provided, please request a code again."


def test_resent_code_replaces_the_first(open_pool: World) -> None:
    sign_up(open_pool, email="eve@example.com")
    first = open_pool.get_last_message().code
    assert "CodeDeliveryDetails" in open_pool.call("ResendConfirmationCode", **make_request(open_pool))
    second = open_pool.get_last_message().code
    assert "CodeMismatch" in open_pool.expect_refusal(
        "ConfirmSignUp", **make_request(open_pool, ConfirmationCode=first)
    )
    assert open_pool.call("ConfirmSignUp", **make_request(open_pool, ConfirmationCode=second)) == {}
    refusal = open_pool.expect_refusal("ResendConfirmationCode", **make_request(open_pool))
    assert refusal == "InvalidParameterException: User is already confirmed."


def test_a_code_verifies_only_the_address_that_it_was_sent_to(empty: World) -> None:
    """Otherwise a code could take over the address of another user."""
    pool = empty.make_pool(AutoVerifiedAttributes=["email"], AliasAttributes=["email"])
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    sign_up(pool, email="eve@example.com")
    code = pool.get_last_message().code
    changed = [{"Name": "email", "Value": "ada@example.com"}]
    pool.call_admin("AdminUpdateUserAttributes", "eve", UserAttributes=changed)
    confirmation = make_request(pool, ConfirmationCode=code, ForceAliasCreation=True)
    assert pool.expect_refusal("ConfirmSignUp", **confirmation).startswith("ExpiredCodeException")
    assert pool.call_admin("AdminGetUser", "ada@example.com")["Username"] == "ada"
    pool.call("ResendConfirmationCode", **make_request(pool))
    assert pool.get_last_message().destination == "ada@example.com"


@pytest.mark.parametrize(("operation", "limit"), [("ConfirmSignUp", 15), ("ResendConfirmationCode", 5)])
def test_limits_by_the_hour(open_pool: World, clock: Clock, operation: str, limit: int) -> None:
    sign_up(open_pool, email="eve@example.com")
    more = {"ConfirmationCode": "x"} if operation == "ConfirmSignUp" else {}
    for _ in range(limit):
        if more:
            open_pool.expect_refusal(operation, **make_request(open_pool, **more))
        else:
            open_pool.call(operation, **make_request(open_pool))
    refusal = open_pool.expect_refusal(operation, **make_request(open_pool, **more))
    assert refusal == "LimitExceededException: Attempt limit exceeded, please try after some time."
    clock.forward(hours=1)
    if more:
        assert "CodeMismatch" in open_pool.expect_refusal(operation, **make_request(open_pool, **more))
    else:
        assert open_pool.call(operation, **make_request(open_pool))


def test_without_auto_verification_no_code_is_sent(world: World) -> None:
    reply = sign_up(world, email="eve@example.com")
    assert "CodeDeliveryDetails" not in reply
    assert "ExpiredCode" in world.expect_refusal("ConfirmSignUp", **make_request(world, ConfirmationCode="1"))
    refusal = world.expect_refusal("ResendConfirmationCode", **make_request(world))
    assert refusal == "InvalidParameterException: Auto verification not turned on."


def test_codes_go_to_the_phone_first(empty: World) -> None:
    pool = empty.make_pool(AutoVerifiedAttributes=["email", "phone_number"], **SMS_SETTINGS)
    reply = sign_up(pool, email="eve@example.com", phone_number="+441234569878")
    assert reply["CodeDeliveryDetails"] == {
        "Destination": "+*******9878",
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }


def test_username_exists(open_pool: World) -> None:
    sign_up(open_pool)
    refusal = open_pool.expect_refusal("SignUp", **make_request(open_pool, Password=PASSWORD))
    assert refusal == "UsernameExistsException: User already exists"


def test_password_is_required_and_checked(open_pool: World) -> None:
    assert open_pool.expect_refusal("SignUp", **make_request(open_pool)).endswith("Missing required parameter Password")
    refusal = open_pool.expect_refusal("SignUp", **make_request(open_pool, Password="weak"))
    assert refusal.startswith("InvalidPasswordException")


def test_required_attributes(empty: World) -> None:
    pool = empty.make_pool(Schema=[{"Name": "email", "Required": True, "AttributeDataType": "String"}])
    refusal = pool.expect_refusal("SignUp", **make_request(pool, Password=PASSWORD))
    assert refusal.endswith("schema: email: The attribute is required\n")


def test_verified_flags_cannot_be_set_at_sign_up(open_pool: World) -> None:
    given = [{"Name": "email_verified", "Value": "true"}]
    refusal = open_pool.expect_refusal("SignUp", **make_request(open_pool, Password=PASSWORD, UserAttributes=given))
    assert refusal == "NotAuthorizedException: A client attempted to write unauthorized attribute"


@pytest.mark.parametrize("operation", ["SignUp", "AdminCreateUser"])
def test_all_attributes_that_the_schema_does_not_have_are_told(open_pool: World, operation: str) -> None:
    names = ("custom:b", "email", "a")
    given: Json = {"UserAttributes": [{"Name": name, "Value": "x@y"} for name in names]}
    where = make_request(open_pool, Password=PASSWORD)
    where = where if operation == "SignUp" else {"UserPoolId": open_pool.pool_id, "Username": "eve"}
    assert open_pool.expect_refusal(operation, **where, **given) == (
        "InvalidParameterException: Attributes did not conform to the schema: "
        "custom:b: Attribute does not exist in the schema.\na: Attribute does not exist in the schema.\n"
    )


def test_a_preferred_username_is_too_early_at_sign_up(empty: World) -> None:
    """Where it is an alias. https://github.com/aws-amplify/amplify-js/issues/1669"""
    given: Json = {"UserAttributes": [{"Name": "preferred_username", "Value": "countess"}]}
    pool = empty.make_pool(AliasAttributes=["preferred_username"])
    assert pool.expect_refusal("SignUp", **make_request(pool, Password=PASSWORD, **given)) == (
        "InvalidParameterException: Preferred username cannot be provided for unconfirmed account, "
        "since user pool is configured for preferred username alias."
    )
    assert pool.call_admin("AdminCreateUser", "ada", **given)
    plain = empty.make_pool()
    assert plain.call("SignUp", **make_request(plain, Password=PASSWORD, **given))


def test_a_blank_attribute_is_none(open_pool: World) -> None:
    sign_up(open_pool, email="eve@example.com", nickname="", given_name="Eve")
    shown = open_pool.call_admin("AdminGetUser", "eve")["UserAttributes"]
    assert {entry["Name"] for entry in shown} == {"sub", "email", "given_name"}


def test_a_refused_confirmation_takes_no_alias(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    pool.make_user("ada", email="a@example.com", email_verified="true")
    sign_up(pool, email="a@example.com")
    code: Json = {"ConfirmationCode": pool.get_last_message().code, "ForceAliasCreation": True}
    refusal = pool.expect_refusal("ConfirmSignUp", **make_request(pool, **code, Session="S" * 30))
    assert refusal == "NotAuthorizedException: Invalid session for the user."
    assert pool.call_admin("AdminGetUser", "a@example.com")["Username"] == "ada"
    pool.call("ConfirmSignUp", **make_request(pool, **code))
    assert pool.call_admin("AdminGetUser", "a@example.com")["Username"] == "eve"


def test_closed_pool(empty: World) -> None:
    pool = empty.make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    refusal = pool.expect_refusal("SignUp", **make_request(pool, Password=PASSWORD))
    assert refusal == "NotAuthorizedException: SignUp is not permitted for this user pool"


def test_sign_up_by_email(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])
    reply = sign_up(pool, "eve@example.com")
    assert pool.get_last_message().destination == "eve@example.com"
    confirmation = make_request(pool, "eve@example.com", ConfirmationCode=pool.get_last_message().code)
    pool.call("ConfirmSignUp", **confirmation)
    assert pool.start_srp("eve@example.com")["USERNAME"] == reply["UserSub"]


def test_an_alias_of_somebody_else(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
    pool.make_user("ada", email="shared@example.com", email_verified="true")
    sign_up(pool, email="shared@example.com")
    confirmation = make_request(pool, ConfirmationCode=pool.get_last_message().code)
    refusal = pool.expect_refusal("ConfirmSignUp", **confirmation)
    assert refusal == "AliasExistsException: An account with the email already exists."
    assert pool.start_srp("shared@example.com")["USERNAME"] == "ada"
    pool.call("ConfirmSignUp", **confirmation, ForceAliasCreation=True)
    assert pool.start_srp("shared@example.com")["USERNAME"] == "eve"


@pytest.mark.parametrize("operation", ["ConfirmSignUp", "ResendConfirmationCode"])
def test_unknown_user(open_pool: World, operation: str) -> None:
    more = {"ConfirmationCode": "1"} if operation == "ConfirmSignUp" else {}
    refusal = open_pool.expect_refusal(operation, **make_request(open_pool, "nobody", **more))
    assert refusal == "UserNotFoundException: Username/client id combination not found."


def test_unknown_user_of_a_client_that_hides_users(open_pool: World, empty: World) -> None:
    hiding = open_pool.make_client(PreventUserExistenceErrors="ENABLED")
    refusal = hiding.expect_refusal("ConfirmSignUp", **make_request(hiding, "nobody", ConfirmationCode="1"))
    assert refusal.startswith("ExpiredCodeException")
    first, second = (hiding.call("ResendConfirmationCode", **make_request(hiding, "nobody")) for _ in range(2))
    assert first == second
    assert first["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    pool = empty.make_pool(AutoVerifiedAttributes=["phone_number"], **SMS_SETTINGS)
    phones = pool.make_client(PreventUserExistenceErrors="ENABLED")
    pretended = phones.call("ResendConfirmationCode", **make_request(phones, "nobody"))
    assert pretended["CodeDeliveryDetails"]["Destination"].startswith("+*******")
    assert len(hiding.emulator.outbox) == 0


def test_a_confirmed_user_of_a_client_that_hides_users(open_pool: World) -> None:
    """https://github.com/aws-amplify/amplify-js/issues/14762: nothing is sent, and no error tells of the user."""
    hiding = open_pool.make_client(PreventUserExistenceErrors="ENABLED")
    hiding.make_user("ada", email="ada@example.com")
    before = len(hiding.emulator.outbox)
    sent = hiding.call("ResendConfirmationCode", **make_request(hiding, "ada"))["CodeDeliveryDetails"]
    unknown = hiding.call("ResendConfirmationCode", **make_request(hiding, "nobody"))["CodeDeliveryDetails"]
    assert sent.keys() == unknown.keys()
    assert (sent["DeliveryMedium"], sent["AttributeName"]) == ("EMAIL", "email")
    assert len(hiding.emulator.outbox) == before
