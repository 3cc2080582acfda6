from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow.emulator import ServiceError, Settings
from authflow.emulator._operations import user_lists
from authflow.emulator._records.series import Series
from authflow.emulator._records.user import Status
from tests.emulator.auth.test_user_auth import POLICY
from tests.support.emulator.mfa import answer_with_sent_code
from tests.support.emulator.world import (
    ALL_FLOWS,
    OTHER_PASSWORD,
    PASSWORD,
    TEMPORARY,
    Json,
    World,
    make_with_settings,
    open_session,
)


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
        ('status ^= "E"', ["ada", "adam", "Bob", "cleo"]),
        ('status = "enabled"', []),
        ('status = "Disabled"', []),
        ('cognito:user_status = "NONE"', []),
        ('family_name = ""', []),
        ('given_name ^= "Bob \\"the \\\\"', ["Bob"]),
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


@pytest.mark.parametrize("text", ["", 'username ^= "user"', 'cognito:user_status = "confirmed"', 'status = "Enabled"'])
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


def test_a_page_of_few_among_many_is_full(empty: World) -> None:
    world = empty.make_pool()
    for number in range(20):
        world.make_user(f"user-{number:02}")
    for name in ("user-03", "user-17", "user-19"):
        world.call_admin("AdminDisableUser", name)
    page = list_users(world, Filter='status = "Disabled"', Limit=2)
    assert [user["Username"] for user in page["Users"]] == ["user-03", "user-17"]
    page = list_users(world, Filter='status = "Disabled"', Limit=2, PaginationToken=page["PaginationToken"])
    assert [user["Username"] for user in page["Users"]] == ["user-19"]
    assert "PaginationToken" not in page


@pytest.mark.parametrize("name", sorted(user_lists.SEARCHABLE))
def test_only_the_first_filter_by_a_name_goes_through_all_users(
    people: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find(people, f'{name} ^= ""')
    monkeypatch.setattr(Series, "read_after", None)
    monkeypatch.setattr(Series, "__iter__", None)
    people.call_admin("AdminDisableUser", "ada")
    people.make_user("zoe")
    people.call_admin("AdminDeleteUser", "zoe")
    assert sorted(find(people, f'{name} ^= ""')) == sorted(before)


def find_statuses(world: World) -> dict[str, tuple[str, str]]:
    """Return the statuses by which each user is found: UserStatus, and whether they are enabled."""
    by_status = [(user, status) for status in Status for user in find(world, f'cognito:user_status = "{status}"')]
    by_enabled = [(user, value) for value in ("Enabled", "Disabled") for user in find(world, f'status = "{value}"')]
    assert len(by_status) == len(dict(by_status)) == len(by_enabled)
    return {user: (status, dict(by_enabled)[user]) for user, status in by_status}


def test_users_are_found_by_their_status_however_it_changed(empty: World) -> None:
    world = empty.make_pool(AutoVerifiedAttributes=["email"])
    assert find_statuses(world) == {}  # from here on there are indexes
    who = {"ClientId": world.client_id, "Username": "eve"}
    email = [{"Name": "email", "Value": "eve@example.com"}]
    world.call("SignUp", **who, Password=PASSWORD, UserAttributes=email)
    assert find_statuses(world) == {"eve": ("UNCONFIRMED", "Enabled")}
    world.call("ConfirmSignUp", **who, ConfirmationCode=world.get_last_message().code)
    assert find_statuses(world) == {"eve": ("CONFIRMED", "Enabled")}
    world.call_admin("AdminResetUserPassword", "eve")
    assert find_statuses(world) == {"eve": ("RESET_REQUIRED", "Enabled")}
    code = world.get_last_message().code
    world.call("ConfirmForgotPassword", **who, ConfirmationCode=code, Password=OTHER_PASSWORD)
    assert find_statuses(world) == {"eve": ("CONFIRMED", "Enabled")}
    world.call_admin("AdminSetUserPassword", "eve", Password=TEMPORARY)
    world.call_admin("AdminDisableUser", "eve")
    assert find_statuses(world) == {"eve": ("FORCE_CHANGE_PASSWORD", "Disabled")}
    world.call_admin("AdminEnableUser", "eve")
    world.respond("NEW_PASSWORD_REQUIRED", open_session(world, "eve"), USERNAME="eve", NEW_PASSWORD=PASSWORD)
    assert find_statuses(world) == {"eve": ("CONFIRMED", "Enabled")}
    native = {"ProviderName": "Cognito", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "eve"}
    world.call("AdminDisableProviderForUser", UserPoolId=world.pool_id, User=native)
    assert find_statuses(world) == {"eve": ("EXTERNAL_PROVIDER", "Enabled")}
    world.call_admin("AdminDeleteUser", "eve")
    assert find_statuses(world) == {}


def test_users_are_found_by_their_status_after_confirmation(empty: World) -> None:
    pool = empty.make_pool(Policies=POLICY, AutoVerifiedAttributes=["email"])
    world = pool.make_client(ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_USER_AUTH"])
    world.emulator.triggers[world.pool_id] = {
        "PreSignUp": lambda event: {**event, "response": {"autoConfirmUser": event["userName"] == "carl"}}
    }
    assert find_statuses(world) == {}
    for name in ("ada", "bob", "carl"):
        email = [{"Name": "email", "Value": f"{name}@example.com"}]
        world.call("SignUp", ClientId=world.client_id, Username=name, Password=PASSWORD, UserAttributes=email)
    unconfirmed, confirmed = ("UNCONFIRMED", "Enabled"), ("CONFIRMED", "Enabled")
    assert find_statuses(world) == {"ada": unconfirmed, "bob": unconfirmed, "carl": confirmed}
    world.call_admin("AdminConfirmSignUp", "ada")
    assert find_statuses(world) == {"ada": confirmed, "bob": unconfirmed, "carl": confirmed}
    asked = world.initiate("USER_AUTH", USERNAME="bob", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert "AuthenticationResult" in answer_with_sent_code(world, asked, "bob")
    assert find_statuses(world) == {"ada": confirmed, "bob": confirmed, "carl": confirmed}


def test_a_username_that_is_an_email_address_is_found_as_an_attribute_only(empty: World) -> None:
    world = empty.make_pool(UsernameAttributes=["email"])
    username = world.make_user("ada@example.com")
    assert find(world, 'username = "ada@example.com"') == []
    assert find(world, 'email = "ada@example.com"') == find(world, f'username = "{username}"') == [username]
