from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow.emulator import ServiceError, Settings
from authflow.emulator._operations import user_lists
from tests.support.emulator.world import Json, World, make_with_settings


def list_users(world: World, **params: object) -> Json:
    return world.call("ListUsers", UserPoolId=world.pool_id, **params)


def find(world: World, text: str, **params: object) -> list[str]:
    return [user["Username"] for user in list_users(world, Filter=text, **params)["Users"]]


def refuse(world: World, **params: object) -> str:
    return world.expect_refusal("ListUsers", **{"UserPoolId": world.pool_id, **params})


@pytest.fixture
def people(empty: World) -> World:
    return make_people(empty)


def make_people(empty: World) -> World:
    """Make a pool with four users."""
    world = empty.make_pool()
    world.make_user("ada", email="ada@example.com", given_name="Ada", phone_number="+441111")
    world.make_user("adam", email="adam@example.com", given_name="Adam")
    world.make_user("Bob", email="bob@example.org", given_name='Bob "the \\ builder"')
    world.invite("cleo", family_name="Ada")
    return world


def test_everyone_in_the_order_of_creation(empty: World) -> None:
    world = make_people(empty)
    listed = list_users(world)
    assert [user["Username"] for user in listed["Users"]] == ["ada", "adam", "Bob", "cleo"]
    assert "PaginationToken" not in listed
    described = world.call_admin("AdminGetUser", "ada")
    assert listed["Users"][0].pop("Attributes") == described.pop("UserAttributes")
    assert listed["Users"][0] == described
    assert world.expect_refusal("ListUsers", UserPoolId="eu-west-1_none").startswith("ResourceNotFoundException")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["ada", "adam", "Bob", "cleo"]),
        ('username = "ada"', ["ada"]),
        ('username="ada"', ["ada"]),
        (' username  ^=  "ada" ', ["ada", "adam"]),
        ('username ^= ""', ["Bob", "ada", "adam", "cleo"]),
        ('username = "bob"', []),
        ('email = "ada@example.com"', ["ada"]),
        ('email ^= "a"', ["ada", "adam"]),
        ('phone_number ^= "+44"', ["ada"]),
        ('given_name = "Ada"', ["ada"]),
        ('given_name = "ada"', []),
        ('given_name = "Bob \\"the \\\\ builder\\""', ["Bob"]),
        ('family_name = "Ada"', ["cleo"]),
        ('name = "Ada"', []),
        ('preferred_username ^= "a"', []),
        ('cognito:user_status = "CONFIRMED"', ["ada", "adam", "Bob"]),
        ('cognito:user_status = "force_change_password"', ["cleo"]),
        ('cognito:user_status ^= "force"', ["cleo"]),
        ('status = "Enabled"', ["ada", "adam", "Bob", "cleo"]),
        ('status = "disabled"', []),
    ],
)
def test_filters(empty: World, text: str, found: list[str]) -> None:
    assert find(make_people(empty), text) == found


def test_by_sub(people: World) -> None:
    everyone = list_users(people)["Users"]
    sub = next(entry["Value"] for entry in everyone[1]["Attributes"] if entry["Name"] == "sub")
    assert find(people, f'sub = "{sub}"') == ["adam"]
    assert find(people, f'sub ^= "{sub[:20]}"') == ["adam"]


@pytest.mark.parametrize("insensitive", [True, False])
def test_usernames_are_compared_as_the_pool_compares_them(empty: World, *, insensitive: bool) -> None:
    world = empty.make_pool(UsernameConfiguration={"CaseSensitive": not insensitive})
    world.make_user("Ada", email="Ada@Example.com")
    name = "ada" if insensitive else "Ada"
    assert find(world, 'username = "ADA"') == ([name] if insensitive else [])
    assert find(world, 'email ^= "ADA@"') == ([name] if insensitive else [])
    assert find(world, 'username = "Ada"') == [name]


