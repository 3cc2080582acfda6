"""Usernames, subs and aliases: which user a name belongs to."""

import pytest

from tests.support.emulator.mfa import LOCKED
from tests.support.emulator.world import PASSWORD, Json, World

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


def test_username_and_sub(world: World) -> None:
    sub = next(a["Value"] for a in world.call_admin("AdminGetUser", "ada")["UserAttributes"] if a["Name"] == "sub")
    assert find_signed_in_user(world, "ada") == "ada"
    assert find_signed_in_user(world, sub) == "ada"
    assert find_signed_in_user(world, "ada@example.com") is None


def test_case_matters_by_default(world: World) -> None:
    assert find_signed_in_user(world, "ADA") is None


def test_case_insensitive_pool(empty: World) -> None:
    pool = empty.make_pool(UsernameConfiguration={"CaseSensitive": False}, AliasAttributes=["email"])
    pool.make_user("Ada", email="Ada@Example.com", email_verified="true")
    assert find_signed_in_user(pool, "aDA") == "Ada"
    assert find_signed_in_user(pool, "ada@example.COM") == "Ada"
    refusal = pool.expect_refusal("AdminCreateUser", UserPoolId=pool.pool_id, Username="ADA")
    assert refusal == TAKEN["AdminCreateUser"]


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
