"""Usernames, subs and aliases: which user a name belongs to."""

import pytest

from authflow.emulator import Emulator, Settings
from tests.emulator.tokens.test_tokens import verify_claims
from tests.support.emulator.mfa import LOCKED
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY, Clock, Json, World

TAKEN = {
    "SignUp": "UsernameExistsException: User already exists",
    "AdminCreateUser": "UsernameExistsException: User account already exists",
}
EMAIL_TAKEN = "UsernameExistsException: An account with the given email already exists."


def find_signed_in_user(world: World, name: str) -> str | None:
    """Return the canonical username of the user who signs in with ``name``, None if there is none."""
    try:
        world.call_admin("AdminGetUser", name)
    except Exception as refusal:
        assert "UserNotFoundException" in str(refusal)  # noqa: PT017 - no error is right too
        return None
    assert "AuthenticationResult" in world.sign_in_with_srp(name)
    return world.start_srp(name)["USERNAME"]


def get_sub(world: World, name: str) -> str:
    given = world.call_admin("AdminGetUser", name)["UserAttributes"]
    return next(str(attribute["Value"]) for attribute in given if attribute["Name"] == "sub")


def test_username(world: World) -> None:
    assert find_signed_in_user(world, "ada") == "ada"
    assert find_signed_in_user(world, "ada@example.com") is None


def test_a_sub_is_a_name_for_administrators_only(world: World) -> None:
    """Measured with USER_SRP_AUTH."""
    sub = get_sub(world, "ada")
    assert world.call_admin("AdminGetUser", sub)["Username"] == "ada"
    for flow, more in (("USER_SRP_AUTH", {"SRP_A": "ab"}), ("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD})):
        request = world.make_initiate_params(flow, USERNAME=sub, **more)
        assert world.expect_refusal("InitiateAuth", **request) == "UserNotFoundException: User does not exist."
    hiding = world.make_client(PreventUserExistenceErrors="ENABLED")
    assert hiding.start_srp(sub)["USERNAME"] == sub


def test_a_sub_that_is_the_username(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    pool.make_user("ada@example.com")
    assert find_signed_in_user(pool, get_sub(pool, "ada@example.com")) == get_sub(pool, "ada@example.com")


def test_case_matters_by_default(world: World) -> None:
    assert find_signed_in_user(world, "ADA") is None


def test_case_insensitive_pool(empty: World) -> None:
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False}, AliasAttributes=["email"])
    pool.make_user("Ada", email="Ada@Example.com", email_verified="true")
    assert find_signed_in_user(pool, "aDA") == "ada"
    assert find_signed_in_user(pool, "ada@example.COM") == "ada"
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="ADA")
    assert refusal == TAKEN["AdminCreateUser"]


def test_a_case_insensitive_pool_shows_lower_case(empty: World) -> None:
    """The guide on case sensitivity: such a pool stores names in lower case. That holds for all that it shows."""
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False}).make_client(
        GenerateSecret=True, ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_CUSTOM_AUTH"]
    )
    events: list[Json] = []

    def record(event: Json) -> Json:
        events.append(event)
        return event

    pool.emulator.triggers[pool.pool_id] = {"PreTokenGeneration": record}
    names = {"email": "Ada@Example.com", "preferred_username": "Countess", "nickname": "Ada"}
    shown = {"email": "ada@example.com", "preferred_username": "countess", "nickname": "Ada"}
    assert pool.make_user("AdaL", **names) == "adal"
    assert pool.get_last_message().username == "adal"
    assert pool.get_last_message().destination == "ada@example.com"
    assert pool.start_srp("ADAL")["USER_ID_FOR_SRP"] == "adal"
    tokens = pool.get_tokens("AdaL")
    assert verify_claims(pool, tokens["AccessToken"])["username"] == "adal"
    claims = verify_claims(pool, tokens["IdToken"])
    user = pool.call("GetUser", AccessToken=tokens["AccessToken"])
    attributes = {entry["Name"]: entry["Value"] for entry in user["UserAttributes"]}
    assert (user["Username"], events[0]["userName"], claims["cognito:username"]) == ("adal",) * 3
    for given in (attributes, events[0]["request"]["userAttributes"], claims):
        assert {name: given[name] for name in shown} == shown


