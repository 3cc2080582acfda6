"""What other requests do while a Lambda trigger runs. They are answered, and what was read before is checked again."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from authflow.emulator import ServiceError
from tests.emulator.triggers.test_lifecycle import CONFIRM, make_pool, make_sign_up_params, sign_up
from tests.support.emulator.attacks import USED_SESSION
from tests.support.emulator.lambdas import Riddles, begin_custom_auth, make_riddle_client
from tests.support.emulator.mfa import EMAIL, configure
from tests.support.emulator.phones import confirm_phone, make_tracking_pool, prove_device, sign_in_with_password
from tests.support.emulator.world import PASSWORD, ROTATING_FLOWS, TEMPORARY, Json, World

Act = Callable[[World], object]
NEW = "new@example.com"
OTHER = "0ther-Horse"


@dataclass
class Meanwhile:
    """A Lambda trigger. While it runs for the first time, something is done in another thread.

    Attributes:
        act: what is done.
        response: the response of each run.
        done: what was done has come to an end before the trigger returned.
    """

    world: World
    act: Act
    response: Json = field(default_factory=dict)
    done: bool = False
    error: BaseException | None = None

    def __call__(self, event: Json) -> Json:
        if not self.done:
            self.done = True
            thread = threading.Thread(target=self.run, daemon=True)
            thread.start()
            thread.join(10)
            assert not thread.is_alive(), "the other request was not answered"
            if self.error:
                raise self.error
        return {**event, "response": self.response}

    def run(self) -> None:
        try:
            self.act(self.world)
        except BaseException as error:
            self.error = error


def do(world: World, trigger: str, act: Act, operation: str, **params: Any) -> str:
    """Call an operation; while its trigger first runs, something is done. Return the error, or ``done``."""
    meanwhile = Meanwhile(world, act)
    world.emulator.triggers[world.pool_id] = {trigger: meanwhile}
    try:
        world.call(operation, **params)
    except ServiceError as error:
        return str(error)
    finally:
        assert meanwhile.done
        if world.pool_id in world.emulator.triggers:
            del world.emulator.triggers[world.pool_id]
    return "done"


# --- what is done


def delete_user(world: World) -> None:
    world.call_admin("AdminDeleteUser", "ada")


def delete_pool(world: World) -> None:
    world.call("DeleteUserPool", UserPoolId=world.pool_id)


def delete_client(world: World) -> None:
    world.call("DeleteUserPoolClient", UserPoolId=world.pool_id, ClientId=world.client_id)


def disable(world: World) -> None:
    world.call_admin("AdminDisableUser", "ada")


def change_password(world: World) -> None:
    world.call_admin("AdminSetUserPassword", "ada", Password=OTHER, Permanent=True)


def reset_password(world: World) -> None:
    world.call_admin("AdminResetUserPassword", "ada")


def confirm(world: World) -> None:
    world.call_admin("AdminConfirmSignUp", "ada")


def change_email(world: World) -> None:
    given = [{"Name": "email", "Value": "other@example.com"}, {"Name": "email_verified", "Value": "true"}]
    world.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=given)


def drop_email(world: World) -> None:
    world.call_admin("AdminDeleteUserAttributes", "ada", UserAttributeNames=["email"])


def sign_out(world: World) -> None:
    world.call_admin("AdminUserGlobalSignOut", "ada")


def close_sign_up(world: World) -> None:
    config = {"AllowAdminCreateUserOnly": True}
    world.call("UpdateUserPool", UserPoolId=world.pool_id, AdminCreateUserConfig=config)


def nothing(world: World) -> None:
    assert world.call("DescribeUserPool", UserPoolId=world.pool_id)


def create(name: str, **attributes: str) -> Act:
    def act(world: World) -> None:
        world.invite(name, **attributes)

    return act


# --- signing up

GONE = "ResourceNotFoundException"
SIGN_UPS: list[Any] = [
    ("PreSignUp", nothing, "done"),
    ("PreSignUp", create("ada"), "UsernameExistsException: User already exists"),
    ("PreSignUp", sign_up, "UsernameExistsException: User already exists"),
    ("PreSignUp", close_sign_up, "NotAuthorizedException: SignUp is not permitted for this user pool"),
    ("PreSignUp", delete_pool, GONE),
    ("PreSignUp", delete_client, GONE),
    ("CustomMessage", nothing, "done"),
    ("CustomMessage", confirm, "done"),
    ("CustomMessage", change_email, "done"),
    ("CustomMessage", delete_user, GONE),
    ("CustomMessage", delete_pool, GONE),
    ("CustomMessage", delete_client, GONE),
]


@pytest.mark.parametrize(("trigger", "act", "outcome"), SIGN_UPS)
def test_sign_up(empty: World, trigger: str, act: Act, outcome: str) -> None:
    world = make_pool(empty)
    came = do(world, trigger, act, "SignUp", **make_sign_up_params(world))
    assert came.startswith(outcome)
    sent = [message.destination for message in world.emulator.outbox if str(message.purpose) == "sign_up"]
    assert len(sent) == (act in {nothing, sign_up})


def test_sign_up_in_a_pool_of_email_addresses(empty: World) -> None:
    world = make_pool(empty, UsernameAttributes=["email"])
    params = make_sign_up_params(world, "ada@example.com")
    came = do(world, "PreSignUp", create("ada@example.com"), "SignUp", **params)
    assert came == "UsernameExistsException: An account with the given email already exists."
    assert len(world.call("ListUsers", UserPoolId=world.pool_id)["Users"]) == 1


def test_sign_up_with_an_alias_that_is_taken_meanwhile(empty: World) -> None:
    """An address that PreSignUp vouches for is taken over also from somebody who has got it meanwhile."""
    world = make_pool(empty, AliasAttributes=["email"])
    meanwhile = Meanwhile(world, create("eve", email="ada@example.com", email_verified="true"))
    meanwhile.response = {**CONFIRM, "autoVerifyEmail": True}
    world.emulator.triggers[world.pool_id] = {"PreSignUp": meanwhile}
    sign_up(world)
    assert world.call_admin("AdminGetUser", "ada@example.com")["Username"] == "ada"


@pytest.mark.parametrize(("act", "outcome"), [(nothing, "done"), (delete_user, GONE), (delete_pool, GONE)])
def test_a_user_who_is_confirmed_at_once(empty: World, act: Act, outcome: str) -> None:
    world = make_pool(empty)
    meanwhile = Meanwhile(world, act)
    auto_confirm = Meanwhile(world, nothing, CONFIRM)
    world.emulator.triggers[world.pool_id] = {"PreSignUp": auto_confirm, "PostConfirmation": meanwhile}
    if outcome == "done":
        assert sign_up(world)["UserConfirmed"]
    else:
        assert world.expect_refusal("SignUp", **make_sign_up_params(world)).startswith(outcome)


CONFIRMATIONS: list[Any] = [
    (nothing, "done"),
    (delete_user, "ResourceNotFoundException: User does not exist."),
    (delete_pool, GONE),
]


@pytest.mark.parametrize(("act", "outcome"), CONFIRMATIONS)
def test_confirm_sign_up(empty: World, act: Act, outcome: str) -> None:
    world = make_pool(empty)
    sign_up(world)
    params = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": world.get_last_message().code}
    assert do(world, "PostConfirmation", act, "ConfirmSignUp", **params).startswith(outcome)


def test_a_session_of_a_confirmed_sign_up_belongs_to_the_password_of_then(empty: World) -> None:
    world = make_pool(empty).make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    sign_up(world)
    params = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": world.get_last_message().code}
    world.emulator.triggers[world.pool_id] = {"PostConfirmation": Meanwhile(world, change_password)}
    session = world.call("ConfirmSignUp", **params)["Session"]
    start = {"AuthFlow": "USER_AUTH", "ClientId": world.client_id, "AuthParameters": {"USERNAME": "ada"}}
    refusal = world.expect_refusal("InitiateAuth", **start, Session=session)
    assert refusal == "NotAuthorizedException: Invalid session for the user."


@pytest.mark.parametrize("hidden", ["ENABLED", "LEGACY"])
@pytest.mark.parametrize("act", [nothing, confirm, delete_user])
def test_resend(empty: World, act: Act, hidden: str) -> None:
    world = make_pool(empty).make_client(PreventUserExistenceErrors=hidden)
    sign_up(world)
    params = {"ClientId": world.client_id, "Username": "ada"}
    came = do(world, "CustomMessage", act, "ResendConfirmationCode", **params)
    shown = "InvalidParameterException: User is already confirmed."
    outcomes: dict[Act, str] = {nothing: "done", confirm: "done" if hidden == "ENABLED" else shown, delete_user: GONE}
    assert came.startswith(outcomes[act])
    assert len(world.emulator.outbox) == 1 + (act is nothing)


# --- administrators

TAKEN = "UsernameExistsException: User account already exists"
INVITATIONS: list[Any] = [
    ("PreSignUp", nothing, "done"),
    ("PreSignUp", create("ada"), TAKEN),
    ("PreSignUp", sign_up, TAKEN),
    ("PreSignUp", create("eve", email="ada@example.com", email_verified="true"), "UsernameExistsException: An account"),
    ("PreSignUp", delete_pool, GONE),
    ("CustomMessage", change_password, "done"),
    ("CustomMessage", delete_user, "UserNotFoundException"),
    ("CustomMessage", delete_pool, GONE),
]
VERIFIED = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]


@pytest.mark.parametrize(("trigger", "act", "outcome"), INVITATIONS)
def test_admin_create_user(empty: World, trigger: str, act: Act, outcome: str) -> None:
    world = make_pool(empty, AliasAttributes=["email"])
    params: Json = {"UserPoolId": world.pool_id, "Username": "ada", "UserAttributes": VERIFIED}
    assert do(world, trigger, act, "AdminCreateUser", **params).startswith(outcome)
    invitations = [message for message in world.emulator.outbox if message.destination == "ada@example.com"]
    if trigger == "CustomMessage":
        assert not invitations


@pytest.mark.parametrize(
    ("act", "outcome"),
    [(nothing, "done"), (change_password, "UnsupportedUserStateException"), (delete_user, "UserNotFoundException")],
)
def test_an_invitation_that_is_sent_again(empty: World, act: Act, outcome: str) -> None:
    world = make_pool(empty)
    world.invite("ada", email="ada@example.com")
    params = {"UserPoolId": world.pool_id, "Username": "ada", "MessageAction": "RESEND"}
    assert do(world, "CustomMessage", act, "AdminCreateUser", **params).startswith(outcome)
    assert len(world.emulator.outbox) == 1 + (act is nothing)
    if act is change_password:
        assert world.get_tokens("ada", OTHER)


RESETS: list[Any] = [
    (nothing, "done"),
    (disable, "NotAuthorizedException: User is disabled."),
    (drop_email, "InvalidParameterException: Cannot reset password"),
    (change_email, "InvalidParameterException: Cannot reset password"),
    (delete_user, "UserNotFoundException"),
]


@pytest.mark.parametrize(("act", "outcome"), RESETS)
def test_admin_reset_user_password(world: World, act: Act, outcome: str) -> None:
    before = len(world.emulator.outbox)
    params = {"UserPoolId": world.pool_id, "Username": "ada"}
    assert do(world, "CustomMessage", act, "AdminResetUserPassword", **params).startswith(outcome)
    assert len(world.emulator.outbox) == before + (act is nothing)
    if act is not delete_user:
        status = world.call_admin("AdminGetUser", "ada")["UserStatus"]
        assert status == ("RESET_REQUIRED" if act is nothing else "CONFIRMED")


# --- forgotten passwords


@pytest.mark.parametrize(("act", "outcome"), RESETS)
@pytest.mark.parametrize("hidden", ["ENABLED", "LEGACY"])
def test_forgot_password(world: World, act: Act, outcome: str, hidden: str) -> None:
    client, before = world.make_client(PreventUserExistenceErrors=hidden), len(world.emulator.outbox)
    came = do(client, "CustomMessage", act, "ForgotPassword", ClientId=client.client_id, Username="ada")
    pretends = hidden == "ENABLED" and act in {disable, drop_email}
    assert came.startswith("done" if pretends else outcome)
    assert len(world.emulator.outbox) == before + (act is nothing)


@pytest.mark.parametrize(("act", "outcome"), [(nothing, "done"), (delete_user, "UserNotFoundException")])
def test_confirm_forgot_password(world: World, act: Act, outcome: str) -> None:
    world.call("ForgotPassword", ClientId=world.client_id, Username="ada")
    params = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": world.get_last_message().code}
    came = do(world, "PostConfirmation", act, "ConfirmForgotPassword", **params, Password=OTHER)
    assert came.startswith(outcome)


# --- migration


def migrate(world: World, act: Act) -> str:
    meanwhile = Meanwhile(world, act, {"userAttributes": {"email": "bob@example.com"}, "messageAction": "SUPPRESS"})
    world.emulator.triggers[world.pool_id] = {"UserMigration": meanwhile}
    try:
        world.get_tokens("bob", "weak")
    except ServiceError as error:
        return str(error)
    return "done"


def test_a_user_who_is_migrated_twice_at_once(world: World) -> None:
    assert migrate(world, lambda world: world.get_tokens("bob", "weak")) == "done"
    assert len(world.call("ListUsers", UserPoolId=world.pool_id)["Users"]) == 2


def test_a_user_who_signs_up_while_migrated(world: World) -> None:
    assert migrate(world, lambda world: sign_up(world, "bob")) == "UserNotConfirmedException: User is not confirmed."


@pytest.mark.parametrize("act", [delete_pool, delete_client])
def test_a_migration_to_a_pool_that_is_deleted(world: World, act: Act) -> None:
    assert migrate(world, act).startswith(GONE)


# --- accounts of signed-in people

REVOKED = "NotAuthorizedException: Access Token has been revoked"
UPDATES: list[Any] = [
    (nothing, "done"),
    (sign_out, REVOKED),
    (disable, REVOKED),
    (delete_client, GONE),
    (delete_user, "UserNotFoundException"),
    (create("eve", email=NEW, email_verified="true"), "AliasExistsException"),
]


@pytest.mark.parametrize(("act", "outcome"), UPDATES)
def test_update_user_attributes(empty: World, act: Act, outcome: str) -> None:
    settings = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    world = make_pool(empty, AliasAttributes=["email"], UserAttributeUpdateSettings=settings)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    params: Json = {"UserAttributes": [{"Name": "email", "Value": NEW}]}
    token = world.get_tokens()["AccessToken"]
    assert do(world, "CustomMessage", act, "UpdateUserAttributes", AccessToken=token, **params).startswith(outcome)
    codes = [message for message in world.emulator.outbox if str(message.purpose) == "attribute"]
    assert len(codes) == (act is nothing)


@pytest.mark.parametrize("act", [delete_user, delete_pool])
def test_admin_update_user_attributes(empty: World, act: Act) -> None:
    world = make_pool(empty)
    world.make_user("ada", email="ada@example.com", email_verified="true")
    params: Json = {"UserPoolId": world.pool_id, "Username": "ada", "UserAttributes": [{"Name": "email", "Value": NEW}]}
    came = do(world, "CustomMessage", act, "AdminUpdateUserAttributes", **params)
    assert came.startswith("UserNotFoundException" if act is delete_user else GONE)


@pytest.mark.parametrize(
    ("act", "outcome"), [*UPDATES[:5], (change_email, "CodeDeliveryFailureException"), (drop_email, "CodeDelivery")]
)
def test_get_user_attribute_verification_code(world: World, act: Act, outcome: str) -> None:
    params = {"AccessToken": world.get_tokens()["AccessToken"], "AttributeName": "email"}
    assert do(world, "CustomMessage", act, "GetUserAttributeVerificationCode", **params).startswith(outcome)
    codes = [message for message in world.emulator.outbox if str(message.purpose) == "attribute"]
    assert len(codes) == (act is nothing)


# --- signing in

DISABLED = "NotAuthorizedException: User is disabled."
SIGN_INS: list[Any] = [
    ("PreAuthentication", disable, DISABLED),
    ("PreAuthentication", reset_password, "PasswordResetRequiredException"),
    ("PreAuthentication", change_password, "NotAuthorizedException: Incorrect username or password."),
    *(
        (trigger, act, outcome)
        for trigger in ("PostAuthentication", "PreTokenGeneration")
        for act, outcome in (
            (disable, DISABLED),
            (reset_password, "PasswordResetRequiredException"),
            (change_password, "NotAuthorizedException: Invalid session for the user."),
        )
    ),
    *(
        (trigger, act, outcome)
        for trigger in ("PreAuthentication", "PostAuthentication", "PreTokenGeneration")
        for act, outcome in (
            (nothing, "done"),
            (delete_user, "UserNotFoundException"),
            (delete_client, GONE),
            (delete_pool, GONE),
        )
    ),
]


@pytest.mark.parametrize(("trigger", "act", "outcome"), SIGN_INS)
@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH"])
def test_sign_in(world: World, trigger: str, act: Act, outcome: str, flow: str) -> None:
    is_admin = flow.startswith("ADMIN")
    params = world.make_initiate_params(flow, USERNAME="ada", PASSWORD=PASSWORD)
    where = {"UserPoolId": world.pool_id} if is_admin else {}
    assert do(world, trigger, act, "AdminInitiateAuth" if is_admin else "InitiateAuth", **where, **params).startswith(
        outcome
    )
    families = list(world.emulator._service.token_families.families.values())
    assert len(families) == (act is nothing)


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (nothing, "done"),
        (change_password, "NotAuthorizedException: Invalid session for the user."),
        (reset_password, "PasswordResetRequiredException"),
        (delete_user, "UserNotFoundException"),
        (disable, "done"),
        (change_email, "done"),
    ],
)
def test_second_factors(world: World, act: Act, outcome: str) -> None:
    configure(world, "ON", EMAIL)
    before, asked = len(world.emulator.outbox), []
    meanwhile = Meanwhile(world, act)
    world.emulator.triggers[world.pool_id] = {"CustomMessage": meanwhile}
    try:
        asked.append(world.initiate(USERNAME="ada", PASSWORD=PASSWORD))
        came = "done"
    except ServiceError as error:
        came = str(error)
    assert came.startswith(outcome)
    sent = [message for message in list(world.emulator.outbox)[before:] if str(message.purpose) == "mfa"]
    assert len(sent) == (act in {nothing, change_email})
    if asked and act is not nothing:
        code = sent[0].code if sent else "000000"
        answer = world.make_respond_params(EMAIL, asked[0]["Session"], USERNAME="ada", EMAIL_OTP_CODE=code)
        assert world.expect_refusal("RespondToAuthChallenge", **answer)


def test_a_new_password_that_is_replaced(world: World) -> None:
    """The person has chosen a password; while PostAuthentication runs an administrator sets another one."""
    world.invite("bob")
    session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    answer = world.make_respond_params("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD="N3w-horse")

    def replace(world: World) -> None:
        world.call_admin("AdminSetUserPassword", "bob", Password=OTHER, Permanent=True)

    came = do(world, "PostAuthentication", replace, "RespondToAuthChallenge", **answer)
    assert came == "NotAuthorizedException: Invalid session for the user."


def test_a_session_from_a_sign_up_is_used_once(empty: World) -> None:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    world = make_pool(empty, Policies={"SignInPolicy": factors}).make_client(ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    sign_up(world)
    request = {"ClientId": world.client_id, "Username": "ada", "ConfirmationCode": world.get_last_message().code}
    session = world.call("ConfirmSignUp", **request)["Session"]
    start: Json = {"AuthFlow": "USER_AUTH", "ClientId": world.client_id, "Session": session}
    start["AuthParameters"] = {"USERNAME": "ada"}
    came = do(world, "PreAuthentication", lambda world: world.call("InitiateAuth", **start), "InitiateAuth", **start)
    assert came == USED_SESSION
    assert len(list(world.emulator._service.token_families.families.values())) == 1


def test_an_answer_is_verified_once(world: World) -> None:
    client = make_riddle_client(world, Riddles())
    session = begin_custom_auth(client)["Session"]
    answer = client.make_respond_params("CUSTOM_CHALLENGE", session, USERNAME="ada", ANSWER="tree")
    refusals: list[str] = []

    def again(_: World) -> None:
        refusals.append(client.expect_refusal("RespondToAuthChallenge", **answer))

    meanwhile = Meanwhile(client, again, {"answerCorrect": True})
    triggers = {**Riddles().triggers(), "VerifyAuthChallengeResponse": meanwhile}
    world.emulator.triggers[world.pool_id] = triggers
    assert "AuthenticationResult" in client.call("RespondToAuthChallenge", **answer)
    assert refusals == [USED_SESSION]


@pytest.mark.parametrize("trigger", ["DefineAuthChallenge", "VerifyAuthChallengeResponse"])
@pytest.mark.parametrize("act", [disable, reset_password, change_password, delete_user])
def test_custom_challenges(world: World, trigger: str, act: Act) -> None:
    client = make_riddle_client(world, Riddles())
    session = begin_custom_auth(client)["Session"]
    response = {"answerCorrect": True} if trigger.startswith("Verify") else {"issueTokens": True}
    triggers = {**Riddles().triggers(), trigger: Meanwhile(client, act, response)}
    world.emulator.triggers[world.pool_id] = triggers
    answer = client.make_respond_params("CUSTOM_CHALLENGE", session, USERNAME="ada", ANSWER="tree")
    assert client.expect_refusal("RespondToAuthChallenge", **answer)
    assert not list(world.emulator._service.token_families.families.values())


@pytest.mark.parametrize("trigger", ["PostAuthentication", "PreTokenGeneration"])
def test_a_device_that_is_forgotten(empty: World, trigger: str) -> None:
    world = make_tracking_pool(empty)
    phone = confirm_phone(world)

    def forget(world: World) -> None:
        world.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)

    asked = sign_in_with_password(world, DEVICE_KEY=phone.key)
    world.emulator.triggers[world.pool_id] = {trigger: Meanwhile(world, forget)}
    with pytest.raises(ServiceError, match="NotAuthorizedException: Incorrect username or password"):
        prove_device(world, phone, asked["Session"])


# --- refreshing


def do_refresh(world: World, act: Act, operation: str, token: str) -> str:
    if operation == "InitiateAuth":
        params = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
        return do(world, "PreTokenGeneration", act, operation, **params)
    return do(world, "PreTokenGeneration", act, operation, ClientId=world.client_id, RefreshToken=token)


@pytest.mark.parametrize("operation", ["InitiateAuth", "GetTokensFromRefreshToken"])
@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (nothing, "done"),
        (sign_out, "NotAuthorizedException: Refresh Token has been revoked"),
        (disable, DISABLED),
        (delete_user, "UserNotFoundException"),
        (delete_client, GONE),
    ],
)
def test_refresh(world: World, operation: str, act: Act, outcome: str) -> None:
    token = world.get_tokens()["RefreshToken"]
    assert do_refresh(world, act, operation, token).startswith(outcome)


def test_a_refresh_token_is_rotated_once(world: World) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    client = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    token = client.get_tokens()["RefreshToken"]
    request = {"ClientId": client.client_id, "RefreshToken": token}

    def rotate(_: World) -> None:
        client.call("GetTokensFromRefreshToken", **request)

    assert do_refresh(client, rotate, "GetTokensFromRefreshToken", token).startswith("RefreshTokenReuseException")


@pytest.mark.parametrize("operation", ["InitiateAuth", "GetTokensFromRefreshToken"])
def test_a_refresh_for_a_device_that_is_forgotten(empty: World, operation: str) -> None:
    world = make_tracking_pool(empty, challenged=False)
    phone = confirm_phone(world)
    token = sign_in_with_password(world, DEVICE_KEY=phone.key)["AuthenticationResult"]["RefreshToken"]

    def forget(world: World) -> None:
        world.call_admin("AdminForgetDevice", "ada", DeviceKey=phone.key)

    if operation == "InitiateAuth":
        params = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, DEVICE_KEY=phone.key)
    else:
        params = {"ClientId": world.client_id, "RefreshToken": token, "DeviceKey": phone.key}
    assert "Invalid Refresh Token" in do(world, "PreTokenGeneration", forget, operation, **params)
