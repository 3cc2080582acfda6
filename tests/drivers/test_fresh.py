"""fresh(): a refresh near the expiry, once for all callers; tokens are given up for few reasons only."""

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authflow import (
    AsyncAuthenticator,
    Authenticator,
    BackendError,
    Backoff,
    InvalidInput,
    Reason,
    Refusal,
    SignInFailed,
    Stamp,
    Throttled,
    Tokens,
    UnexpectedReply,
)
from authflow.core.requests import Request
from authflow.drivers._refresher import GIVES_UP
from tests.support import replies
from tests.support.samples import APP, SECRET_APP

START = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)
NO_RETRIES = Backoff(tries=1)


class Cognito:
    """A backend whose tokens are valid for an hour by its own clock, and whose state the test sets."""

    def __init__(self, drift: float = 0, rotates: bool = False) -> None:
        self.now = START
        self.drift = drift
        self.rotates = rotates
        self.failure: Exception | None = None
        self.received: list[Mapping[str, Any]] = []
        self.pause = 0.0

    def stamp(self) -> Stamp:
        return Stamp(self.now, bytes(64))

    def call(self, request: Request) -> dict[str, Any]:
        self.received.append(request.params())
        time.sleep(self.pause)
        if self.failure is not None:
            raise self.failure
        return self.make_reply(f"refresh-{len(self.received)}" if self.rotates else None)

    def make_reply(self, refresh_token: str | None, id_validity: int = 3600) -> dict[str, Any]:
        issued = int(self.now.timestamp() + self.drift)
        common = {"sub": "ada-sub", "iat": issued}
        access = replies.access_token({**common, "username": "ada", "exp": issued + 3600, "jti": len(self.received)})
        identity = replies.access_token({**common, "cognito:username": "ada", "exp": issued + id_validity})
        result = {"AccessToken": access, "IdToken": identity, "ExpiresIn": 3600, "TokenType": "Bearer"}
        return {"AuthenticationResult": result | ({"RefreshToken": refresh_token} if refresh_token else {})}

    def make_tokens(self, id_validity: int = 3600) -> Tokens:
        """Return the tokens of a sign-in now."""
        result = self.make_reply(None, id_validity)["AuthenticationResult"]
        expires_at = self.now + timedelta(seconds=3600)
        return Tokens(result["AccessToken"], result["IdToken"], "refresh-0", expires_at, "ada", None, "ada@example.com")

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)

    def make_auth(self) -> Authenticator:
        return Authenticator(APP, self, stamp=self.stamp, backoff=NO_RETRIES)


class AsyncCognito(Cognito):
    """The same for an event loop."""

    async def call(self, request: Request) -> dict[str, Any]:  # type: ignore[override]  # a coroutine
        await asyncio.sleep(self.pause)
        pause, self.pause = self.pause, 0
        try:
            return super().call(request)
        finally:
            self.pause = pause

    def make_async_auth(self) -> AsyncAuthenticator:
        return AsyncAuthenticator(APP, self, stamp=self.stamp, backoff=NO_RETRIES)


@pytest.fixture
def cognito() -> Cognito:
    return Cognito()


def test_tokens_are_refreshed_a_minute_before_they_expire(cognito: Cognito) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    cognito.pass_time(minutes=58, seconds=59)
    assert auth.fresh(tokens) is tokens
    cognito.pass_time(seconds=1)
    fresh = auth.fresh(tokens)
    assert fresh.expires_at == cognito.now + timedelta(hours=1)
    assert (fresh.refresh_token, fresh.username, fresh.entered_username) == ("refresh-0", "ada", "ada@example.com")
    assert [params["RefreshToken"] for params in cognito.received] == ["refresh-0"]


def test_the_margin(cognito: Cognito) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    assert auth.fresh(tokens, margin=timedelta(minutes=59)) is tokens
    assert auth.fresh(tokens, margin=timedelta(hours=1)) is not tokens
    cognito.pass_time(minutes=59, seconds=59)
    assert auth.fresh(tokens, margin=timedelta(0)) is tokens


