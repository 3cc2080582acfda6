import pytest

from authflow.emulator import Purpose, Settings
from tests.support.emulator.mfa import EMAIL, SMS, TOTP, configure, prefer, set_up_authenticator
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, Clock, Json, World, make_with_settings

WRONG_CODE = "CodeMismatchException: Invalid verification code provided, please try again."
EXPIRED = "ExpiredCodeException: Invalid code provided, please request a code again."
NO_WAY = (
    "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or "
    "phone_number"
)
WRONG_STATE = "NotAuthorizedException: User password cannot be reset in the current state."
UNKNOWN = "UserNotFoundException: Username/client id combination not found."
BOTH = {"email": "ada@example.com", "email_verified": "true", "phone_number": "+15550109878"}
BOTH_VERIFIED = {**BOTH, "phone_number_verified": "true"}


def request(world: World, name: str = "ada", **changes: object) -> Json:
    digest = world.make_secret_hash(name)
    secret = {"SecretHash": digest["SECRET_HASH"]} if digest else {}
    return {"ClientId": world.client_id, "Username": name, **secret, **changes}


def forget(world: World, name: str = "ada") -> Json:
    details: Json = world.call("ForgotPassword", **request(world, name))["CodeDeliveryDetails"]
    return details


def confirm(world: World, code: str | None = None, password: str = OTHER_PASSWORD, name: str = "ada") -> Json:
    given = code or world.get_last_message().code
    return world.call("ConfirmForgotPassword", **request(world, name, ConfirmationCode=given, Password=password))


def refuse(world: World, operation: str = "ForgotPassword", name: str = "ada", **changes: object) -> str:
    return world.expect_refusal(operation, **request(world, name, **changes))


def refuse_code(world: World, code: str, password: str = OTHER_PASSWORD, name: str = "ada") -> str:
    return refuse(world, "ConfirmForgotPassword", name, ConfirmationCode=code, Password=password)