def test_a_later_change_is_lower_case_too(empty: World) -> None:
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False}, UsernameAttributes=["email"])
    pool.make_user("Ada@Example.com")
    pool.call_admin("AdminUpdateUserAttributes", "ada@example.com", UserAttributes=[
        {"Name": "email", "Value": "Lady@Example.com"}, {"Name": "email_verified", "Value": "true"},
    ])  # fmt: skip
    described = pool.call_admin("AdminGetUser", "LADY@example.com")["UserAttributes"]
    assert {"Name": "email", "Value": "lady@example.com"} in described


def test_case_does_not_matter_in_later_steps(empty: World) -> None:
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False}).make_client(GenerateSecret=True)
    pool.make_user("Ada")
    proof = {**pool.make_proof(pool.start_srp("Ada")), "USERNAME": "ADA"}
    assert "AuthenticationResult" in pool.respond("PASSWORD_VERIFIER", **proof)
    pool.invite("Bob")
    session = pool.initiate(USERNAME="Bob", PASSWORD=TEMPORARY)["Session"]
    answer = {"USERNAME": "BOB", "NEW_PASSWORD": PASSWORD, "userAttributes.email": "Bob@Example.com"}
    assert "AuthenticationResult" in pool.respond("NEW_PASSWORD_REQUIRED", session, **answer)
    described = pool.call_admin("AdminGetUser", "bob")["UserAttributes"]
    assert {"Name": "email", "Value": "bob@example.com"} in described


def test_case_is_kept_where_it_matters(world: World) -> None:
    assert world.make_user("AdaL", email="Ada@Example.com") == "AdaL"
    described = world.call_admin("AdminGetUser", "AdaL")["UserAttributes"]
    assert {"Name": "email", "Value": "Ada@Example.com"} in described


def test_unicode_names_are_not_normalised(world: World) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    world.make_user(composed)
    assert find_signed_in_user(world, composed) == composed
    assert find_signed_in_user(world, decomposed) is None
    world.make_user(decomposed)
    assert find_signed_in_user(world, decomposed) == decomposed


