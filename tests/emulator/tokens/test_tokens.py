"""Tokens: claims, lifetimes, verification, refresh, rotation, revocation."""

import itertools
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet, RSAKey

from authflow.emulator import Emulator
from authflow.emulator._crypto import jose
from tests.support.emulator.world import PASSWORD, ROTATING_FLOWS, Clock, Json, World

INVALID = (
    "NotAuthorizedException: Invalid Refresh Token"  # InitiateAuth; GetTokensFromRefreshToken ends it with a period
)
OTHER_CLIENT = "NotAuthorizedException: Refresh Token has different Client"
FORGED = "NotAuthorizedException: Could not verify signature for Access Token"


def get_published_keys(world: World, *places: int) -> KeySet:
    """Return the published keys, or those at the given places in the list."""
    keys: Any = world.emulator.jwks(world.pool_id)["keys"]
    return KeySet.import_key_set({"keys": [keys[place] for place in places] if places else keys})


def verify_claims(world: World, token: str) -> dict[str, Any]:
    """Verify a token with the published keys and return its claims."""
    decoded = jwt.decode(token, get_published_keys(world), ["RS256"])
    assert set(decoded.header) == {"kid", "alg"}
    return dict(decoded.claims)


def refresh(world: World, token: str) -> Json:
    request = {"ClientId": world.client_id, "ClientSecret": world.secret, "RefreshToken": token}
    result: Json = world.call("GetTokensFromRefreshToken", **request)["AuthenticationResult"]
    return result


def expect_refused_refresh(world: World, token: str, **changes: object) -> str:
    request = {"ClientId": world.client_id, "ClientSecret": world.secret, "RefreshToken": token, **changes}
    return world.expect_refusal("GetTokensFromRefreshToken", **request)


def test_access_token(world: World, clock: Clock) -> None:
    token = verify_claims(world, world.get_tokens()["AccessToken"])
    now = int(clock.now.timestamp())
    for name in ("sub", "jti", "origin_jti", "event_id"):
        assert len(token.pop(name)) == 36
    assert token == {
        "client_id": world.client_id,
        "username": "ada",
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{world.pool_id}",
        "auth_time": now,
        "iat": now,
        "exp": now + 3600,
    }


def test_id_token(world: World, clock: Clock) -> None:
    result = world.get_tokens()
    token, access = verify_claims(world, result["IdToken"]), verify_claims(world, result["AccessToken"])
    now = int(clock.now.timestamp())
    for name in ("sub", "origin_jti", "event_id"):
        assert token.pop(name) == access[name]
    assert token.pop("jti") != access["jti"]
    assert token == {
        "aud": world.client_id,
        "cognito:username": "ada",
        "email": "ada@example.com",
        "email_verified": True,
        "token_use": "id",
        "iss": f"https://cognito-idp.eu-west-1.amazonaws.com/{world.pool_id}",
        "auth_time": now,
        "iat": now,
        "exp": now + 3600,
    }


