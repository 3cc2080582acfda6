import json

import pytest

from authflow.emulator._seeding import SeedError, seed
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY, Json, World

DOCUMENT: Json = {
    "pools": [
        {
            "PoolName": "people",
            "clients": [{"ClientName": "app", "GenerateSecret": True, "ExplicitAuthFlows": ALL_FLOWS}],
            "users": [
                {"Username": "ada", "Password": PASSWORD},
                {"Username": "bob", "TemporaryPassword": TEMPORARY},
            ],
        },
        {
            "PoolName": "protected",
            "mfa": {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
            "clients": [{"ClientName": "app"}],
        },
        {"PoolName": "empty"},
    ]
}


def test_seeding(empty: World) -> None:
    client, protected = seed(empty.emulator, json.dumps(DOCUMENT))
    assert (client.pool_name, client.client_name) == ("people", "app")
    assert client.client_secret
    assert client.client_secret not in repr(client)
    world = World(empty.emulator, empty.clock, client.pool_id, client.client_id, client.client_secret)
    assert "AuthenticationResult" in world.sign_in_with_srp("ada")
    assert world.sign_in_with_srp("bob", TEMPORARY)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert protected.pool_name == "protected"
    assert empty.call("GetUserPoolMfaConfig", UserPoolId=client.pool_id)["MfaConfiguration"] == "OFF"
    assert empty.call("GetUserPoolMfaConfig", UserPoolId=protected.pool_id)["MfaConfiguration"] == "ON"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "the document is not JSON: line 1, column 2: "),
        ('{"pools": [],\n "pool": []}', "document: unknown member 'pool'; the only one is: pools"),
        ("1" * 5_000, "the document is not JSON that Python can read"),
        ("[" * 200_000, "the document is not JSON"),
        ("[]", "document is not a JSON object"),
        ('{"pools": {}}', "document.pools is not a JSON list"),
        ('{"pools": [1]}', "document.pools[0] is not a JSON object"),
        ('{"pools": [{}]}', "pools[0]: CreateUserPool: InvalidParameterException"),
        ('{"pools": [{"PoolName": "p", "mfa": {"MfaConfiguration": "ON"}}]}', "pools[0].mfa: SetUserPoolMfaConfig"),
        ('{"pools": [{"PoolName": "p", "mfa": []}]}', "pools[0].mfa is not a JSON object"),
        ('{"pools": [{"PoolName": "p", "clients": [{}]}]}', "pools[0].clients[0]: CreateUserPoolClient"),
        (
            '{"pools": [{"PoolName": "p", "users": [{"Username": "a", "Password": "x"}]}]}',
            "pools[0].users[0]: AdminSet",
        ),
    ],
    ids=lambda text: text[:20],
)
def test_invalid_documents(empty: World, text: str, expected: str) -> None:
    with pytest.raises(SeedError) as caught:
        seed(empty.emulator, text)
    assert expected in str(caught.value)
