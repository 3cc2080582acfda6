"""Which users can sign in: account statuses, temporary passwords, and users who do not exist."""

import json

import pytest

from authflow.emulator import Emulator, Settings
from tests.support.emulator.mfa import EMAIL, SMS, configure, prefer
from tests.support.emulator.world import (
    OTHER_PASSWORD,
    PASSWORD,
    TEMPORARY,
    Clock,
    Json,
    World,
    make_new_password_params,
    open_session,
)

WRONG = "NotAuthorizedException: Incorrect username or password."


def collect_refusals(world: World, name: str, password: str) -> set[str]:
    """Return the errors of a sign-in with the password and of one with SRP."""
    by_password = world.expect_refusal(
        "InitiateAuth", **world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password)
    )
    claim = world.make_proof(world.start_srp(name), password)
    return {
        by_password,
        world.expect_refusal("RespondToAuthChallenge", **world.make_respond_params("PASSWORD_VERIFIER", **claim)),
    }


@pytest.fixture
def closed(world: World) -> World:
    """The same pool, and a client that hides which users exist."""
    return world.make_client(PreventUserExistenceErrors="ENABLED", GenerateSecret=True)


BEGINNINGS: list[tuple[str, dict[str, str]]] = [
    ("USER_PASSWORD_AUTH", {"PASSWORD": OTHER_PASSWORD}),
    ("USER_SRP_AUTH", {"SRP_A": "ab"}),
    ("USER_AUTH", {}),
    ("USER_AUTH", {"PREFERRED_CHALLENGE": "EMAIL_OTP"}),
    ("CUSTOM_AUTH", {}),
]


@pytest.mark.parametrize(("flow", "parameters"), BEGINNINGS)
@pytest.mark.parametrize("confirmed", [True, False])
def test_disabled_before_anything_else(world: World, flow: str, parameters: dict[str, str], confirmed: bool) -> None:
    """Measured: a disabled user is refused at InitiateAuth, and before an unconfirmed one is."""
    client = world.make_client(ExplicitAuthFlows=[f"ALLOW_{flow}"])
    client.call("SignUp", ClientId=client.client_id, Username="eve", Password=PASSWORD)
    if confirmed:
        client.call_admin("AdminConfirmSignUp", "eve")
    client.call_admin("AdminDisableUser", "eve")
    request = client.make_initiate_params(flow, USERNAME="eve", **parameters)
    assert client.expect_refusal("InitiateAuth", **request) == "NotAuthorizedException: User is disabled."


def test_disabled_after_a_right_password_at_a_client_that_hides_users(closed: World) -> None:
    closed.call_admin("AdminDisableUser", "ada")
    assert collect_refusals(closed, "ada", PASSWORD) == {"NotAuthorizedException: User is disabled."}
    assert collect_refusals(closed, "ada", OTHER_PASSWORD) == {WRONG}
    closed.call_admin("AdminEnableUser", "ada")
    assert "AuthenticationResult" in closed.sign_in_with_srp("ada")


@pytest.mark.parametrize("allowed", [False, True])
def test_reset_of_a_disabled_user_is_a_setting(clock: Clock, allowed: bool) -> None:
    emulator = Emulator(clock, settings=Settings(reset_of_disabled_user=True) if allowed else None)
    pool = World(emulator, clock, "", "").make_pool()
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    pool.call_admin("AdminDisableUser", "ada")
    if allowed:
        assert pool.call_admin("AdminResetUserPassword", "ada") == {}
    else:
        refusal = pool.expect_refusal("AdminResetUserPassword", UserPoolId=pool.pool_id, Username="ada")
        assert refusal == "NotAuthorizedException: User is disabled."


def test_reset_required_after_a_right_password(world: World) -> None:
    world.call_admin("AdminResetUserPassword", "ada")
    expected = "PasswordResetRequiredException: Password reset required for the user"
    assert collect_refusals(world, "ada", PASSWORD) == {expected}
    assert collect_refusals(world, "ada", OTHER_PASSWORD) == {WRONG}


@pytest.mark.parametrize("password", [PASSWORD, OTHER_PASSWORD])
def test_unconfirmed_before_the_password(world: World, password: str) -> None:
    world.call("SignUp", ClientId=world.client_id, Username="eve", Password=PASSWORD)
    for request in (
        world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="eve", PASSWORD=password),
        world.make_initiate_params("USER_SRP_AUTH", USERNAME="eve", SRP_A="ab"),
    ):
        assert world.expect_refusal("InitiateAuth", **request) == "UserNotConfirmedException: User is not confirmed."