@pytest.mark.parametrize("margin", [timedelta(seconds=-1), timedelta(days=1, seconds=1), 60, None])
def test_an_impossible_margin(cognito: Cognito, margin: Any) -> None:
    with pytest.raises(InvalidInput, match="margin: "):
        cognito.make_auth().fresh(cognito.make_tokens(), margin=margin)


def test_the_id_token_counts_as_well(cognito: Cognito) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens(id_validity=300)
    cognito.pass_time(minutes=3, seconds=59)
    assert auth.fresh(tokens) is tokens
    cognito.pass_time(seconds=1)
    assert auth.fresh(tokens) is not tokens


@pytest.mark.parametrize("drift", [-7200, -1, 1, 7200])
def test_a_clock_that_differs_from_cognitos_changes_nothing(drift: int) -> None:
    cognito = Cognito(drift)
    auth, tokens = cognito.make_auth(), cognito.make_tokens(id_validity=300)
    assert tokens.drift == timedelta(seconds=drift)
    cognito.pass_time(minutes=3, seconds=58)
    assert auth.fresh(tokens) is tokens
    cognito.pass_time(seconds=2)
    assert auth.fresh(tokens).drift == timedelta(seconds=drift)


def test_a_rotated_refresh_token_replaces_the_old_one() -> None:
    cognito = Cognito(rotates=True)
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    for number in range(5):
        cognito.pass_time(hours=1)
        tokens = auth.fresh(tokens)
        assert tokens.refresh_token == f"refresh-{number + 1}"
    assert [params["RefreshToken"] for params in cognito.received] == [f"refresh-{number}" for number in range(5)]


def test_the_old_tokens_lead_to_the_new_ones_for_a_minute() -> None:
    cognito = Cognito(rotates=True)
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    cognito.pass_time(hours=1)
    fresh = auth.fresh(tokens)
    cognito.pass_time(seconds=60)
    assert auth.fresh(tokens) is fresh
    assert len(cognito.received) == 1
    cognito.pass_time(seconds=1)
    assert auth.fresh(tokens) is not fresh


def test_only_recent_tokens_are_remembered(cognito: Cognito) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    cognito.pass_time(hours=1)
    people = [replace(tokens, refresh_token=f"person-{number}") for number in range(1001)]
    for each in people:
        auth.fresh(each)
    recent = auth._refresher._recent()
    assert len(recent._by_key) == 1000
    cognito.pass_time(minutes=2)
    auth.fresh(people[0])
    assert len(recent._by_key) == 1


REFUSALS = {
    Reason.SESSION_EXPIRED: ("NotAuthorizedException", "Refresh Token has been revoked"),
    Reason.WRONG_CREDENTIALS: ("UserNotFoundException", "User does not exist."),
    Reason.DISABLED: ("NotAuthorizedException", "User is disabled."),
    Reason.NOT_CONFIRMED: ("UserNotConfirmedException", "User is not confirmed."),
    Reason.PASSWORD_RESET_REQUIRED: ("PasswordResetRequiredException", "Password reset required for the user"),
    Reason.INVITATION_EXPIRED: ("NotAuthorizedException", "Temporary password has expired"),
    Reason.LOCKED: ("NotAuthorizedException", "Password attempts exceeded"),
    Reason.BLOCKED: ("NotAuthorizedException", "Request not allowed due to security reasons."),
    Reason.FLOW_NOT_ENABLED: ("InvalidParameterException", "Auth flow not enabled for this client"),
    Reason.SECRET_HASH: ("NotAuthorizedException", "Unable to verify secret hash for client 3n4b"),
    Reason.USERNAME_EXISTS: ("UsernameExistsException", "User already exists"),
    Reason.ALIAS_EXISTS: ("AliasExistsException", "An account with the email already exists."),
    Reason.PASSWORD_REFUSED: ("InvalidPasswordException", "Password did not conform with policy"),
    Reason.LIMIT_EXCEEDED: ("LimitExceededException", "Attempt limit exceeded, please try after some time."),
    Reason.CODE_NOT_SENT: ("CodeDeliveryFailureException", "no"),
    Reason.NO_RECOVERY: ("InvalidParameterException", "Cannot reset password for the user"),
    Reason.NOT_RESETTABLE: ("NotAuthorizedException", "User password cannot be reset in the current state."),
    Reason.SIGN_UP_CLOSED: ("NotAuthorizedException", "SignUp is not permitted for this user pool"),
    Reason.ALREADY_CONFIRMED: ("InvalidParameterException", "User is already confirmed."),
    Reason.OTHER: ("ResourceNotFoundException", "User pool client 3n4b does not exist."),
}
MORE_LOST = [
    ("NotAuthorizedException", "Invalid Refresh Token"),
    ("NotAuthorizedException", "Refresh Token has expired"),
    ("NotAuthorizedException", "The user has been deleted for the associated refresh token"),
    ("RefreshTokenReuseException", "Refresh token reuse detected"),
]
MORE_KEPT = [
    ("NotAuthorizedException", "Refresh Token has different Client"),
    ("NotAuthorizedException", "SecretHash does not match for the client: 3n4b"),
    ("UserLambdaValidationException", "PreTokenGeneration failed with error no."),
    ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    ("LimitExceededException", "Exceeded limit"),
    ("ForbiddenException", "Request blocked by WAF"),
]
LOST = [*(REFUSALS[reason] for reason in sorted(GIVES_UP)), *MORE_LOST]
KEPT = [*(given for reason, given in REFUSALS.items() if reason not in GIVES_UP), *MORE_KEPT]
TRANSPORT = [BackendError("HTTP 503"), Throttled("HTTP 429"), UnexpectedReply("reply", "is empty")]