def test_filters_see_what_was_changed(people: World) -> None:
    assert find(people, 'email ^= "ada"') == ["ada", "adam"]
    assert find(people, 'status = "Disabled"') == []
    people.call_admin("AdminUpdateUserAttributes", "adam", UserAttributes=[{"Name": "email", "Value": "x@example.com"}])
    people.call_admin("AdminDisableUser", "Bob")
    people.make_user("adah", email="ada.h@example.com")
    assert find(people, 'email ^= "ada"') == ["adah", "ada"]
    assert find(people, 'email = "x@example.com"') == ["adam"]
    assert find(people, 'status = "Disabled"') == ["Bob"]
    people.call_admin("AdminDeleteUser", "ada")
    assert find(people, 'email ^= "ada"') == ["adah"]
    assert find(people, 'username ^= "ada"') == ["adah", "adam"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('custom:team = "a"', "Input fails to satisfy the constraints."),
        ('email_verified = "true"', "Input fails to satisfy the constraints."),
        ("username = ada", "Error while parsing filter"),
        ('username != "ada"', "Error while parsing filter"),
        ('username = "ada', "Error while parsing filter"),
        ('username = "ada" and email = "x"', "Error while parsing filter"),
        ("ada", "Error while parsing filter"),
    ],
)
def test_filters_that_are_refused(people: World, text: str, message: str) -> None:
    assert refuse(people, Filter=text) == f"InvalidParameterException: {message}"


@given(st.text(max_size=60))
def test_any_filter_is_answered_or_refused(text: str) -> None:
    with suppress(ServiceError):
        user_lists.Filter.parse(text)


def test_attributes_to_get(empty: World) -> None:
    world = make_people(empty)
    found = list_users(world, Filter='username = "ada"', AttributesToGet=["email", "given_name"])["Users"]
    expected = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "given_name", "Value": "Ada"}]
    assert [user["Attributes"] for user in found] == [expected]
    assert [user["Attributes"] for user in list_users(world, AttributesToGet=[])["Users"]] == [[], [], [], []]
    missing = "InvalidParameterException: One or more requested attributes do not exist."
    assert refuse(world, AttributesToGet=["email"]) == missing
    assert refuse(world, AttributesToGet=["nickname"]) == missing
    refusal = "InvalidParameterException: Input fails to satisfy the constraints."
    assert refuse(world, AttributesToGet=["sub"]) == refusal


def test_attributes_to_get_can_be_lenient(empty: World) -> None:
    settings = Settings(attributes_of_everyone=False, sub_in_attributes_to_get=True)
    world = make_with_settings(empty, settings)
    [user] = list_users(world, AttributesToGet=["email", "sub"])["Users"]
    assert [entry["Name"] for entry in user["Attributes"]] == ["sub"]


@pytest.mark.parametrize("text", ["", 'username ^= "user"', 'cognito:user_status = "confirmed"', 'status = "enabled"'])
def test_pages(empty: World, text: str) -> None:
    world = empty.make_pool()
    for number in range(7):
        world.make_user(f"user-{number}")
    names, token = [], None
    while True:
        page = list_users(world, Filter=text, Limit=3, **({"PaginationToken": token} if token else {}))
        assert len(page["Users"]) <= 3
        names += [user["Username"] for user in page["Users"]]
        token = page.get("PaginationToken")
        if token is None:
            break
        world.call_admin("AdminDeleteUser", names[-1])  # the next page begins after a user who is gone
        refusal = refuse(world, Filter=text, PaginationToken=token[:-2] + "xx")
        assert refusal.startswith("InvalidParameterException")
        assert refuse(world, Filter='name = "x"', PaginationToken=token).startswith("InvalidParameterException")
    assert names == [f"user-{number}" for number in range(7)]


def test_a_page_by_status_looks_at_so_many_users_only(empty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_lists, "EXAMINED", 4)
    world = empty.make_pool()
    for number in range(9):
        world.make_user(f"user-{number}")
    world.call_admin("AdminDisableUser", "user-8")
    pages: list[Any] = [list_users(world, Filter='status = "Disabled"')]
    while "PaginationToken" in pages[-1]:
        token = pages[-1]["PaginationToken"]
        pages.append(list_users(world, Filter='status = "Disabled"', PaginationToken=token))
    assert [[user["Username"] for user in page["Users"]] for page in pages] == [[], [], ["user-8"]]