def test_temporary_password_expires(world: World, clock: Clock) -> None:
    world.invite("bob")
    clock.forward(days=7)
    expired = "NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
    assert collect_refusals(world, "bob", TEMPORARY) == {expired}
    world.call_admin("AdminCreateUser", "bob", MessageAction="RESEND", TemporaryPassword=TEMPORARY)
    assert world.sign_in_with_srp("bob", TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_temporary_password_validity_of_the_pool(empty: World, clock: Clock) -> None:
    pool = empty.make_pool(Policies={"PasswordPolicy": {"MinimumLength": 6, "TemporaryPasswordValidityDays": 30}})
    pool.invite("bob")
    clock.forward(days=29)
    assert "Session" in pool.initiate(USERNAME="bob", PASSWORD=TEMPORARY)


def test_unknown_user(world: World) -> None:
    for request in (
        world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD=PASSWORD),
        world.make_initiate_params("USER_SRP_AUTH", USERNAME="nobody", SRP_A="ab"),
    ):
        assert world.expect_refusal("InitiateAuth", **request) == "UserNotFoundException: User does not exist."


def test_unknown_user_who_is_hidden(closed: World) -> None:
    assert collect_refusals(closed, "nobody", PASSWORD) == {WRONG}


def test_hidden_users_answers_stay_the_same(closed: World) -> None:
    first, second, other = (closed.start_srp(name) for name in ("nobody", "nobody", "someone"))
    assert first["SALT"] == second["SALT"] != other["SALT"]
    assert first["USERNAME"] == second["USERNAME"] == "nobody"
    assert first["SRP_B"] != second["SRP_B"]
    assert set(first) == set(closed.start_srp("ada"))


def test_hidden_users_who_sign_in_by_email_have_a_stable_id(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"]).make_client(PreventUserExistenceErrors="ENABLED")
    first, second = (pool.start_srp("who@example.com")["USER_ID_FOR_SRP"] for _ in range(2))
    assert first == second != "who@example.com"
    assert collect_refusals(pool, "who@example.com", PASSWORD) == {WRONG}


def test_an_existing_user_of_a_client_that_hides_them(closed: World) -> None:
    assert "AuthenticationResult" in closed.sign_in_with_srp("ada")


# --- NEW_PASSWORD_REQUIRED


@pytest.fixture
def demanding(empty: World) -> World:
    """A pool that requires a family name and an email address; bob has only the latter."""
    schema = [
        {"Name": "family_name", "Required": True, "AttributeDataType": "String"},
        {"Name": "email", "Required": True, "AttributeDataType": "String"},
        {"Name": "team", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "5"}},
    ]
    made = empty.make_pool(Schema=schema)
    made.invite("bob", email="bob@example.com")
    return made


def expect_refusal(world: World, session: str, **answer: str) -> str:
    given = {"USERNAME": "bob", "NEW_PASSWORD": OTHER_PASSWORD, **answer}
    return world.expect_refusal(
        "RespondToAuthChallenge", **world.make_respond_params("NEW_PASSWORD_REQUIRED", session, **given)
    )


def test_required_attributes(demanding: World) -> None:
    asked = demanding.initiate(USERNAME="bob", PASSWORD=TEMPORARY)
    assert json.loads(asked["ChallengeParameters"]["requiredAttributes"]) == ["userAttributes.family_name"]
    session = asked["Session"]
    assert "Invalid attributes given, family_name is missing" in expect_refusal(demanding, session)
    answer = {"userAttributes.family_name": "Bobson", "userAttributes.custom:team": "red"}
    reply = demanding.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD, **answer)
    assert "AuthenticationResult" in reply
    attributes = demanding.call_admin("AdminGetUser", "bob")["UserAttributes"]
    assert {"Name": "family_name", "Value": "Bobson"} in attributes
    assert {"Name": "custom:team", "Value": "red"} in attributes


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("email", "eve@example.com", "NotAuthorizedException: Cannot modify an already provided email"),
        ("email_verified", "true", "Cannot modify the non-mutable attribute email_verified"),
        ("sub", "1", "Cannot modify the non-mutable attribute sub"),
        ("nonsense", "1", "nonsense: Attribute does not exist in the schema."),
        ("custom:team", "purple", "custom:team: Attribute value is out of range"),
        ("phone_number", "911", "Invalid phone number format."),
        ("family_name", "", "InvalidParameterException: Invalid attributes given, family_name is missing"),
    ],
)
def test_attributes_that_are_refused(demanding: World, attribute: str, value: str, expected: str) -> None:
    session = demanding.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    answer = {"userAttributes.family_name": "Bobson", f"userAttributes.{attribute}": value}
    assert expected in expect_refusal(demanding, session, **answer)
    assert demanding.call_admin("AdminGetUser", "bob")["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_an_unchanged_required_attribute_is_tolerated(demanding: World) -> None:
    session = demanding.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    answer = {"userAttributes.family_name": "Bobson", "userAttributes.email": "bob@example.com"}
    assert demanding.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD, **answer)


