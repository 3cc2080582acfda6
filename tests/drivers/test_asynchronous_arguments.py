"""What an AsyncAuthenticator and an Authenticator refuse when they are made."""

import asyncio
from typing import Any

import pytest

from authflow import (
    AppClient,
    AsyncAuthenticator,
    AsyncMemoryDeviceStore,
    Authenticator,
    InvalidInput,
    MemoryDeviceStore,
    Password,
)
from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.backends.threads import Threaded
from authflow.core.requests import Request
from authflow.testing import FaultyBackend
from tests.support.drivers import Canned, Slow
from tests.support.replies import tokens
from tests.support.samples import APP
from tests.support.servers import make_request


def test_a_blocking_backend_is_refused() -> None:
    blocking: Any = Canned(tokens())
    with pytest.raises(InvalidInput, match="Threaded") as caught:
        AsyncAuthenticator(APP, blocking)
    assert caught.value.field == "backend"


def test_the_blocking_driver_refuses_an_asyncio_backend() -> None:
    waiting: Any = Slow(tokens())
    with pytest.raises(InvalidInput, match="AsyncAuthenticator") as caught:
        Authenticator(APP, waiting)
    assert caught.value.field == "backend"


def test_the_blocking_driver_refuses_what_returns_a_coroutine() -> None:
    class Wrapped:
        def __init__(self) -> None:
            self._backend = Slow(tokens())

        def call(self, request: Request) -> Any:
            return self._backend.call(request)

    with pytest.raises(InvalidInput, match="AsyncAuthenticator"):
        Authenticator(APP, Wrapped()).begin(Password("ada", "pw"))


def test_arguments_of_the_wrong_kind() -> None:
    backend = Slow()
    backend.region = "us-east-1"  # type: ignore[attr-defined]  # a backend may have one
    with pytest.raises(InvalidInput, match="region"):
        AsyncAuthenticator(APP, backend)
    with pytest.raises(InvalidInput):
        AsyncAuthenticator("app", Slow())  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(InvalidInput):
        AsyncAuthenticator(APP, Slow(), backoff=3)  # type: ignore[arg-type]  # wrong on purpose
    AsyncAuthenticator(AppClient("us-east-1_Ab12Cd34E", APP.client_id), backend)


def test_device_stores_of_the_wrong_kind() -> None:
    blocking: Any = MemoryDeviceStore()
    awaited: Any = AsyncMemoryDeviceStore()
    with pytest.raises(InvalidInput, match="must be an AsyncDeviceStore"):
        AsyncAuthenticator(APP, Slow(), devices=blocking)
    with pytest.raises(InvalidInput, match="must be a blocking DeviceStore"):
        Authenticator(APP, Canned(), devices=awaited)
    nothing: Any = object()
    drivers: list[tuple[Any, Any]] = [(AsyncAuthenticator, Slow()), (Authenticator, Canned())]
    for driver, backend in drivers:
        with pytest.raises(InvalidInput, match="devices: has no method get"):
            driver(APP, backend, devices=nothing)
        with pytest.raises(InvalidInput, match="backend: has no method call"):
            driver(APP, nothing)


def test_a_backend_that_can_not_sign_is_refused_for_the_admin_api() -> None:
    for unsigned in (AsyncHttpBackend(), Threaded(HttpBackend())):
        with pytest.raises(InvalidInput, match="AWS signatures") as caught:
            AsyncAuthenticator(APP, unsigned, admin=True)
        assert caught.value.field == "admin"
        AsyncAuthenticator(APP, unsigned)


async def ask_later(challenge: Any) -> Any:
    return challenge.answer("123456")


def ask_now(challenge: Any) -> Any:
    return challenge.answer("123456")


@pytest.mark.parametrize("ask", [ask_now, None, "ask"])
def test_a_wrong_ask_is_refused_before_cognito_sends_a_code(ask: Any) -> None:
    backend = Slow(tokens())
    with pytest.raises(InvalidInput, match="must be a coroutine function") as caught:
        asyncio.run(AsyncAuthenticator(APP, backend).sign_in(Password("ada", "pw"), ask))
    assert caught.value.field == "ask"
    assert asyncio.run(backend.call(make_request())) == tokens(), "nothing was sent"


@pytest.mark.parametrize("ask", [ask_later, None, "ask"])
def test_a_wrong_ask_is_refused_by_the_blocking_driver(ask: Any) -> None:
    backend = Canned(tokens())
    with pytest.raises(InvalidInput, match="must be a function, not a coroutine function") as caught:
        Authenticator(APP, backend).sign_in(Password("ada", "pw"), ask)
    assert caught.value.field == "ask"
    assert backend.call(make_request()) == tokens(), "nothing was sent"


@pytest.mark.parametrize("wrap", [Threaded, lambda backend: FaultyBackend(backend, [])])
def test_wrappers_refuse_what_they_can_not_call(wrap: Any) -> None:
    with pytest.raises(InvalidInput, match="is an AsyncBackend"):
        wrap(Slow())
    with pytest.raises(InvalidInput, match="has no method call"):
        wrap(None)
