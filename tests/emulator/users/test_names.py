"""Which user a name means."""

import pytest

from tests.support.emulator.mfa import LOCKED
from tests.support.emulator.world import PASSWORD, Json, World

TAKEN = "UsernameExistsException: User already exists"


def signs_in(world: World, name: str) -> str | None:
    """Return the canonical name of whoever signs in by ``name``, None for nobody."""
    try:
        world.admin("AdminGetUser", name)
    except Exception as refusal:
        assert "UserNotFoundException" in str(refusal)  # noqa: PT017 - no error is right too
        return None
    assert "AuthenticationResult" in world.srp(name)
    return world.srp_challenge(name)["USERNAME"]


def test_username_and_sub(world: World) -> None:
    sub = next(a["Value"] for a in world.admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    assert signs_in(world, "ada") == "ada"
    assert signs_in(world, sub) == "ada"
    assert signs_in(world, "ada@example.com") is None


def test_case_matters_by_default(world: World) -> None:
    assert signs_in(world, "ADA") is None


def test_case_insensitive_pool(empty: World) -> None:
    pool = empty.pool(UsernameConfiguration={"CaseSensitive": False}, AliasAttributes=["email"])
    pool.user("Ada", email="Ada@Example.com", email_verified="true")
    assert signs_in(pool, "aDA") == "Ada"
    assert signs_in(pool, "ada@example.COM") == "Ada"
    refusal = pool.refused("AdminCreateUser", UserPoolId=pool.pool_id, Username="ADA")
    assert refusal == "UsernameExistsException: User already exists"


def test_unicode_names_are_not_normalised(world: World) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    world.user(composed)
    assert signs_in(world, composed) == composed
    assert signs_in(world, decomposed) is None
    world.user(decomposed)
    assert signs_in(world, decomposed) == decomposed


def test_aliases(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email", "phone_number", "preferred_username"])
    pool.user(
        "ada",
        email="ada@example.com",
        email_verified="true",
        phone_number="+441234567890",
        phone_number_verified="true",
        preferred_username="countess",
    )
    for name in ("ada", "ada@example.com", "+441234567890", "countess"):
        assert signs_in(pool, name) == "ada"


def test_an_alias_that_is_not_verified_does_not_count(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"])
    pool.user("ada", email="ada@example.com")
    assert signs_in(pool, "ada@example.com") is None


def test_only_the_pools_aliases_count(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["phone_number"])
    pool.user("ada", email="ada@example.com", email_verified="true", preferred_username="countess")
    assert signs_in(pool, "ada@example.com") is None
    assert signs_in(pool, "countess") is None


def test_an_alias_belongs_to_one_user(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"])
    pool.user("ada", email="a@example.com", email_verified="true")
    attributes = [{"Name": "email", "Value": "a@example.com"}, {"Name": "email_verified", "Value": "true"}]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.refused("AdminCreateUser", **request).startswith("UsernameExistsException")
    pool.call("AdminCreateUser", **request, ForceAliasCreation=True, TemporaryPassword=PASSWORD)
    assert pool.srp_challenge("a@example.com")["USERNAME"] == "amy"
    assert signs_in(pool, "ada") == "ada"


def test_preferred_usernames_are_not_taken_by_force(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["preferred_username"])
    pool.user("ada", preferred_username="countess")
    attributes = [{"Name": "preferred_username", "Value": "countess"}]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.refused("AdminCreateUser", **request, ForceAliasCreation=True).startswith("UsernameExistsException")


def test_usernames_that_look_like_an_alias(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"])
    refusal = pool.refused("AdminCreateUser", UserPoolId=pool.pool_id, Username="ada@example.com")
    assert "cannot be of email format" in refusal
    assert pool.user("+441234567890")


def test_sign_in_by_email_instead_of_a_username(empty: World) -> None:
    pool = empty.pool(UsernameAttributes=["email"])
    canonical = pool.user("ada@example.com")
    described = pool.admin("AdminGetUser", "ada@example.com")
    assert {"Name": "sub", "Value": canonical} in described["UserAttributes"]
    assert {"Name": "email", "Value": "ada@example.com"} in described["UserAttributes"]
    assert canonical == described["Username"] != "ada@example.com"
    assert signs_in(pool, "ada@example.com") == canonical
    refusal = pool.refused("AdminCreateUser", UserPoolId=pool.pool_id, Username="ada@example.com")
    assert refusal.startswith("UsernameExistsException")


@pytest.mark.parametrize(
    ("attributes", "name", "expected"),
    [
        (["email"], "ada", "Username should be an email."),
        (["email"], "+441234567890", "Username should be an email."),
        (["phone_number"], "ada@example.com", "Username should be a phone number."),
        (["email", "phone_number"], "ada", "Username should be an email or a phone number."),
    ],
)
def test_names_that_a_pool_does_not_take(empty: World, attributes: list[str], name: str, expected: str) -> None:
    pool = empty.pool(UsernameAttributes=attributes)
    refusal = pool.refused("AdminCreateUser", UserPoolId=pool.pool_id, Username=name)
    assert refusal == f"InvalidParameterException: {expected}"


def test_aliases_and_username_attributes_exclude_each_other(empty: World) -> None:
    refusal = empty.refused("CreateUserPool", PoolName="p", AliasAttributes=["email"], UsernameAttributes=["email"])
    assert refusal.startswith("InvalidParameterException")


def test_hidden_aliases_have_a_stable_id(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email"]).client(PreventUserExistenceErrors="ENABLED")
    assert pool.srp_challenge("nobody")["USERNAME"] == "nobody"
    assert "@" not in pool.srp_challenge("nobody@example.com")["USERNAME"]


# --- names that mean somebody already


def test_addresses_in_place_of_usernames_are_not_taken_by_force(empty: World) -> None:
    pool = empty.pool(UsernameAttributes=["email"])
    pool.user("ada@example.com")
    request: Json = {"UserPoolId": pool.pool_id, "Username": "ada@example.com", "ForceAliasCreation": True}
    assert pool.refused("AdminCreateUser", **request) == TAKEN


@pytest.mark.parametrize("operation", ["SignUp", "AdminCreateUser"])
def test_usernames_that_mean_somebody(empty: World, operation: str) -> None:
    pool = empty.pool(AliasAttributes=["preferred_username"])
    pool.user("ada", preferred_username="countess")
    sub = next(a["Value"] for a in pool.admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    where = {"SignUp": {"ClientId": pool.client_id, "Password": PASSWORD}}.get(operation, {"UserPoolId": pool.pool_id})
    for name in ("countess", sub):
        assert pool.refused(operation, **where, Username=name) == TAKEN


def test_aliases_that_mean_somebody_otherwise(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email", "preferred_username"])
    pool.user("ada", email="ada@example.com", email_verified="true")
    sub = next(a["Value"] for a in pool.admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    pool.user("eve")
    for value in ("ada", sub, "ada@example.com"):
        given: Json = {"UserAttributes": [{"Name": "preferred_username", "Value": value}]}
        request = {"UserPoolId": pool.pool_id, "Username": "eve", **given}
        assert pool.refused("AdminUpdateUserAttributes", **request).startswith("AliasExistsException")
    assert signs_in(pool, "ada@example.com") == "ada"


def test_force_takes_all_or_nothing(empty: World) -> None:
    pool = empty.pool(AliasAttributes=["email", "preferred_username"])
    pool.user("ada", email="ada@example.com", email_verified="true", preferred_username="countess")
    wanted = {"email": "ada@example.com", "email_verified": "true", "preferred_username": "countess"}
    attributes = [{"Name": name, "Value": value} for name, value in wanted.items()]
    request: Json = {"UserPoolId": pool.pool_id, "Username": "amy", "UserAttributes": attributes}
    assert pool.refused("AdminCreateUser", **request, ForceAliasCreation=True) == TAKEN
    assert signs_in(pool, "ada@example.com") == "ada"


# --- names of nobody


@pytest.fixture
def hiding(empty: World) -> World:
    """A client that hides who exists, of a pool to which case does not matter."""
    return empty.pool(UsernameConfiguration={"CaseSensitive": False}).client(PreventUserExistenceErrors="ENABLED")


def test_nobody_is_one_whatever_the_case(hiding: World) -> None:
    lower, upper = hiding.srp_challenge("nobody"), hiding.srp_challenge("NOBODY")
    assert lower["USERNAME"] == upper["USERNAME"] == "nobody"
    assert lower["SALT"] == upper["SALT"]
    for _ in range(5):
        hiding.refused("InitiateAuth", **hiding.initiation("USER_PASSWORD_AUTH", USERNAME="nobody", PASSWORD="no"))
    request = hiding.initiation("USER_PASSWORD_AUTH", USERNAME="Nobody", PASSWORD="no")
    assert hiding.refused("InitiateAuth", **request) == LOCKED


def test_the_address_of_nobody_whatever_the_case(empty: World) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    folding = {"UsernameConfiguration": {"CaseSensitive": False}, "UsernameAttributes": ["email"]}
    pool = empty.pool(Policies=policies, **folding)
    client = pool.client(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    pool.user("someone@example.com")
    for name in ("SOMEONE@EXAMPLE.COM", "SAM@EXAMPLE.COM"):
        asked = client.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="EMAIL_OTP")
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "s***@e***"
