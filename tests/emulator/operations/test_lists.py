"""The lists of pools, app clients and resource servers."""

from collections.abc import Callable

import pytest

from tests.support.emulator.world import Json, World

Make = Callable[[World, int], object]


def make_pool(world: World, number: int) -> str:
    made: str = world.call("CreateUserPool", PoolName=f"pool-{number}")["UserPool"]["Id"]
    return made


def make_client(world: World, number: int) -> World:
    return world.make_client(ClientName=f"client-{number}")


def make_server(world: World, number: int) -> Json:
    given = {"Identifier": f"server-{number}", "Name": "Server"}
    return world.call("CreateResourceServer", UserPoolId=world.pool_id, **given)


LISTS: list[tuple[str, str, str, Make]] = [
    ("ListUserPools", "UserPools", "Id", make_pool),
    ("ListUserPoolClients", "UserPoolClients", "ClientId", make_client),
    ("ListResourceServers", "ResourceServers", "Identifier", make_server),
]


@pytest.mark.parametrize(("operation", "member", "key", "make"), LISTS)
def test_pages(world: World, operation: str, member: str, key: str, make: Make) -> None:
    other = world.make_pool()
    whose = {} if operation == "ListUserPools" else {"UserPoolId": world.pool_id}
    for number in range(4):
        make(world, number)
    everything = [entry[key] for entry in world.call(operation, **whose, MaxResults=50)[member]]
    assert len(everything) >= 4
    found: list[str] = []
    token: Json = {}
    while len(found) < len(everything):
        page = world.call(operation, **whose, MaxResults=2, **token)
        assert len(page[member]) <= 2
        found += [entry[key] for entry in page[member]]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert found == everything
    assert token == {}
    first = world.call(operation, **whose, MaxResults=1)["NextToken"]
    refusal = world.expect_refusal(operation, **whose, MaxResults=1, NextToken=first + "x")
    assert refusal.startswith("InvalidParameterException")
    if whose:
        foreign = {"UserPoolId": other.pool_id, "MaxResults": 1, "NextToken": first}
        assert world.expect_refusal(operation, **foreign).startswith("InvalidParameterException")
        assert world.expect_refusal(operation, UserPoolId="eu-west-1_none").startswith("ResourceNotFoundException")


def test_what_lists_show(world: World) -> None:
    described = world.call("DescribeUserPool", UserPoolId=world.pool_id)["UserPool"]
    [pool] = world.call("ListUserPools", MaxResults=60)["UserPools"]
    assert pool.pop("Status") == "Enabled"
    assert pool == {name: described[name] for name in pool}
    assert set(pool) == {"Id", "Name", "LambdaConfig", "LastModifiedDate", "CreationDate"}
    [client] = world.call("ListUserPoolClients", UserPoolId=world.pool_id)["UserPoolClients"]
    assert client == {"ClientId": world.client_id, "UserPoolId": world.pool_id, "ClientName": "app"}


def test_only_clients_that_were_not_registered_dynamically(world: World) -> None:
    for kind, count in (("REGULAR", 1), ("DCR", 0)):
        listed = world.call("ListUserPoolClients", UserPoolId=world.pool_id, ClientType=kind)["UserPoolClients"]
        assert len(listed) == count


def test_the_size_of_a_page_is_required(world: World) -> None:
    assert world.expect_refusal("ListUserPools").startswith("InvalidParameterException")