def test_the_reasons_are_those_that_no_later_refresh_can_change() -> None:
    assert {*REFUSALS} | {Reason.DEVICE_REJECTED, Reason.CANCELLED} == {*Reason}
    assert len(GIVES_UP) == 5


@pytest.mark.parametrize(("code", "message"), LOST)
@pytest.mark.parametrize("minutes", [59, 60])
def test_the_sign_in_has_ended(cognito: Cognito, code: str, message: str, minutes: int) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    cognito.pass_time(minutes=minutes)
    cognito.failure = Refusal(code, message)
    with pytest.raises(SignInFailed) as caught:
        auth.fresh(tokens)
    assert caught.value.code == code
    assert caught.value.reason in GIVES_UP


FAILURES = [*(Refusal(code, message) for code, message in KEPT), *TRANSPORT]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_the_tokens_are_kept(cognito: Cognito, failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    auth, tokens = cognito.make_auth(), cognito.make_tokens()
    cognito.failure = failure
    cognito.pass_time(minutes=59, seconds=59)
    with caplog.at_level(logging.WARNING):
        assert auth.fresh(tokens) is tokens
    assert "can't be refreshed" in caplog.text
    cognito.pass_time(seconds=1)
    with pytest.raises(type(failure)) as caught:
        auth.fresh(tokens)
    assert str(caught.value) == str(failure)
    cognito.failure = None
    assert auth.fresh(tokens).expires_at > cognito.now


def test_a_forgotten_holder_does_not_end_the_sign_in(cognito: Cognito, caplog: pytest.LogCaptureFixture) -> None:
    auth, expiry = cognito.make_auth(), int(START.timestamp()) + 3600
    token = replies.access_token({"device_key": "eu-west-1_d", "exp": expiry, "username": "ada"})
    tokens = replace(cognito.make_tokens(), access_token=token)
    cognito.pass_time(hours=1)
    cognito.failure = Refusal("NotAuthorizedException", "Invalid Refresh Token.")
    with pytest.raises(Refusal):
        auth.fresh(tokens)
    assert "pass holder=" in caplog.text
    with pytest.raises(SignInFailed):
        auth.fresh(tokens, holder="browser-1")
    cognito.failure = Refusal("NotAuthorizedException", "User is disabled.")
    with pytest.raises(SignInFailed):
        auth.fresh(tokens)


def test_tokens_of_another_user_are_refused(cognito: Cognito) -> None:
    auth, tokens = cognito.make_auth(), replace(cognito.make_tokens(), username="grace")
    cognito.pass_time(hours=1)
    with pytest.raises(UnexpectedReply):
        auth.fresh(tokens)


def test_a_client_with_a_secret(cognito: Cognito) -> None:
    auth, tokens = Authenticator(SECRET_APP, cognito, stamp=cognito.stamp), cognito.make_tokens()
    cognito.pass_time(hours=1)
    auth.fresh(tokens)
    assert SECRET_APP.client_secret is not None
    assert cognito.received[0]["ClientSecret"] == SECRET_APP.client_secret.reveal()


def test_a_hundred_threads_refresh_once() -> None:
    cognito = Cognito(rotates=True)
    auth, tokens, start = cognito.make_auth(), cognito.make_tokens(), threading.Barrier(100)
    cognito.pass_time(hours=1)
    cognito.pause = 0.1

    def refresh() -> Tokens:
        start.wait()
        return auth.fresh(tokens)

    with ThreadPoolExecutor(100) as threads:
        found = [call.result() for call in [threads.submit(refresh) for _ in range(100)]]
    assert {each.refresh_token for each in found} == {"refresh-1"}
    assert len(cognito.received) == 1


def test_each_thread_gets_an_error_of_its_own(cognito: Cognito) -> None:
    auth, tokens, start = cognito.make_auth(), cognito.make_tokens(), threading.Barrier(10)
    cognito.pass_time(hours=1)
    cognito.pause, cognito.failure = 0.1, BackendError("HTTP 503")

    def refresh() -> BackendError:
        start.wait()
        with pytest.raises(BackendError) as caught:
            auth.fresh(tokens)
        return caught.value

    with ThreadPoolExecutor(10) as threads:
        errors = [call.result() for call in [threads.submit(refresh) for _ in range(10)]]
    assert len({id(error) for error in errors}) == 10
    assert len(cognito.received) == 1


def test_different_people_do_not_wait_for_each_other(cognito: Cognito) -> None:
    auth, tokens, both = cognito.make_auth(), cognito.make_tokens(), threading.Barrier(2)
    cognito.pass_time(hours=1)
    call = cognito.call
    cognito.call = lambda request: (both.wait(30), call(request))[1]  # type: ignore[method-assign]  # waits for the other
    people = [replace(tokens, refresh_token=name) for name in ("one", "other")]
    with ThreadPoolExecutor(2) as threads:
        assert len(list(threads.map(auth.fresh, people))) == 2


def test_a_thousand_tasks_refresh_once() -> None:
    cognito = AsyncCognito(rotates=True)
    tokens = cognito.make_tokens()
    cognito.pass_time(hours=1)
    cognito.pause = 0.02

    async def run() -> list[Tokens]:
        async with cognito.make_async_auth() as auth:
            return await asyncio.gather(*(auth.fresh(tokens) for _ in range(1000)))

    assert {each.refresh_token for each in asyncio.run(run())} == {"refresh-1"}
    assert len(cognito.received) == 1


def test_a_cancelled_caller_loses_no_rotated_token() -> None:
    cognito = AsyncCognito(rotates=True)
    tokens = cognito.make_tokens()
    cognito.pass_time(hours=1)
    cognito.pause = 0.05

    async def run() -> Tokens:
        async with cognito.make_async_auth() as auth:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(auth.fresh(tokens), 0.01)
            return await auth.fresh(tokens)

    assert asyncio.run(run()).refresh_token == "refresh-1"
    assert len(cognito.received) == 1


def test_a_closed_authenticator_refreshes_nothing() -> None:
    cognito = AsyncCognito()
    tokens = cognito.make_tokens()

    async def run() -> None:
        async with cognito.make_async_auth() as auth:
            pass
        with pytest.raises(InvalidInput, match="is closed"):
            await auth.fresh(tokens)

    asyncio.run(run())


@pytest.mark.parametrize("tokens", [None, "token"])
def test_what_are_no_tokens(cognito: Cognito, tokens: Any) -> None:
    with pytest.raises(InvalidInput, match="tokens: "):
        cognito.make_auth().fresh(tokens)
