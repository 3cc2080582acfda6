"""What the console reads: pools, users, and sign-ins that are under way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from authflow.emulator import Emulator, running
from tests.support.emulator.control import control
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY, Clock, Json, World


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, Emulator]]:
    emulator = Emulator(Clock())
    with running(lambda _: emulator) as url:
        yield url, emulator


@pytest.fixture
def served(shared: tuple[str, Emulator]) -> tuple[str, World]:
    """An emulator with a pool, a client and the user ada."""
    url, emulator = shared
    emulator.reset()
    world = World(emulator, Clock(), "", "").make_pool()
    world.make_user("ada", email="ada@example.com", email_verified="true", phone_number="+15550109878")
    return url, world


def begin(world: World, name: str = "ada") -> Json:
    return world.call(
        "InitiateAuth", **world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD)
    )


def read_names(url: str, query: str = "") -> list[str]:
    return [user["username"] for user in control(url, "GET", f"/users{query}")[1]["users"]]


def test_without_anything(shared: tuple[str, Emulator]) -> None:
    url, emulator = shared
    emulator.reset()
    assert control(url, "GET", "/pools") == (200, {"pools": [], "next": None, "total": 0})
    assert control(url, "GET", "/users") == (200, {"users": [], "next": None, "total": 0})
    assert control(url, "GET", "/sign-ins") == (200, [])
    assert control(url, "GET", "/users?pool=eu-west-1_Nowhere00")[0] == 404


def test_a_pool_with_its_clients(served: tuple[str, World]) -> None:
    url, world = served
    world.make_client(GenerateSecret=True, ClientName="server")
    [pool] = control(url, "GET", "/pools")[1]["pools"]
    assert pool["pool_name"] == "people"
    assert (pool["pool_id"], pool["users"], pool["groups"], pool["mfa"]) == (world.pool_id, 1, 0, "OFF")
    plain, secretive = pool["clients"]
    assert plain["client_id"] == world.client_id
    assert plain["auth_flows"] == sorted(name.removeprefix("ALLOW_") for name in ALL_FLOWS)
    assert (plain["has_secret"], secretive["has_secret"]) == (False, True)
    assert secretive["client_name"] == "server"


def test_a_user(served: tuple[str, World]) -> None:
    url, world = served
    configure(world, "OPTIONAL", SMS)
    world.call_admin("AdminSetUserMFAPreference", "ada", SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
    world.call("CreateGroup", UserPoolId=world.pool_id, GroupName="admins")
    world.call_admin("AdminAddUserToGroup", "ada", GroupName="admins")
    [ada] = control(url, "GET", f"/users?pool={world.pool_id}")[1]["users"]
    assert ada["status"] == "CONFIRMED"
    assert ada["enabled"] is True
    assert (ada["factors"], ada["preferred_factor"], ada["groups"]) == ([SMS], SMS, ["admins"])
    assert (ada["email"], ada["phone_number"]) == ("ada@example.com", "+15550109878")
    assert PASSWORD not in str(ada)


def test_pages_of_users_go_on_where_the_page_before_ended(served: tuple[str, World]) -> None:
    url, world = served
    for number in range(4):
        world.invite(f"user{number}")
    page = control(url, "GET", "/users?limit=2")[1]
    assert ([user["username"] for user in page["users"]], page["total"]) == (["ada", "user0"], 5)
    world.call_admin("AdminDeleteUser", "user0")
    page = control(url, "GET", f"/users?limit=2&after={page['next']}")[1]
    assert [user["username"] for user in page["users"]] == ["user1", "user2"]
    last = control(url, "GET", f"/users?limit=2&after={page['next']}")[1]
    assert ([user["username"] for user in last["users"]], last["next"]) == (["user3"], None)


def test_users_are_found_by_the_beginning_of_their_names(served: tuple[str, World]) -> None:
    url, world = served
    world.invite("adam", email="first@example.com")
    world.invite("bob", email="adrian@example.com")
    assert read_names(url, "?search=ada") == ["ada", "adam"]
    assert read_names(url, "?search=ad") == ["ada", "adam", "bob"]
    assert read_names(url, "?search=ad&limit=1") == ["ada"]
    assert read_names(url, "?search=%2B1555") == ["ada"]
    assert read_names(url, "?search=nobody") == []


def test_a_sign_in_stands_at_its_node_until_it_is_answered(served: tuple[str, World]) -> None:
    url, world = served
    configure(world, "ON", SMS)
    challenge = begin(world)
    [waiting] = control(url, "GET", "/sign-ins")[1]
    assert (waiting["username"], waiting["node"], waiting["proven"]) == ("ada", "sms_mfa", ["password"])
    assert (waiting["auth_flow"], waiting["challenge"]) == ("USER_PASSWORD_AUTH", "SMS_MFA")
    assert challenge["Session"] not in str(waiting)
    begin(world)
    assert len(control(url, "GET", "/sign-ins")[1]) == 2
    assert len(control(url, "GET", "/sign-ins?limit=1")[1]) == 1
    code = world.emulator.outbox[-2].code
    answer = {"USERNAME": "ada", "SMS_MFA_CODE": code}
    world.call(
        "RespondToAuthChallenge",
        ClientId=world.client_id,
        ChallengeName="SMS_MFA",
        ChallengeResponses=answer,
        Session=challenge["Session"],
    )
    assert len(control(url, "GET", "/sign-ins")[1]) == 1


def test_a_sign_in_ends_with_its_time_and_its_password(served: tuple[str, World]) -> None:
    url, world = served
    configure(world, "ON", SMS)
    begin(world)
    world.emulator.clock.advance(timedelta(minutes=3))
    assert control(url, "GET", "/sign-ins")[1] == []
    begin(world)
    world.call_admin("AdminSetUserPassword", "ada", Password="An0ther-Horse", Permanent=True)
    assert control(url, "GET", "/sign-ins")[1] == []


def test_the_sign_in_of_an_unknown_user_whom_replies_hide(served: tuple[str, World]) -> None:
    url, world = served
    world.call("SetUserPoolMfaConfig", UserPoolId=world.pool_id, MfaConfiguration="OFF")
    hiding = world.make_client(PreventUserExistenceErrors="ENABLED", ExplicitAuthFlows=["ALLOW_USER_AUTH"])
    hiding.call("InitiateAuth", **hiding.make_initiate_params("USER_AUTH", USERNAME="nobody"))
    [waiting] = control(url, "GET", "/sign-ins")[1]
    assert (waiting["user_exists"], waiting["node"]) == (False, "select_challenge")


def test_the_newest_messages(served: tuple[str, World]) -> None:
    url, world = served
    control(url, "DELETE", "/outbox")
    for name in ("bob", "cleo"):
        world.invite(name, email=f"{name}@example.com")
    assert [message["username"] for message in control(url, "GET", "/outbox?limit=1")[1]] == ["cleo"]
    assert len(control(url, "GET", "/outbox?limit=3")[1]) == 2


@pytest.mark.parametrize(
    ("pool", "username", "attributes", "name"),
    [
        ({"UsernameAttributes": ["email"]}, "Eve@example.com", {}, "eve@example.com"),
        ({"UsernameAttributes": ["phone_number"]}, "+15550109879", {"email": "eve@example.com"}, "+15550109879"),
        ({"UsernameAttributes": ["email", "phone_number"]}, "+15550109879", {}, "+15550109879"),
        ({"AliasAttributes": ["email"]}, "eve", {"email": "eve@example.com"}, "eve"),
    ],
    ids=str,
)
def test_users_have_the_name_that_people_know(
    served: tuple[str, World], pool: Json, username: str, attributes: Json, name: str
) -> None:
    url, world = served
    other = world.make_pool(**pool, UsernameConfiguration={"CaseSensitive": False})
    other.invite(username, **attributes)
    other.call(
        "InitiateAuth", **other.make_initiate_params("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=TEMPORARY)
    )
    [user] = control(url, "GET", f"/users?pool={other.pool_id}")[1]["users"]
    [sign_in] = control(url, "GET", "/sign-ins")[1]
    assert (user["name"], sign_in["name"]) == (name, name)
    assert (user["username"] == user["sub"]) == ("UsernameAttributes" in pool)
    assert sign_in["username"] == user["username"]
