"""Keys are fetched when they are needed, once under concurrency, rarely for unknown ones, and survive outages."""

import asyncio
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authflow import BackendError, InvalidInput
from authflow.tokens import AsyncTokenVerifier, Rejection, TokenRejected, TokenVerifier
from tests.support.tokens import APPS, ISSUER, get_attacker, get_pool_signer, make_access_claims, make_jwks, make_signer

Json = dict[str, Any]


class Issuer:
    """The keys of an issuer, whose clock and state the test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.jwks: Any = make_jwks()
        self.failure: Exception | None = None
        self.fetches: list[str] = []
        self.verifier = TokenVerifier(APPS, keys=self.fetch, clock=lambda: self.now)

    def fetch(self, issuer: str) -> Json:
        self.fetches.append(issuer)
        if self.failure is not None:
            raise self.failure
        keys: Json = self.jwks
        return keys

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def verify(self, kid: str = "pool-key") -> str | None:
        claims = make_access_claims(exp=int(self.now.timestamp()) + 60)
        return self.verifier.access(make_signer(kid).sign(claims)).username

    def reject(self, kid: str) -> Rejection:
        with pytest.raises(TokenRejected) as caught:
            self.verify(kid)
        return caught.value.reason


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_keys_are_fetched_once(issuer: Issuer) -> None:
    for _ in range(3):
        assert issuer.verify() == "ada"
    assert issuer.fetches == [ISSUER]


def test_a_rejected_text_fetches_nothing(issuer: Issuer) -> None:
    for token in ("x", "a.b.c", get_attacker().sign(make_access_claims(iss="https://attacker.example"))):
        with pytest.raises(TokenRejected):
            issuer.verifier.access(token)
    assert issuer.fetches == []


def test_an_unknown_kid_fetches_at_most_every_10_seconds(issuer: Issuer) -> None:
    issuer.verify()
    for _ in range(100):
        assert issuer.reject("attacker-key") is Rejection.UNKNOWN_KEY
        issuer.pass_time(seconds=0.0999)
    assert len(issuer.fetches) == 1
    issuer.pass_time(seconds=0.1)
    for _ in range(3):
        assert issuer.reject("attacker-key") is Rejection.UNKNOWN_KEY
    assert len(issuer.fetches) == 2


def test_rotation(issuer: Issuer) -> None:
    issuer.verify()
    issuer.jwks = make_jwks(get_pool_signer(), make_signer("next-key"))
    issuer.pass_time(seconds=10)
    assert issuer.verify("next-key") == issuer.verify("pool-key") == "ada"
    assert len(issuer.fetches) == 2


def test_a_removed_key_is_not_trusted_for_longer_than_an_hour(issuer: Issuer) -> None:
    issuer.verify()
    issuer.jwks = make_jwks(make_signer("next-key"))
    issuer.pass_time(minutes=59)
    assert issuer.verify() == "ada"
    issuer.pass_time(minutes=1)
    assert issuer.reject("pool-key") is Rejection.UNKNOWN_KEY


FAILURES = [BackendError("HTTP 503"), OSError("gone"), ValueError("a bug")]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_without_any_keys_nothing_is_known_of_a_token(issuer: Issuer, failure: Exception) -> None:
    issuer.failure = failure
    for kid in ("pool-key", "attacker-key"):
        with pytest.raises(BackendError, match="no keys of https"):
            issuer.verify(kid)
    issuer.failure = None
    assert issuer.verify() == "ada"


def test_the_text_of_a_functions_error_is_shown_nowhere(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    issuer.failure = ValueError("token-of-the-vault")
    with caplog.at_level(logging.DEBUG), pytest.raises(BackendError) as caught:
        issuer.verify()
    assert "ValueError" in str(caught.value)
    assert "ValueError" in caplog.text
    assert "vault" not in str(caught.value) + caplog.text


@pytest.mark.parametrize(
    "jwks",
    [
        "keys",
        [],
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": [7, {}]},
        {"keys": [{**get_pool_signer().jwk(), "n": 7}]},
        {"keys": [{**get_pool_signer().jwk(), "n": "é"}]},
        {"keys": [{**get_pool_signer().jwk(), "e": "AA"}]},
        {"keys": [{**get_pool_signer().jwk(), "e": "_" * 400}]},
        {"keys": [{**get_pool_signer().jwk(), "use": "enc"}]},
        {"keys": [{**get_pool_signer().jwk(), "alg": "RS512"}]},
        {"keys": [{**get_pool_signer().jwk(), "kty": "EC"}]},
        {"keys": [make_signer("short", 1024).jwk()]},
        {"keys": [get_pool_signer().jwk(), get_pool_signer().jwk()]},
        {"keys": [get_pool_signer().jwk()] * 101},
    ],
)
def test_what_is_no_key_set_is_an_outage(issuer: Issuer, jwks: object) -> None:
    issuer.jwks = jwks
    with pytest.raises(BackendError, match="no keys of https"):
        issuer.verify()
    with pytest.raises(InvalidInput, match=r"^keys: "):
        TokenVerifier(APPS, keys=jwks)  # type: ignore[arg-type]  # wrong on purpose


def test_keys_of_other_kinds_do_not_disturb(issuer: Issuer) -> None:
    strange = [{"kty": "OKP", "kid": "x"}, {"kty": "RSA"}, {**make_signer("enc").jwk(), "use": "enc"}, 7]
    issuer.jwks = {"keys": [*strange, get_pool_signer().jwk()], "more": 1}
    assert issuer.verify() == "ada"


def test_in_an_outage_the_known_keys_serve_for_a_day(issuer: Issuer) -> None:
    issuer.verify()
    issuer.failure = BackendError("HTTP 503")
    for _ in range(23):
        issuer.pass_time(hours=1)
        assert issuer.verify() == "ada"
    issuer.pass_time(minutes=59)
    assert issuer.verify() == "ada"
    issuer.pass_time(minutes=1)
    with pytest.raises(BackendError, match="HTTP 503"):
        issuer.verify()
    issuer.failure = None
    assert issuer.verify() == "ada"


def test_in_an_outage_an_unknown_kid_is_neither_known_nor_rejected(issuer: Issuer) -> None:
    issuer.verify()
    issuer.failure = BackendError("HTTP 503")
    assert issuer.reject("next-key") is Rejection.UNKNOWN_KEY
    issuer.pass_time(seconds=10)
    for _ in range(5):
        with pytest.raises(BackendError, match="can't be renewed: HTTP 503"):
            issuer.verify("next-key")
    assert len(issuer.fetches) == 2
    assert issuer.verify() == "ada"


def test_in_an_outage_old_keys_are_renewed_at_most_every_10_seconds(issuer: Issuer) -> None:
    issuer.verify()
    issuer.failure = BackendError("HTTP 503")
    issuer.pass_time(hours=1)
    for _ in range(100):
        issuer.verify()
    assert len(issuer.fetches) == 2


def test_a_clock_that_is_moved_back_fetches_again(issuer: Issuer) -> None:
    issuer.verify()
    issuer.pass_time(days=-1)
    assert issuer.verify() == "ada"
    assert len(issuer.fetches) == 2


def test_a_thousand_threads_make_one_fetch() -> None:
    fetches, token = [], get_pool_signer().sign(make_access_claims())

    def fetch(issuer: str) -> Json:
        fetches.append(issuer)
        time.sleep(0.2)
        return make_jwks()

    verifier, start = TokenVerifier(APPS, keys=fetch), threading.Barrier(1000)

    def verify() -> str | None:
        start.wait()
        return verifier.access(token).username

    with ThreadPoolExecutor(1000) as threads:
        assert {call.result() for call in [threads.submit(verify) for _ in range(1000)]} == {"ada"}
    assert fetches == [ISSUER]


def test_a_thousand_tasks_make_one_fetch() -> None:
    fetches, token = [], get_pool_signer().sign(make_access_claims())

    async def fetch(issuer: str) -> Json:
        fetches.append(issuer)
        await asyncio.sleep(0.05)
        return make_jwks()

    async def run() -> set[str | None]:
        verifier = AsyncTokenVerifier(APPS, keys=fetch)
        return {claims.username for claims in await asyncio.gather(*(verifier.access(token) for _ in range(1000)))}

    assert asyncio.run(run()) == {"ada"}
    assert fetches == [ISSUER]


def test_a_cancelled_call_does_not_cancel_the_fetch_of_others() -> None:
    token = get_pool_signer().sign(make_access_claims())

    async def fetch(_: str) -> Json:
        await asyncio.sleep(0.05)
        return make_jwks()

    async def run() -> str | None:
        verifier = AsyncTokenVerifier(APPS, keys=fetch)
        first, second = (asyncio.create_task(verifier.access(token)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        return (await second).username

    assert asyncio.run(run()) == "ada"


def test_one_verifier_serves_several_event_loops() -> None:
    verifier = AsyncTokenVerifier(APPS, keys=lambda _: make_jwks())
    tokens = [get_pool_signer().sign(make_access_claims()) for _ in range(3)]
    assert {asyncio.run(verifier.access(token)).username for token in tokens} == {"ada"}


def test_known_keys_serve_while_they_are_renewed() -> None:
    now, token = datetime.now(UTC), get_pool_signer().sign(make_access_claims(exp=int(time.time()) + 10_000))
    has_begun, may_end = threading.Event(), threading.Event()
    fetches: list[str] = []

    def fetch(issuer: str) -> Json:
        fetches.append(issuer)
        if len(fetches) == 2:
            has_begun.set()
            may_end.wait(30)
        return make_jwks()

    verifier = TokenVerifier(APPS, keys=fetch, clock=lambda: now)
    verifier.access(token)
    now += timedelta(hours=1)
    with ThreadPoolExecutor(1) as threads:
        renewing = threads.submit(verifier.access, token)
        assert has_begun.wait(30)
        assert verifier.access(token).username == "ada"
        may_end.set()
        assert renewing.result().username == "ada"


def test_known_keys_serve_tasks_while_they_are_renewed() -> None:
    now, token = datetime.now(UTC), get_pool_signer().sign(make_access_claims(exp=int(time.time()) + 10_000))
    fetches: list[str] = []

    async def run() -> None:
        nonlocal now
        may_end = asyncio.Event()

        async def fetch(issuer: str) -> Json:
            fetches.append(issuer)
            if len(fetches) == 2:
                await may_end.wait()
            return make_jwks()

        verifier = AsyncTokenVerifier(APPS, keys=fetch, clock=lambda: now)
        await verifier.access(token)
        now += timedelta(hours=1)
        renewing = asyncio.create_task(verifier.access(token))
        await asyncio.sleep(0.01)
        assert (await verifier.access(token)).username == "ada"
        assert not renewing.done()
        may_end.set()
        assert (await renewing).username == "ada"

    asyncio.run(run())
    assert len(fetches) == 2


def test_an_outage_under_all_tasks_at_once() -> None:
    fetches: list[str] = []

    async def fetch(issuer: str) -> Json:
        fetches.append(issuer)
        await asyncio.sleep(0.01)
        raise BackendError("HTTP 503")

    async def run() -> list[Any]:
        verifier, token = AsyncTokenVerifier(APPS, keys=fetch), get_pool_signer().sign(make_access_claims())
        return await asyncio.gather(*(verifier.access(token) for _ in range(100)), return_exceptions=True)

    errors = asyncio.run(run())
    assert {type(error) for error in errors} == {BackendError}
    assert len({id(error) for error in errors}) == 100
    assert len(fetches) == 1


def test_if_a_function_is_interrupted_another_thread_takes_over() -> None:
    token, has_begun, may_end = get_pool_signer().sign(make_access_claims()), threading.Event(), threading.Event()

    def interrupt() -> Json:
        has_begun.set()
        may_end.wait(30)
        raise KeyboardInterrupt

    answers = [interrupt, make_jwks]
    verifier = TokenVerifier(APPS, keys=lambda _: answers.pop(0)())
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(verifier.access, token)
        assert has_begun.wait(30)
        second = threads.submit(verifier.access, token)
        may_end.set()
        with pytest.raises(KeyboardInterrupt):
            first.result()
        assert second.result().username == "ada"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_process_does_not_wait_for_a_fetch_of_its_parent() -> None:
    token, has_begun, may_end = get_pool_signer().sign(make_access_claims()), threading.Event(), threading.Event()
    parent = os.getpid()

    def fetch(_: str) -> Json:
        if os.getpid() == parent:
            has_begun.set()
            may_end.wait(30)
        return make_jwks()

    verifier = TokenVerifier(APPS, keys=fetch)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(verifier.access, token)
        assert has_begun.wait(30)
        child = os.fork()
        if not child:
            os._exit(0 if verifier.access(token).username == "ada" else 1)
        _, status = os.waitpid(child, 0)
        may_end.set()
        assert call.result().username == "ada"
    assert os.waitstatus_to_exitcode(status) == 0
