"""Each token gets its verdict, from the blocking and the asynchronous verifier."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from authflow.tokens import AccessClaims, AsyncTokenVerifier, IdClaims, TokenRejected, TokenVerifier
from tests.support.token_cases import CASES, LEEWAY, Case
from tests.support.tokens import APPS, make_jwks


def verify(case: Case, token: str) -> AccessClaims | IdClaims:
    verifier = TokenVerifier(APPS, keys=make_jwks(), leeway=timedelta(seconds=LEEWAY))
    if case.kind == "id":
        return verifier.id(token)
    return verifier.access(token, groups=case.groups, scopes=case.scopes)


def verify_on_loop(case: Case, token: str) -> AccessClaims | IdClaims:
    async def run() -> AccessClaims | IdClaims:
        verifier = AsyncTokenVerifier(APPS, keys=make_jwks(), leeway=timedelta(seconds=LEEWAY))
        if case.kind == "id":
            return await verifier.id(token)
        return await verifier.access(token, groups=case.groups, scopes=case.scopes)

    return asyncio.run(run())


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("run", [verify, verify_on_loop], ids=["threads", "event loop"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Case, run: Callable[[Case, str], AccessClaims | IdClaims]) -> None:
    token = case.make()
    if case.reason is None:
        assert run(case, token).sub == "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
        return
    with pytest.raises(TokenRejected) as caught:
        run(case, token)
    assert caught.value.reason is case.reason
    assert caught.value.status == (403 if case.reason in ("groups", "scopes") else 401)
    word = "insufficient_scope" if caught.value.status == 403 else "invalid_token"
    assert caught.value.challenge == f'Bearer error="{word}"'
    assert not any(part in str(caught.value) for part in token.split(".") if len(part) > 8)