def test_a_password_that_the_policy_refuses_leaves_the_session_usable(world: World) -> None:
    world.invite("bob")
    session = world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    expected = "InvalidPasswordException: Password did not conform with policy: Password not long enough"
    assert expect_refusal(world, session, NEW_PASSWORD="short") == expected
    assert "AuthenticationResult" in world.respond(
        "NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD
    )


def test_attributes_that_the_client_may_not_write(world: World) -> None:
    client = world.make_client(WriteAttributes=["email"])
    client.invite("bob")
    session = client.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    expected = "NotAuthorizedException: A client attempted to write unauthorized attribute"
    assert expect_refusal(client, session, **{"userAttributes.name": "Bob"}) == expected


@pytest.mark.parametrize(
    ("having", "factors", "given"),
    [
        ({"email": "bob@example.com", "email_verified": "true"}, (), {"email": "eve@example.org"}),
        ({"phone_number": "+15550109878", "phone_number_verified": "true"}, (), {"phone_number": "+15550100666"}),
        ({"phone_number": "+15550109878"}, (SMS,), {"phone_number": "+15550100666"}),
        ({"email": "bob@example.com"}, (EMAIL,), {"email": ""}),
    ],
)
def test_contacts_that_the_user_may_not_change(
    world: World, having: Json, factors: tuple[str, ...], given: Json
) -> None:
    configure(world, "OPTIONAL", SMS, EMAIL)
    world.invite("bob", **having)
    prefer(world, "bob", *factors)
    configure(world, "OFF")
    changes = {f"userAttributes.{name}": value for name, value in given.items()}
    expected = f"NotAuthorizedException: Cannot modify an already provided {next(iter(given))}"
    assert expect_refusal(world, open_session(world), **changes) == expected


def test_attributes_that_are_not_mutable(empty: World) -> None:
    schema = [{"Name": name, "AttributeDataType": "String", "Mutable": False} for name in ("tenant", "site")]
    pool = empty.make_pool(Schema=schema)
    pool.invite("bob", **{"custom:tenant": "good"})
    session = open_session(pool)
    refusal = expect_refusal(pool, session, **{"userAttributes.custom:tenant": "evil"})
    assert refusal == "InvalidParameterException: Cannot modify the non-mutable attribute custom:tenant"
    kept = {"userAttributes.custom:tenant": "good", "userAttributes.custom:site": "here"}
    assert "AuthenticationResult" in pool.call(
        "RespondToAuthChallenge", **make_new_password_params(pool, session, **kept)
    )


def test_an_alias_of_somebody_else(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["preferred_username", "email"])
    pool.make_user("ada", preferred_username="countess")
    pool.invite("bob", email="bob@example.com")
    session = pool.initiate(USERNAME="bob", PASSWORD=TEMPORARY)["Session"]
    taken = {"userAttributes.preferred_username": "countess"}
    assert expect_refusal(pool, session, **taken).startswith("AliasExistsException")
    free = {"userAttributes.preferred_username": "bobby", "userAttributes.email": "b@example.com"}
    assert pool.respond("NEW_PASSWORD_REQUIRED", session, USERNAME="bob", NEW_PASSWORD=OTHER_PASSWORD, **free)
    attributes = pool.call_admin("AdminGetUser", "bob")["UserAttributes"]
    assert {"Name": "email_verified", "Value": "false"} in attributes  # it is a new address


# --- TIMESTAMP


@pytest.mark.parametrize(
    "stamp",
    [
        "Sat Nov  7 09:05:03 UTC 2026",
        "Sat Nov 7 9:05:03 UTC 2026",
        "Sam Nov 7 09:05:03 UTC 2026",
        "Sat Nov 31 09:05:03 UTC 2026",
        "Sat Nov 7 09:05:03 CET 2026",
        "Sat Nov 7 25:05:03 UTC 2026",
        "Sat Nov 7 09:05:03 UTC 2026\n",
        "Sat Nov \u0667 09:05:03 UTC 2026",
        "2026-11-07T09:05:03Z",
    ],
)
def test_timestamps_of_another_format(world: World, stamp: str) -> None:
    claim = {**world.make_proof(world.start_srp("ada")), "TIMESTAMP": stamp}
    refusal = world.expect_refusal("RespondToAuthChallenge", **world.make_respond_params("PASSWORD_VERIFIER", **claim))
    assert refusal == "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."


def test_two_digit_day(world: World, clock: Clock) -> None:
    clock.forward(days=20)
    assert "AuthenticationResult" in world.sign_in_with_srp("ada")