def test_keys_are_separate(world: World) -> None:
    keys = world.emulator.jwks(world.pool_id)["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {("RSA", "RS256", "sig")}
    assert not any("d" in key or "p" in key for key in keys)
    result = world.get_tokens()
    assert jwt.decode(result["IdToken"], get_published_keys(world, 0), ["RS256"])
    assert jwt.decode(result["AccessToken"], get_published_keys(world, 1), ["RS256"])
    with pytest.raises(InvalidKeyIdError):
        jwt.decode(result["AccessToken"], get_published_keys(world, 0), ["RS256"])


def test_lifetimes_of_the_client(world: World) -> None:
    units = {"AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "hours"}
    client = world.make_client(
        AccessTokenValidity=10, IdTokenValidity=400, RefreshTokenValidity=2, TokenValidityUnits=units
    )
    result = client.get_tokens()
    assert result["ExpiresIn"] == 600
    assert result["TokenType"] == "Bearer"
    lifetimes = [
        (token := verify_claims(client, result[name]))["exp"] - token["iat"] for name in ("AccessToken", "IdToken")
    ]
    assert lifetimes == [600, 400]
    client.clock.forward(hours=2, seconds=-1)
    assert refresh(client, result["RefreshToken"])
    client.clock.forward(seconds=1)
    assert expect_refused_refresh(client, result["RefreshToken"]) == "NotAuthorizedException: Refresh Token has expired"


def test_attributes_that_the_client_may_read(world: World) -> None:
    client = world.make_client(ReadAttributes=["email"])
    result = client.get_tokens()
    assert "email_verified" not in verify_claims(client, result["IdToken"])
    names = [entry["Name"] for entry in client.call("GetUser", AccessToken=result["AccessToken"])["UserAttributes"]]
    assert names == ["email", "sub"]


def test_get_user(world: World) -> None:
    described = world.call("GetUser", AccessToken=world.get_tokens()["AccessToken"])
    assert described["Username"] == "ada"
    assert {"Name": "email", "Value": "ada@example.com"} in described["UserAttributes"]


# --- access tokens that are refused


def expect_refused_access(world: World, token: str) -> str:
    for operation in ("GetUser", "GlobalSignOut"):
        refusal = world.expect_refusal(operation, AccessToken=token)
    return refusal


def test_expired_access_token(world: World, clock: Clock) -> None:
    token = world.get_tokens()["AccessToken"]
    clock.forward(hours=1)
    assert expect_refused_access(world, token) == "NotAuthorizedException: Access Token has expired"


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("address", "Street 1", {"formatted": "Street 1"}),
        ("updated_at", "1700000000", 1_700_000_000),
        ("updated_at", "1700000000.5", 1_700_000_000.5),
        ("email_verified", "True", True),
        ("phone_number_verified", "false", False),
        ("birthdate", "1815-12-10", "1815-12-10"),
        ("zoneinfo", "Europe/London", "Europe/London"),
        ("custom:was_verified", "true", "true"),
        ("custom:flag", "true", "true"),
        ("custom:size", "42", "42"),
    ],
)
def test_types_of_claims(empty: World, attribute: str, value: str, expected: object) -> None:
    """Those of OpenID Connect Core 5.1; custom attributes are text, whatever their type."""
    kinds = {"was_verified": "String", "flag": "Boolean", "size": "Number"}
    pool = empty.make_pool(Schema=[{"Name": name, "AttributeDataType": kind} for name, kind in kinds.items()])
    pool.make_user("ada", email="ada@example.com", **{attribute: value})
    tokens = pool.get_tokens()
    claim = verify_claims(pool, tokens["IdToken"])[attribute]
    assert claim == expected
    assert type(claim) is type(expected)
    described = pool.call("GetUser", AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert {"Name": attribute, "Value": value} in described  # attributes stay as they were given


def test_id_token_for_an_access_token(world: World) -> None:
    assert expect_refused_access(world, world.get_tokens()["IdToken"]) == "NotAuthorizedException: Invalid Access Token"


@pytest.mark.parametrize("token", ["a.b.c", "abc", "bnVsbA.e30.AAAA", "e30.e30.AAAA", ".", "_-._-._-"])
def test_malformed_access_token(world: World, token: str) -> None:
    world.get_tokens()
    assert expect_refused_access(world, token) == "NotAuthorizedException: Invalid Access Token"


def test_access_token_signed_with_another_key(world: World) -> None:
    real = world.get_tokens()["AccessToken"]
    kid = jwt.decode(real, get_published_keys(world), ["RS256"]).header["kid"]
    forged = jwt.encode({"alg": "RS256", "kid": kid}, verify_claims(world, real), RSAKey.generate_key(2048), ["RS256"])
    assert expect_refused_access(world, forged) == FORGED


def test_access_token_with_other_claims(world: World) -> None:
    header, payload, signature = world.get_tokens()["AccessToken"].split(".")
    other = world.get_tokens()["AccessToken"].split(".")[1]
    assert payload != other
    assert expect_refused_access(world, f"{header}.{other}.{signature}") == FORGED


def test_access_token_of_another_emulator(world: World) -> None:
    token = world.get_tokens()["AccessToken"]
    world.emulator = Emulator(world.clock)
    assert expect_refused_access(world, token) == "NotAuthorizedException: Invalid Access Token"


def make_wild_headers(kid: str) -> list[object]:
    odd: list[object] = [None, 1, [], {}, "none", "HS256", ["x"], True]
    ours: Json = {"kid": kid, "alg": "RS256"}
    return [*odd, *({**ours, "alg": value} for value in odd), *({**ours, "crit": value} for value in odd)]


def test_wild_headers(world: World) -> None:
    result = world.get_tokens()
    _, payload, signature = result["AccessToken"].split(".")
    for header in make_wild_headers(
        jwt.decode(result["AccessToken"], get_published_keys(world), ["RS256"]).header["kid"]
    ):
        first = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
        token = f"{first}.{payload}.{signature}"
        names_our_key = isinstance(header, dict) and "kid" in header
        expected = FORGED if names_our_key else "NotAuthorizedException: Invalid Access Token"
        assert expect_refused_access(world, token) == expected
        assert jose.verify_with_jwks(token, world.emulator.jwks(world.pool_id)) is None or header == {}


def test_verify_with_jwks(world: World) -> None:
    token = world.get_tokens()["IdToken"]
    assert jose.verify_with_jwks(token, world.emulator.jwks(world.pool_id)) == verify_claims(world, token)
    assert jose.verify_with_jwks(token, world.make_pool().emulator.jwks(world.make_pool().pool_id)) is None


def test_disabled_user_of_a_client_without_revocation(world: World) -> None:
    token = world.make_client(EnableTokenRevocation=False).get_tokens()["AccessToken"]
    world.call_admin("AdminDisableUser", "ada")
    assert expect_refused_access(world, token) == "NotAuthorizedException: Access Token has been revoked"


# --- refresh


def test_refresh(secretive: World, clock: Clock) -> None:
    first = secretive.get_tokens()
    clock.forward(minutes=30)
    second = refresh(secretive, first["RefreshToken"])
    assert "RefreshToken" not in second
    before, after = (verify_claims(secretive, result["IdToken"]) for result in (first, second))
    for name in ("auth_time", "origin_jti", "sub"):
        assert before[name] == after[name]
    assert after["iat"] == before["iat"] + 1800
    assert after["jti"] != before["jti"]
    assert secretive.call("GetUser", AccessToken=second["AccessToken"])


@pytest.mark.parametrize("secret", [None, "x" * 51])
def test_refresh_with_a_wrong_client_secret(secretive: World, secret: str | None) -> None:
    token = secretive.get_tokens()["RefreshToken"]
    assert "Unable to verify client secret" in expect_refused_refresh(secretive, token, ClientSecret=secret)


def test_refresh_with_a_superfluous_client_secret(world: World) -> None:
    assert "client secret" in expect_refused_refresh(world, world.get_tokens()["RefreshToken"], ClientSecret="x" * 51)


def test_refresh_token_of_another_client(world: World) -> None:
    token = world.get_tokens()["RefreshToken"]
    assert expect_refused_refresh(world.make_client(), token) == OTHER_CLIENT
    request = world.make_client().make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    assert world.expect_refusal("InitiateAuth", **request) == OTHER_CLIENT


def test_refresh_token_of_another_pool(world: World) -> None:
    assert expect_refused_refresh(world.make_pool(), world.get_tokens()["RefreshToken"]) == OTHER_CLIENT


def test_refresh_token_of_a_deleted_user(world: World) -> None:
    token = world.get_tokens()["RefreshToken"]
    world.call_admin("AdminDeleteUser", "ada")
    request = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    deleted = "NotAuthorizedException: The user has been deleted for the associated refresh token"
    assert world.expect_refusal("InitiateAuth", **request) == deleted


@pytest.mark.parametrize("place", [0, 40, -1])
def test_altered_refresh_token(world: World, place: int) -> None:
    token = list(world.get_tokens()["RefreshToken"])
    token[place] = "A" if token[place] != "A" else "B"
    assert expect_refused_refresh(world, "".join(token)) == f"{INVALID}."
    request = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN="".join(token))
    assert world.expect_refusal("InitiateAuth", **request) == INVALID