def test_aliases(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email", "phone_number", "preferred_username"])
    pool.make_user(
        "ada",
        email="ada@example.com",
        email_verified="true",
        phone_number="+441234567890",
        phone_number_verified="true",
        preferred_username="countess",
    )
    for name in ("ada", "ada@example.com", "+441234567890", "countess"):
        assert find_signed_in_user(pool, name) == "ada"


def test_an_alias_that_is_not_verified_does_not_count(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    pool.make_user("ada", email="ada@example.com")
    assert find_signed_in_user(pool, "ada@example.com") is None


def test_only_the_pools_aliases_count(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["phone_number"])
    pool.make_user("ada", email="ada@example.com", email_verified="true", preferred_username="countess")
    assert find_signed_in_user(pool, "ada@example.com") is None
    assert find_signed_in_user(pool, "countess") is None


def test_an_alias_belongs_to_one_user(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    pool.make_user("ada", email="a@example.com", email_verified="true")
    attributes = [{"Name": "email", "Value": "a@example.com"}, {"Name": "email_verified", "Value": "true"}]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.expect_refusal("AdminCreateUser", **request).startswith("UsernameExistsException")
    pool.call("AdminCreateUser", **request, ForceAliasCreation=True, TemporaryPassword=PASSWORD)
    assert pool.start_srp("a@example.com")["USERNAME"] == "amy"
    assert find_signed_in_user(pool, "ada") == "ada"


def test_force_does_not_take_preferred_usernames(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["preferred_username"])
    pool.make_user("ada", preferred_username="countess")
    attributes = [{"Name": "preferred_username", "Value": "countess"}]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.expect_refusal("AdminCreateUser", **request, ForceAliasCreation=True).startswith(
        "UsernameExistsException"
    )


def test_usernames_that_look_like_an_alias(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"])
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="ada@example.com")
    assert "cannot be of email format" in refusal
    assert pool.make_user("+441234567890")


def test_sign_in_by_email_instead_of_a_username(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    canonical = pool.make_user("ada@example.com")
    described = pool.call_admin("AdminGetUser", "ada@example.com")
    assert {"Name": "sub", "Value": canonical} in described["UserAttributes"]
    assert {"Name": "email", "Value": "ada@example.com"} in described["UserAttributes"]
    assert canonical == described["Username"] != "ada@example.com"
    assert find_signed_in_user(pool, "ada@example.com") == canonical
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="ada@example.com")
    assert refusal.startswith("UsernameExistsException")


@pytest.mark.parametrize(
    ("attributes", "name", "expected"),
    [
        (["email"], "ada", "Username should be an email."),
        (["email"], "+441234567890", "Username should be an email."),
        (["phone_number"], "ada@example.com", "Username should be a phone number."),
        (["email", "phone_number"], "ada", "Username should be either an email or a phone number."),
    ],
)
def test_names_that_a_pool_refuses(empty: World, attributes: list[str], name: str, expected: str) -> None:
    pool = empty.make_pool(UsernameAttributes=attributes)
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username=name)
    assert refusal == f"InvalidParameterException: {expected}"


@pytest.mark.parametrize(
    ("name", "kind", "other"),
    [("ada@example.com", "email", "eve@example.com"), ("+441234567890", "phone_number", "+441234567891")],
)
def test_an_attribute_that_is_not_the_username(empty: World, name: str, kind: str, other: str) -> None:
    """Measured with SignUp, and an email address."""
    pool = empty.make_pool(UsernameAttributes=["email", "phone_number"])
    text = f"User {kind} should be empty or same as username, since username attribute is {kind}"
    for operation, where in (
        ("SignUp", {"ClientId": pool.client_id, "Password": PASSWORD}),
        ("AdminCreateUser", {"UserPoolId": pool.pool_id}),
    ):
        given = {"UserAttributes": [{"Name": kind, "Value": other}]}
        assert pool.expect_refusal(operation, **where, Username=name, **given) == f"InvalidParameterException: {text}"
    for value in ("", name):
        pool.call_admin("AdminCreateUser", name, UserAttributes=[{"Name": kind, "Value": value}])
        pool.call_admin("AdminDeleteUser", name)


@pytest.mark.parametrize(
    ("settings", "name", "refused"),
    [
        (None, "+12", True),
        (None, "+123", False),
        (Settings(shortest_phone_username=2), "+12", False),
        (Settings(shortest_phone_username=4), "+123", True),
    ],
)
def test_the_shortest_number_is_a_setting(clock: Clock, settings: Settings | None, name: str, refused: bool) -> None:
    emulator = Emulator(clock, settings=settings)
    pool = World(emulator, clock, "", "").make_pool(UsernameAttributes=["phone_number"])
    request = {"ClientId": pool.client_id, "Username": name, "Password": PASSWORD}
    if refused:
        expected = "InvalidParameterException: Username should be a phone number."
        assert pool.expect_refusal("SignUp", **request) == expected
    else:
        assert pool.call("SignUp", **request)["UserSub"]


def test_aliases_and_username_attributes_exclude_each_other(empty: World) -> None:
    refusal = empty.expect_refusal(
        "CreateUserPool", PoolName="p", AliasAttributes=["email"], UsernameAttributes=["email"]
    )
    assert refusal.startswith("InvalidParameterException")


def test_hidden_aliases_have_a_stable_id(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email"]).make_client(PreventUserExistenceErrors="ENABLED")
    assert pool.start_srp("nobody")["USERNAME"] == "nobody"
    assert "@" not in pool.start_srp("nobody@example.com")["USERNAME"]


# --- names that another user has


def test_force_does_not_take_addresses_that_replace_usernames(empty: World) -> None:
    pool = empty.make_pool(UsernameAttributes=["email"])
    pool.make_user("ada@example.com")
    request: Json = {"UserPoolId": pool.pool_id, "Username": "ada@example.com", "ForceAliasCreation": True}
    assert pool.expect_refusal("AdminCreateUser", **request) == EMAIL_TAKEN
    sign_up = {"ClientId": pool.client_id, "Username": "ada@example.com", "Password": PASSWORD}
    assert pool.expect_refusal("SignUp", **sign_up) == EMAIL_TAKEN


@pytest.mark.parametrize("operation", ["SignUp", "AdminCreateUser"])
def test_usernames_that_another_user_has(empty: World, operation: str) -> None:
    pool = empty.make_pool(AliasAttributes=["preferred_username"])
    pool.make_user("ada", preferred_username="countess")
    sub = next(a["Value"] for a in pool.call_admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    where = {"SignUp": {"ClientId": pool.client_id, "Password": PASSWORD}}.get(operation, {"UserPoolId": pool.pool_id})
    for name in ("countess", sub):
        assert pool.expect_refusal(operation, **where, Username=name) == TAKEN[operation]


def test_aliases_that_another_user_has_as_another_kind_of_name(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email", "preferred_username"])
    pool.make_user("ada", email="ada@example.com", email_verified="true")
    sub = next(a["Value"] for a in pool.call_admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    pool.make_user("eve")
    for value in ("ada", sub, "ada@example.com"):
        given: Json = {"UserAttributes": [{"Name": "preferred_username", "Value": value}]}
        request = {"UserPoolId": pool.pool_id, "Username": "eve", **given}
        assert pool.expect_refusal("AdminUpdateUserAttributes", **request).startswith("AliasExistsException")
    assert find_signed_in_user(pool, "ada@example.com") == "ada"


def test_force_takes_all_or_nothing(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["email", "preferred_username"])
    pool.make_user("ada", email="ada@example.com", email_verified="true", preferred_username="countess")
    wanted = {"email": "ada@example.com", "email_verified": "true", "preferred_username": "countess"}
    attributes = [{"Name": name, "Value": value} for name, value in wanted.items()]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.expect_refusal("AdminCreateUser", **request, ForceAliasCreation=True) == (
        "UsernameExistsException: An account with the given preferred_username already exists."
    )
    assert find_signed_in_user(pool, "ada@example.com") == "ada"


# --- decoy users


@pytest.fixture
def hiding(empty: World) -> World:
    """A case-insensitive pool, and a client that hides which users exist."""
    return empty.make_pool(UsernameConfiguration={"CaseSensitive": False}).make_client(
        PreventUserExistenceErrors="ENABLED"
    )


def test_case_does_not_change_the_decoy_user(hiding: World) -> None:
    lower, upper = hiding.start_srp("nobody"), hiding.start_srp("NOBODY")
    assert lower["USERNAME"] == upper["USERNAME"] == "nobody"
    assert lower["SALT"] == upper["SALT"]
    for _ in range(5):
        hiding.expect_refusal(
            "InitiateAuth", **hiding.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD="no")
        )
    request = hiding.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="Nobody", PASSWORD="no")
    assert hiding.expect_refusal("InitiateAuth", **request) == LOCKED


def test_case_does_not_change_a_decoy_users_address(empty: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    case_insensitive = {"UsernameConfiguration": {"CaseSensitive": False}, "UsernameAttributes": ["email"]}
    pool = empty.make_pool(Policies=policies, **case_insensitive)
    client = pool.make_client(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    pool.make_user("someone@example.com")
    for name in ("SOMEONE@EXAMPLE.COM", "SAM@EXAMPLE.COM"):
        asked = client.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="EMAIL_OTP")
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "s***@e***"


def test_usernames_that_look_like_a_phone_number(empty: World) -> None:
    pool = empty.make_pool(AliasAttributes=["phone_number"])
    assert pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="+15550109878") == (
        "InvalidParameterException: Username cannot be of phone number format, "
        "since user pool is configured for phone number alias."
    )
