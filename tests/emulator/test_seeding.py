import json
import re
from pathlib import Path

import jsonschema
import pyotp
import pytest

from authflow.emulator import SeedError
from authflow.emulator._control.seed_schema import make_seed_schema
from authflow.emulator._service_model.model import ServiceModel
from tests.support.emulator.tokens import read_claims
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
    client, protected = empty.emulator.load(json.dumps(DOCUMENT))
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
        empty.emulator.load(text)
    assert expected in str(caught.value)


KNOWN: Json = {
    "pools": [
        {
            "Id": "eu-west-1_Local0001",
            "PoolName": "people",
            "mfa": {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
            "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True},
            "groups": [{"GroupName": "admins", "Precedence": 1}],
            "identityProviders": [
                {
                    "ProviderName": "Partner",
                    "ProviderType": "SAML",
                    "ProviderDetails": {"MetadataURL": "https://a.example"},
                }
            ],
            "resourceServers": [{"Identifier": "api", "Name": "API"}],
            "clients": [
                {"ClientName": "web", "ClientId": "localweb", "ClientSecret": "s" * 24, "ExplicitAuthFlows": ALL_FLOWS}
            ],
            "users": [
                {
                    "Username": "ada",
                    "Sub": "11111111-2222-4333-8444-555555555555",
                    "Password": PASSWORD,
                    "Groups": ["admins"],
                    "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
                },
                {"Username": "bob", "Password": PASSWORD, "TotpSecret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
                {"Username": "cleo", "Password": PASSWORD, "Status": "RESET_REQUIRED"},
                {"Username": "dora", "Password": PASSWORD, "Status": "UNCONFIRMED", "Enabled": False},
                {
                    "Username": "eve",
                    "Password": PASSWORD,
                    "Devices": [
                        {
                            "DeviceKey": "eu-west-1_1-2",
                            "DeviceGroupKey": "-abc",
                            "Salt": "AQ==",
                            "PasswordVerifier": "Ag==",
                        }
                    ],
                },
            ],
        }
    ]
}


def test_what_is_known_before_the_start(empty: World) -> None:
    [client] = empty.emulator.load(KNOWN)
    assert (client.pool_id, client.client_id, client.client_secret) == ("eu-west-1_Local0001", "localweb", "s" * 24)
    world = World(empty.emulator, empty.clock, client.pool_id, client.client_id, client.client_secret)
    claims = read_claims(world.get_tokens()["IdToken"])
    assert (claims["sub"], claims["cognito:groups"]) == ("11111111-2222-4333-8444-555555555555", ["admins"])
    asked = world.initiate(USERNAME="bob", PASSWORD=PASSWORD)
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(int(world.clock.now.timestamp()))
    done = world.respond("SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME="bob", SOFTWARE_TOKEN_MFA_CODE=code)
    assert "AuthenticationResult" in done
    states = {name: world.call_admin("AdminGetUser", name) for name in ("cleo", "dora")}
    assert states["cleo"]["UserStatus"] == "RESET_REQUIRED"
    assert (states["dora"]["UserStatus"], states["dora"]["Enabled"]) == ("UNCONFIRMED", False)
    [device] = world.call_admin("AdminListDevices", "eve")["Devices"]
    assert device["DeviceKey"] == "eu-west-1_1-2"
    pool = {"UserPoolId": client.pool_id}
    assert world.call("ListIdentityProviders", **pool)["Providers"][0]["ProviderName"] == "Partner"
    assert world.call("ListResourceServers", **pool)["ResourceServers"][0]["Identifier"] == "api"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Id": "no id"}, "pools[0]: CreateUserPool: InvalidParameterException: The UserPoolId is malformed"),
        ({"clients": [{"ClientName": "w", "ClientId": "a b"}]}, "pools[0].clients[0]: CreateUserPoolClient: "),
        ({"clients": [{"ClientName": "w", "ClientId": "a"}] * 2}, "The ClientId is in use"),
        ({"users": [{"Username": "a", "Sub": "1"}]}, "pools[0].users[0]: AdminCreateUser: InvalidParameterException"),
        ({"users": [{"Username": "a", "Groups": ["x"]}]}, "pools[0].users[0].Groups[0]: AdminAddUserToGroup: Resource"),
        ({"users": [{"Username": "a", "Status": "HAPPY"}]}, "pools[0].users[0].Status must be one of: UNCONFIRMED"),
        ({"users": [{"Username": "a", "Enabled": 1}]}, "pools[0].users[0].Enabled must be true or false"),
        ({"users": [{"Username": "a", "TotpSecret": "x"}]}, "pools[0].users[0].TotpSecret must be a text in base32"),
        ({"users": [{"Username": "a", "Devices": [{}]}]}, "pools[0].users[0].Devices[0].DeviceKey must be a text"),
        ({"users": [{"Username": "a", "Devices": [{"Key": 1}]}]}, "Devices[0]: unknown member 'Key'"),
        ({"users": [{"Username": "a", "Username2": 1}]}, "pools[0].users[0]: AdminCreateUser"),
    ],
    ids=str,
)
def test_a_document_is_loaded_whole_or_not_at_all(empty: World, change: Json, expected: str) -> None:
    with pytest.raises(SeedError) as caught:
        empty.emulator.load({"pools": [{"PoolName": "first"}, {"PoolName": "second", **change}][::-1]})
    assert expected in str(caught.value)
    assert empty.call("ListUserPools", MaxResults=60)["UserPools"] == []
    empty.emulator.load(KNOWN)  # no id is left in use


ADDRESS, NUMBER = "ada@example.com", "+31612345678"


@pytest.mark.parametrize(
    ("user", "verified"),
    [
        ({"Username": ADDRESS, "Password": PASSWORD}, {"email_verified": "true"}),
        ({"Username": NUMBER, "Password": PASSWORD}, {"phone_number_verified": "true"}),
        ({"Username": ADDRESS, "Password": PASSWORD, "Status": "RESET_REQUIRED"}, {"email_verified": "true"}),
        ({"Username": ADDRESS, "Password": PASSWORD, "Status": "UNCONFIRMED"}, {}),
        ({"Username": ADDRESS, "TemporaryPassword": TEMPORARY}, {}),
        (
            {
                "Username": ADDRESS,
                "Password": PASSWORD,
                "UserAttributes": [
                    {"Name": "email_verified", "Value": "false"},
                    {"Name": "phone_number", "Value": NUMBER},
                ],
            },
            {"email_verified": "false"},
        ),
    ],
    ids=str,
)
def test_the_address_that_is_the_username_is_verified(empty: World, user: Json, verified: Json) -> None:
    pool = {"PoolName": "people", "UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email"]}
    [client] = empty.emulator.load({"pools": [{**pool, "clients": [{"ClientName": "app"}], "users": [user]}]})
    found = empty.call("AdminGetUser", UserPoolId=client.pool_id, Username=user["Username"])["UserAttributes"]
    assert {each["Name"]: each["Value"] for each in found if each["Name"].endswith("_verified")} == verified
    assert not empty.emulator.outbox