def test_forged_refresh_token(world: World) -> None:
    assert expect_refused_refresh(world, "A" * 1800) == f"{INVALID}."


def test_rotation(world: World, clock: Clock) -> None:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 30}
    client = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation=rotation)
    first = client.get_tokens()["RefreshToken"]
    second = refresh(client, first)["RefreshToken"]
    assert second != first
    clock.forward(seconds=29)
    assert refresh(client, first)["RefreshToken"] not in {first, second}
    clock.forward(seconds=1)
    assert expect_refused_refresh(client, first).startswith("RefreshTokenReuseException")
    assert refresh(client, second)["RefreshToken"]


def test_rotation_without_grace(world: World) -> None:
    client = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation={"Feature": "ENABLED"})
    first = client.get_tokens()["RefreshToken"]
    refresh(client, first)
    assert expect_refused_refresh(client, first).startswith("RefreshTokenReuseException")


def test_rotation_does_not_extend_the_lifetime(world: World, clock: Clock) -> None:
    client = world.make_client(
        ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation={"Feature": "ENABLED"}, RefreshTokenValidity=1
    )
    first = client.get_tokens()["RefreshToken"]
    clock.forward(hours=23)
    second = refresh(client, first)["RefreshToken"]
    clock.forward(hours=1)
    assert expect_refused_refresh(client, second) == "NotAuthorizedException: Refresh Token has expired"


