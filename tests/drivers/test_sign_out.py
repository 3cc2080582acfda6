"""Sign-out of one sign-in, and of all sign-ins of a person, with both drivers, against the emulator."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Backoff,
    InvalidInput,
    Password,
    Reason,
    Refresh,
    Refusal,
    SignInFailed,
    Stamp,
    Throttled,
    Tokens,
)
from authflow.emulator import Emulator, ServiceError
from tests.support.drivers import AUTHENTICATORS
from tests.support.samples import stamp

PASSWORD = "Correct-Horse-9"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


class World:
    """A pool with the user ada, a clock, and Authenticators."""

    def __init__(self, driver: type[Authenticator]) -> None:
        self.now = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)
        self.emulator = Emulator(lambda: self.now)
        self.cognito: Any = self.emulator.boto3_client()
        self.pool = self.cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
        self.cognito.admin_create_user(UserPoolId=self.pool, Username="ada")
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username="ada", Password=PASSWORD, Permanent=True)
        self._driver = driver

    def make_auth(self, backend: Any = None, **options: Any) -> Authenticator:
        made = self.cognito.create_user_pool_client(
            UserPoolId=self.pool, ClientName="web", GenerateSecret=True, ExplicitAuthFlows=FLOWS
        )["UserPoolClient"]
        app = AppClient(self.pool, made["ClientId"], made["ClientSecret"])
        return self._driver(
            app,
            backend or self.emulator.backend(),
            stamp=lambda: Stamp(self.now, stamp().entropy),
            backoff=Backoff(first=0),
            **options,
        )

    def is_valid(self, auth: Authenticator, tokens: Tokens) -> bool:
        """Return whether both tokens still work."""
        refreshed = auth.begin(Refresh(tokens.refresh_token, tokens.username)).failure is None
        try:
            self.emulator.call("GetUser", {"AccessToken": tokens.access_token})
        except ServiceError:
            assert not refreshed
            return False
        assert refreshed
        return True


@pytest.fixture(params=AUTHENTICATORS)
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def sign_in(auth: Authenticator) -> Tokens:
    return auth.begin(Password("ada", PASSWORD)).tokens


def test_one_sign_in_ends(world: World) -> None:
    auth = world.make_auth()
    first, second = sign_in(auth), sign_in(auth)
    auth.sign_out(first)
    assert (world.is_valid(auth, first), world.is_valid(auth, second)) == (False, True)
    auth.sign_out(first)  # again: nothing happens
    with pytest.raises(SignInFailed):
        auth.fresh(first, margin=timedelta(hours=2))


@pytest.mark.parametrize("admin", [False, True])
def test_all_sign_ins_end(world: World, *, admin: bool) -> None:
    auth, other = world.make_auth(admin=admin), world.make_auth()
    tokens = [(auth, sign_in(auth)), (auth, sign_in(auth)), (other, sign_in(other))]
    auth.sign_out_everywhere(tokens[0][1])
    assert not any(world.is_valid(*each) for each in tokens)
    assert world.is_valid(auth, sign_in(auth))


def test_an_expired_access_token_is_refreshed_first(world: World) -> None:
    auth = world.make_auth()
    first, second = sign_in(auth), sign_in(auth)
    world.now += timedelta(hours=2)
    auth.sign_out_everywhere(first)
    assert not world.is_valid(auth, second)


def test_who_is_signed_out_already(world: World) -> None:
    auth = world.make_auth()
    tokens = sign_in(auth)
    auth.sign_out_everywhere(tokens)
    with pytest.raises(Refusal) as caught:
        auth.sign_out_everywhere(tokens)
    assert caught.value.reason is Reason.SESSION_EXPIRED
    world.now += timedelta(hours=2)
    with pytest.raises(SignInFailed):
        auth.sign_out_everywhere(tokens)


def test_an_app_client_without_revocation(world: World) -> None:
    auth = world.make_auth()
    [client] = world.cognito.list_user_pool_clients(UserPoolId=world.pool)["UserPoolClients"]
    world.cognito.update_user_pool_client(
        UserPoolId=world.pool, ClientId=client["ClientId"], ExplicitAuthFlows=FLOWS, EnableTokenRevocation=False
    )
    with pytest.raises(Refusal) as caught:
        auth.sign_out(sign_in(auth))
    assert caught.value.code == "UnsupportedOperationException"


class Failing:
    """A backend that fails so many times before it calls another one."""

    def __init__(self, backend: Any, *errors: Exception) -> None:
        self._backend, self._errors = backend, list(errors)
        self.region = None

    def call(self, request: Any) -> Any:
        if request.operation in {"RevokeToken", "GlobalSignOut"} and self._errors:
            raise self._errors.pop(0)
        return self._backend.call(request)


WAYS: list[Callable[[Authenticator, Tokens], None]] = [
    lambda auth, tokens: auth.sign_out(tokens),
    lambda auth, tokens: auth.sign_out_everywhere(tokens),
]


@pytest.mark.parametrize("end", WAYS)
def test_a_throttled_request_is_sent_again(world: World, end: Callable[[Authenticator, Tokens], None]) -> None:
    auth = world.make_auth(Failing(world.emulator.backend(), Throttled("429"), Throttled("429")))
    tokens = sign_in(auth)
    end(auth, tokens)
    assert not world.is_valid(auth, tokens)


@pytest.mark.parametrize("end", WAYS)
def test_a_lost_request(world: World, end: Callable[[Authenticator, Tokens], None]) -> None:
    auth = world.make_auth(Failing(world.emulator.backend(), BackendError("lost")))
    tokens = sign_in(auth)
    with pytest.raises(BackendError, match="lost"):
        end(auth, tokens)
    end(auth, tokens)
    assert not world.is_valid(auth, tokens)


@pytest.mark.parametrize("end", WAYS)
def test_what_is_no_tokens(world: World, end: Callable[[Any, Any], None]) -> None:
    with pytest.raises(InvalidInput) as caught:
        end(world.make_auth(), "token")
    assert caught.value.field == "tokens"