def test_a_new_password(world: World) -> None:
    expected = {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
    assert forget(world) == expected
    message = world.get_last_message()
    assert (message.username, message.purpose, message.destination) == ("ada", Purpose.PASSWORD_RESET, BOTH["email"])
    assert "AccessToken" in world.get_tokens()  # a code alone changes nothing
    assert confirm(world) == {}
    assert "AccessToken" in world.get_tokens("ada", OTHER_PASSWORD)
    assert refuse_code(world, message.code) == EXPIRED  # it is used up


def test_with_a_client_secret(secretive: World) -> None:
    forget(secretive)
    code = secretive.get_last_message().code
    for operation in ("ForgotPassword", "ConfirmForgotPassword"):
        given: Json = {"ConfirmationCode": code, "Password": PASSWORD} if operation.startswith("Confirm") else {}
        assert refuse(secretive, operation, SecretHash="wrong", **given).startswith("NotAuthorizedException")
    confirm(secretive)


@pytest.mark.parametrize(
    ("setting", "medium"),
    [
        (None, "EMAIL"),
        ([("verified_email", 1), ("verified_phone_number", 2)], "EMAIL"),
        ([("verified_email", 2), ("verified_phone_number", 1)], "SMS"),
        ([("verified_phone_number", 1)], "SMS"),
    ],
)
def test_where_the_code_goes(empty: World, setting: list[tuple[str, int]] | None, medium: str) -> None:
    mechanisms = [{"Name": name, "Priority": priority} for name, priority in setting or ()]
    world = empty.make_pool(**({"AccountRecoverySetting": {"RecoveryMechanisms": mechanisms}} if setting else {}))
    world.make_user("ada", **BOTH_VERIFIED)
    assert forget(world)["DeliveryMedium"] == medium


def test_only_administrators_may_help(empty: World) -> None:
    only = {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}
    world = empty.make_pool(AccountRecoverySetting=only)
    world.make_user("ada", **BOTH_VERIFIED)
    assert refuse(world) == NO_WAY


def test_addresses_that_are_not_verified_get_no_code(empty: World) -> None:
    world = empty.make_pool()
    world.make_user("ada", email="ada@example.com", phone_number="+15550109878")
    assert refuse(world) == NO_WAY


def test_the_second_factor_gets_no_code(guarded: World) -> None:
    guarded.call_admin(
        "AdminUpdateUserAttributes",
        "ada",
        UserAttributes=[
            {"Name": "email", "Value": "ada@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    mechanisms = [{"Name": "verified_phone_number", "Priority": 1}, {"Name": "verified_email", "Priority": 2}]
    setting: Json = {"AccountRecoverySetting": {"RecoveryMechanisms": mechanisms}}
    guarded.call("UpdateUserPool", UserPoolId=guarded.pool_id, MfaConfiguration="OPTIONAL", **setting)
    assert forget(guarded)["DeliveryMedium"] == "SMS"
    prefer(guarded, "ada", SMS)
    assert forget(guarded)["DeliveryMedium"] == "EMAIL"


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [("AdminDisableUser", "NotAuthorizedException: User is disabled."), ("AdminDeleteUser", UNKNOWN)],
)
def test_users_who_can_not_get_a_code(world: World, operation: str, refusal: str) -> None:
    forget(world)
    code = world.get_last_message().code
    world.call_admin(operation, "ada")
    assert refuse(world) == refusal
    assert refuse_code(world, code) == refusal


def test_invited_users_need_another_invitation(world: World) -> None:
    world.invite("bob", email="bob@example.com", email_verified="true")
    assert refuse(world, name="bob") == WRONG_STATE


def test_a_reset_by_an_administrator(world: World) -> None:
    world.call_admin("AdminResetUserPassword", "ada")
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "RESET_REQUIRED"
    confirm(world)
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "CONFIRMED"
    assert "AccessToken" in world.get_tokens("ada", OTHER_PASSWORD)


def test_wrong_codes(world: World) -> None:
    assert refuse_code(world, "123456") == EXPIRED
    forget(world)
    code = world.get_last_message().code
    assert refuse_code(world, f"{(int(code) + 1) % 1_000_000:06}") == WRONG_CODE
    forget(world)
    assert refuse_code(world, code) == WRONG_CODE  # the newer code replaces it
    confirm(world)


def test_a_refused_password_leaves_the_code(world: World) -> None:
    forget(world)
    assert refuse_code(world, world.get_last_message().code, "short").startswith("InvalidPasswordException")
    assert "AccessToken" in world.get_tokens()
    confirm(world)


def test_the_code_is_valid_for_an_hour(world: World, clock: Clock) -> None:
    forget(world)
    clock.forward(minutes=60)
    assert refuse_code(world, world.get_last_message().code) == EXPIRED
    forget(world)
    clock.forward(minutes=59, seconds=59)
    confirm(world)


@pytest.mark.parametrize("limit", [5, 20])
def test_calls_in_an_hour(empty: World, limit: int) -> None:
    world = make_with_settings(empty, Settings(resets_per_hour=limit))
    world.make_user("bob", email="bob@example.com", email_verified="true")
    for _ in range(limit):
        forget(world, "bob")
        refuse_code(world, "no", name="bob")
    exceeded = "LimitExceededException: Attempt limit exceeded, please try after some time."
    code = world.get_last_message().code
    assert refuse(world, name="bob") == exceeded
    assert refuse_code(world, code, name="bob") == exceeded
    world.clock.forward(hours=1)
    forget(world, "bob")
    confirm(world, name="bob")


def test_old_passwords(empty: World) -> None:
    policy = {"MinimumLength": 8, "PasswordHistorySize": 2}
    world = empty.make_pool(Policies={"PasswordPolicy": policy})
    world.make_user("ada", email="ada@example.com", email_verified="true")
    forget(world)
    code = world.get_last_message().code
    assert refuse_code(world, code, PASSWORD).startswith("PasswordHistoryPolicyViolationException")
    confirm(world)
    forget(world)
    refusal = refuse_code(world, world.get_last_message().code, PASSWORD)
    assert refusal.startswith("PasswordHistoryPolicyViolationException")


def test_tokens_stay_valid(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    forget(world)
    confirm(world)
    assert world.call("GetUser", AccessToken=token)["Username"] == "ada"


@pytest.mark.parametrize(
    ("name", "destination"),
    [("nobody", None), ("nobody@example.com", "n***@e***"), ("disabled", None), ("unverified", None)],
)
def test_hidden_users(world: World, name: str, destination: str | None) -> None:
    hiding = world.make_client(PreventUserExistenceErrors="ENABLED")
    hiding.make_user("disabled", email="disabled@example.com", email_verified="true")
    hiding.call_admin("AdminDisableUser", "disabled")
    hiding.make_user("unverified", email="unverified@example.com")
    sent = len(world.emulator.outbox)
    details = forget(hiding, name)
    assert details.keys() == {"Destination", "DeliveryMedium", "AttributeName"}
    assert destination in {None, details["Destination"]}
    assert forget(hiding, name) == details
    assert len(world.emulator.outbox) == sent
    assert refuse_code(hiding, "123456", name=name) == (EXPIRED if name == "unverified" else WRONG_CODE)


def test_hidden_users_who_exist(world: World) -> None:
    hiding = world.make_client(PreventUserExistenceErrors="ENABLED")
    assert refuse_code(hiding, "123456") == EXPIRED
    forget(hiding)
    confirm(hiding)


def test_unknown_clients(world: World) -> None:
    assert refuse(world, ClientId="none").startswith("ResourceNotFoundException")


def test_an_authenticator_app_does_not_matter(world: World) -> None:
    configure(world, "OPTIONAL", TOTP)
    set_up_authenticator(world)
    prefer(world, "ada", TOTP)
    assert forget(world)["DeliveryMedium"] == "EMAIL"


def test_email_alone_as_second_factor_leaves_no_way(empty: World) -> None:
    sending = {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@example.com",
    }
    world = empty.make_pool(EmailConfiguration=sending)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    configure(world, "OPTIONAL", EMAIL)
    prefer(world, "ada", EMAIL)
    assert refuse(world) == NO_WAY