def test_rotation_disables_refresh_token_auth(world: World) -> None:
    client = world.make_client(ExplicitAuthFlows=ROTATING_FLOWS, RefreshTokenRotation={"Feature": "ENABLED"})
    request = client.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=client.get_tokens()["RefreshToken"])
    refusal = client.expect_refusal("InitiateAuth", **request)
    assert refusal == "InvalidParameterException: REFRESH_TOKEN_AUTH flow not enabled for this client"


# --- revocation


def test_one_reading_of_the_clock_for_a_sign_in() -> None:
    seconds = itertools.count()
    emulator = Emulator(lambda: datetime(2026, 11, 7, tzinfo=UTC) + timedelta(seconds=next(seconds)))
    world = World(emulator, Clock(), "", "").make_pool()
    world.make_user("ada")
    claims = verify_claims(world, world.get_tokens()["IdToken"])
    assert claims["auth_time"] == claims["iat"] == claims["exp"] - 3600


def test_global_sign_out(world: World, secretive: World) -> None:
    here, there = world.get_tokens(), secretive.get_tokens()
    world.make_user("bob")
    bobs = world.get_tokens("bob", PASSWORD)
    assert world.call("GlobalSignOut", AccessToken=here["AccessToken"]) == {}
    for result in (here, there):
        assert "revoked" in expect_refused_access(world, result["AccessToken"])
    assert "revoked" in expect_refused_refresh(world, here["RefreshToken"])
    assert "revoked" in expect_refused_refresh(secretive, there["RefreshToken"])
    assert world.call("GetUser", AccessToken=bobs["AccessToken"])
    assert world.get_tokens()


def test_another_issuer(clock: Clock) -> None:
    world = World(Emulator(clock, issuer="http://localhost:9229/", region="us-east-2"), clock, "", "").make_pool()
    world.make_user("ada")
    assert world.pool_id.startswith("us-east-2_")
    assert verify_claims(world, world.get_tokens()["IdToken"])["iss"] == f"http://localhost:9229/{world.pool_id}"
