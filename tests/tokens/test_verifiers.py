"""The verifiers' arguments, their pools and issuers, and the tokens of the emulator."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow import AppClient, InvalidInput
from authflow.emulator import Emulator, running
from authflow.tokens import AsyncTokenVerifier, Rejection, TokenRejected, TokenVerifier
from tests.support.emulator.world import Clock, World
from tests.support.token_cases import HEADER
from tests.support.tokens import (
    APPS,
    CLIENT,
    ISSUER,
    OTHER_POOL,
    POOL,
    SECOND_CLIENT,
    STRANGE_CLIENT,
    encode,
    get_attacker,
    get_pool_signer,
    make_access_claims,
    make_id_claims,
    make_jwks,
    make_signer,
)

OTHER_ISSUER = ISSUER.replace(POOL, OTHER_POOL)
BOTH_POOLS = (AppClient(POOL, CLIENT), AppClient(OTHER_POOL, STRANGE_CLIENT))
KEYS = {ISSUER: make_jwks(), OTHER_ISSUER: make_jwks(make_signer("other-pool-key"))}


def reject(verifier: TokenVerifier, token: str) -> Rejection:
    with pytest.raises(TokenRejected) as caught:
        verifier.access(token)
    return caught.value.reason


def test_the_claims_of_an_access_token() -> None:
    claims = TokenVerifier(APPS, keys=make_jwks()).access(get_pool_signer().sign(make_access_claims(tenant={"a": [1]})))
    assert (claims.username, claims.client_id, claims.pool_id, claims.issuer) == ("ada", CLIENT, POOL, ISSUER)
    assert claims.groups == ("staff", "readers")
    assert claims.scopes == ("aws.cognito.signin.user.admin", "openid")
    assert claims.issued_at is not None
    assert claims.expires_at - claims.issued_at == timedelta(hours=1)
    assert claims.auth_time == claims.issued_at
    assert claims.raw["tenant"] == {"a": [1]}
    assert "tenant" not in repr(claims)


def test_the_claims_of_an_id_token() -> None:
    claims = TokenVerifier(APPS, keys=make_jwks()).id(get_pool_signer().sign(make_id_claims()))
    assert (claims.username, claims.client_id, claims.custom) == ("ada", CLIENT, {"plan": "7"})
    assert claims.raw["email"] == "ada@example.com"
    assert "ada@example.com" not in repr(claims)


def test_the_token_of_an_app_client_itself_has_no_username() -> None:
    token = get_pool_signer().sign(make_access_claims(username=None, sub=CLIENT))
    assert TokenVerifier(APPS, keys=make_jwks()).access(token).username is None


@pytest.mark.parametrize(("nonce", "reason"), [("n-1", None), ("n-2", Rejection.NONCE), ("", Rejection.NONCE)])
def test_the_nonce(nonce: str, reason: Rejection | None) -> None:
    verifier, token = TokenVerifier(APPS, keys=make_jwks()), get_pool_signer().sign(make_id_claims(nonce="n-1"))
    if reason is None:
        assert verifier.id(token, nonce=nonce).username == "ada"
        return
    for each in (
        token,
        get_pool_signer().sign(make_id_claims()),
        get_pool_signer().sign(make_id_claims(nonce=[nonce])),
    ):
        with pytest.raises(TokenRejected) as caught:
            verifier.id(each, nonce=nonce)
        assert caught.value.reason is reason


def test_one_name_is_as_good_as_a_list_of_one() -> None:
    verifier, token = TokenVerifier(APPS, keys=make_jwks()), get_pool_signer().sign(make_access_claims())
    assert verifier.access(token, groups="staff", scopes="openid").username == "ada"
    with pytest.raises(TokenRejected, match="groups"):
        verifier.access(token, groups="s")


def test_pools_do_not_sign_for_each_other() -> None:
    verifier = TokenVerifier(BOTH_POOLS, keys=KEYS.__getitem__)
    own, other = get_pool_signer(), make_signer("other-pool-key")
    assert verifier.access(own.sign(make_access_claims())).pool_id == POOL
    at_other = make_access_claims(iss=OTHER_ISSUER, client_id=STRANGE_CLIENT)
    assert verifier.access(other.sign(at_other)).pool_id == OTHER_POOL
    assert reject(verifier, own.sign(at_other)) is Rejection.UNKNOWN_KEY
    assert reject(verifier, other.sign(make_access_claims())) is Rejection.UNKNOWN_KEY
    assert reject(verifier, own.sign(at_other, kid=other.kid)) is Rejection.SIGNATURE
    assert reject(verifier, own.sign(make_access_claims(client_id=STRANGE_CLIENT))) is Rejection.CLIENT
    assert reject(verifier, other.sign(make_access_claims(iss=OTHER_ISSUER))) is Rejection.CLIENT


def test_a_mapping_has_the_keys_of_one_pool() -> None:
    with pytest.raises(InvalidInput, match="a pool must not sign for another"):
        TokenVerifier(BOTH_POOLS, keys=make_jwks())


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1"])
def test_the_issuers_of_other_partitions(region: str) -> None:
    asked: list[str] = []

    def fetch(issuer: str) -> dict[str, Any]:
        asked.append(issuer)
        return make_jwks()

    pool_id = f"{region}_Ab12Cd34E"
    verifier = TokenVerifier(AppClient(pool_id, CLIENT), keys=fetch)
    domain = {"cn-north-1": "amazonaws.com.cn", "eusc-de-east-1": "amazonaws.eu"}.get(region, "amazonaws.com")
    for prefix in ("cognito-idp", "issuer-cognito-idp"):
        issuer = f"https://{prefix}.{region}.{domain}/{pool_id}"
        assert verifier.access(get_pool_signer().sign(make_access_claims(iss=issuer))).issuer == issuer
        assert asked.pop() == issuer


@pytest.mark.parametrize("issuer", [f"http://localhost:9229/{POOL}", "http://localhost:9229", "http://localhost:9229/"])
def test_an_emulators_issuer(issuer: str) -> None:
    verifier = TokenVerifier(APPS, keys=make_jwks(), issuer=issuer)
    token = get_pool_signer().sign(make_access_claims(iss=f"http://localhost:9229/{POOL}"))
    assert verifier.access(token).issuer == f"http://localhost:9229/{POOL}"
    assert reject(verifier, get_pool_signer().sign(make_access_claims())) is Rejection.ISSUER


WRONG: list[tuple[str, Mapping[str, Any]]] = [
    ("apps", {"apps": ()}),
    ("apps", {"apps": CLIENT}),
    ("apps", {"apps": [CLIENT]}),
    ("apps", {"apps": None}),
    ("keys", {"keys": 7}),
    ("keys", {"keys": {}}),
    ("issuer", {"issuer": ""}),
    ("issuer", {"issuer": 7}),
    ("issuer", {"issuer": "localhost:9229"}),
    ("issuer", {"issuer": "ftp://localhost"}),
    ("issuer", {"issuer": "https://"}),
    ("issuer", {"issuer": "https://[::1"}),
    ("issuer", {"issuer": "https://localhost?x=1"}),
    ("issuer", {"issuer": f"https://localhost/{OTHER_POOL}"}),
    ("issuer", {"issuer": f"https://localhost/{POOL}", "apps": BOTH_POOLS, "keys": KEYS.__getitem__}),
    ("region", {"apps": AppClient("nowhere_Ab12Cd34E", CLIENT)}),
    ("leeway", {"leeway": 5}),
    ("leeway", {"leeway": timedelta(seconds=-1)}),
    ("leeway", {"leeway": timedelta(minutes=6)}),
    ("clock", {"clock": 5}),
    ("clock", {"clock": lambda: 5}),
    ("clock", {"clock": lambda: datetime(2026, 1, 1)}),  # noqa: DTZ001 - wrong on purpose
]


@pytest.mark.parametrize("kind", [TokenVerifier, AsyncTokenVerifier])
@pytest.mark.parametrize(("field", "arguments"), WRONG, ids=str)
def test_an_invalid_argument_is_named(kind: Any, field: str, arguments: Mapping[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        kind(**{"apps": APPS, "keys": make_jwks(), **arguments})
    assert caught.value.field == field


def test_a_blocking_verifier_takes_no_coroutine_function() -> None:
    async def fetch(_: str) -> dict[str, Any]:
        raise AssertionError

    with pytest.raises(InvalidInput, match="keys: "):
        TokenVerifier(APPS, keys=fetch)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("wanted", [(), [], "", [""], [7], 7], ids=repr)
@pytest.mark.parametrize("field", ["groups", "scopes"])
def test_nothing_wanted_is_no_mistake_that_lets_everybody_in(field: str, wanted: Any) -> None:
    verifier = TokenVerifier(APPS, keys=make_jwks())
    with pytest.raises(InvalidInput) as caught:
        verifier.access(get_pool_signer().sign(make_access_claims()), **{field: wanted})
    assert caught.value.field == field


@pytest.mark.parametrize("token", [None, b"a.b.c", 7])
def test_what_is_no_text_is_a_mistake_of_the_caller(token: Any) -> None:
    with pytest.raises(InvalidInput, match="token: must be a str"):
        TokenVerifier(APPS, keys=make_jwks()).access(token)


VERIFIER = TokenVerifier(APPS, keys=make_jwks())


@settings(deadline=None)
@given(st.text())
def test_no_text_does_anything_but_be_rejected(text: str) -> None:
    with pytest.raises(TokenRejected):
        VERIFIER.access(text)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
LISTS = st.lists(SCALARS)
JSON = SCALARS | LISTS | st.dictionaries(st.text(), SCALARS | LISTS)
NAMES = st.sampled_from([*make_access_claims(), "nbf", "aud", "cognito:username"])


@settings(deadline=None)
@given(st.dictionaries(NAMES, JSON))
def test_no_signed_claims_do_anything_but_be_rejected_or_accepted(changes: dict[str, Any]) -> None:
    token = get_pool_signer().sign({**make_access_claims(), **changes})
    try:
        claims = VERIFIER.access(token)
    except TokenRejected:
        return
    assert claims.issuer == ISSUER
    assert claims.client_id in (CLIENT, SECOND_CLIENT)
    assert datetime.now(UTC) < claims.expires_at + timedelta(seconds=11)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jku", "x"]), JSON), st.booleans())
def test_no_header_of_an_attacker_is_accepted(header: dict[str, Any], as_pool: bool) -> None:
    parameters = {"alg": "RS256", "kid": "pool-key" if as_pool else "attacker-key", **header}
    token = get_attacker().sign_text(json.dumps(parameters), json.dumps(make_access_claims()))
    with pytest.raises(TokenRejected):
        VERIFIER.access(token)


@settings(deadline=None)
@given(st.data())
def test_no_changed_character_is_accepted(data: st.DataObject) -> None:
    token = get_pool_signer().sign(make_access_claims())
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != token[place]))
    with pytest.raises(TokenRejected):
        VERIFIER.access(token[:place] + other + token[place + 1 :])


HOSTILE = {
    "many members": "{" + ",".join(f'"{number:x}":[]' for number in range(4500)) + "}",
    "many lists": '{"a":[' + ",".join(["[]"] * 8000) + "]}",
    "deep objects": '{"a":' * 8000,
    "deep lists": '{"a":' + "[" * 8100 + "]" * 8100 + "}",
    "long numbers": '{"a":[' + ",".join(["9" * 4290] * 10) + "]}",
    "a number of 48,000 digits": '{"a":' + "9" * 48_000 + "}",
    "a fraction": '{"a":' + "9" * 30_000 + ".1e5}",
    "an exponent": '{"a":1e' + "9" * 40_000 + "}",
    "escapes": '{"a":"' + "\\u00e9" * 7900 + '"}',
}


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_token_takes_long(payload: str) -> None:
    token, started = get_pool_signer().sign_text(HEADER, HOSTILE[payload]), time.perf_counter()
    assert len(token) < 65_536
    assert reject(VERIFIER, token) in (Rejection.ISSUER, Rejection.MALFORMED)
    assert time.perf_counter() - started < 1


def test_tokens_of_the_emulator_over_http() -> None:
    worlds: list[World] = []

    def make(url: str) -> Emulator:
        emulator = Emulator(issuer=url)
        worlds.append(World(emulator, Clock(), "", "").make_pool())
        return emulator

    with running(make) as url:
        [world] = worlds
        world.make_user("ada")
        tokens, app = world.get_tokens(), AppClient(world.pool_id, world.client_id)
        verifier = TokenVerifier(app, issuer=url)
        assert verifier.access(tokens["AccessToken"]).username == "ada"
        assert verifier.id(tokens["IdToken"]).username == "ada"
        assert reject(verifier, tokens["IdToken"]) is Rejection.TOKEN_USE
        assert asyncio.run(AsyncTokenVerifier(app, issuer=url).access(tokens["AccessToken"])).username == "ada"
        assert (
            reject(TokenVerifier(AppClient(world.pool_id, CLIENT), issuer=url), tokens["AccessToken"])
            is Rejection.CLIENT
        )


def test_a_token_without_a_key_of_the_emulator() -> None:
    world = World(Emulator(), Clock(), "", "").make_pool()
    world.make_user("ada")
    token = world.get_tokens()["AccessToken"]
    verifier = TokenVerifier(AppClient(world.pool_id, world.client_id), keys=world.emulator.jwks(world.pool_id))
    head, _, signature = token.split(".")
    changed = encode(json.dumps({**verifier.access(token).raw, "username": "grace"}).encode())
    assert reject(verifier, f"{head}.{changed}.{signature}") is Rejection.SIGNATURE


def test_the_package_loads_joserfc_with_a_verifier_only() -> None:
    code = "import sys, authflow.tokens as t; t.TokenRejected; assert 'joserfc' not in sys.modules; t.TokenVerifier"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_package_has_no_other_names() -> None:
    import authflow.tokens as package

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing  # type: ignore[attr-defined]  # wrong on purpose