def test_a_username_that_only_looks_like_an_address_verifies_nothing(empty: World) -> None:
    user = {"Username": ADDRESS, "Password": PASSWORD}
    [client] = empty.emulator.load({"pools": [{"PoolName": "p", "clients": [{"ClientName": "app"}], "users": [user]}]})
    found = empty.call("AdminGetUser", UserPoolId=client.pool_id, Username=ADDRESS)["UserAttributes"]
    assert [each["Name"] for each in found] == ["sub"]


PAGE = Path(__file__).parents[2] / "docs" / "emulator.md"
DOCUMENTED = re.findall(r"```json\n(\{\n  \"pools\".*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", DOCUMENTED)
def test_what_the_documentation_shows_is_loaded(empty: World, text: str) -> None:
    client, *_ = empty.emulator.load(text)
    users = json.loads(text)["pools"][0]["users"]
    found = empty.call("ListUsers", UserPoolId=client.pool_id)["Users"]
    assert len(found) == len(users)


def test_the_user_whom_the_documentation_shows_can_reset_the_password(empty: World) -> None:
    [front_end] = [text for text in DOCUMENTED if "UsernameAttributes" in text]
    for _ in range(2):
        empty.emulator.reset()
        [client] = empty.emulator.load(front_end)
        empty.call("ForgotPassword", ClientId=client.client_id, Username=ADDRESS)
        message = empty.emulator.outbox[-1]
        assert (message.destination, message.purpose) == (ADDRESS, "password_reset")
        assert message.username == "5f0c6a1e-0000-4000-8000-000000000001"


@pytest.mark.parametrize("document", [KNOWN, DOCUMENT])
def test_the_schema_permits_what_is_loaded(document: Json) -> None:
    jsonschema.Draft202012Validator(make_seed_schema(ServiceModel())).validate(document)


@pytest.mark.parametrize(
    "document",
    [
        {"pool": []},
        {"pools": [{}]},
        {"pools": [{"PoolName": "p", "users": [{"Username": "a", "Status": "HAPPY"}]}]},
        {"pools": [{"PoolName": "p", "MfaConfiguration": "MAYBE"}]},
        {"pools": [{"PoolName": "p", "clients": [{"ClientName": "c", "AccessTokenValidity": "1"}]}]},
    ],
)
def test_the_schema_refuses_what_is_refused(empty: World, document: Json) -> None:
    schema = make_seed_schema(ServiceModel())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(document))
    with pytest.raises(SeedError):
        empty.emulator.load(document)
