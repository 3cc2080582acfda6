"""Both authenticators with the interface of the blocking one, so that a test can run with each."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar, overload
from unittest.mock import patch

from authflow import Answer, AsyncAuthenticator, Authenticator, Context, Device, DeviceStore, Flow, Tokens
from authflow.backends.base import Backend
from authflow.challenges import Challenge
from authflow.core.flow import BaseFlow, Opens
from authflow.core.modexp import modexp
from authflow.core.openings import Opening
from authflow.core.requests import Request
from authflow.machines.remember_device import DeviceFlow

F = TypeVar("F", bound=BaseFlow[Any, Any])
T = TypeVar("T")


class AsyncBackendAdapter:
    """A blocking backend as an async one. It yields to the event loop before and after each call."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.region = getattr(backend, "region", None)
        self.signs = getattr(backend, "signs", True)

    async def call(self, request: Request) -> Mapping[str, Any]:
        await asyncio.sleep(0)
        try:
            return self._backend.call(request)
        finally:
            await asyncio.sleep(0)


class AsyncDeviceStoreAdapter:
    """A blocking device store as an async one."""

    def __init__(self, store: DeviceStore) -> None:
        self._store = store

    async def get(self, holder: str, username: str) -> Device | None:
        await asyncio.sleep(0)
        return self._store.get(holder, username)

    async def put(self, holder: str, username: str, device: Device, *, entered_username: str | None = None) -> None:
        await asyncio.sleep(0)
        self._store.put(holder, username, device, entered_username=entered_username)

    async def drop(self, holder: str, username: str) -> None:
        await asyncio.sleep(0)
        self._store.drop(holder, username)


class Canned:
    """A blocking backend."""

    def __init__(self, *says: Mapping[str, Any]) -> None:
        self._says = list(says)

    def call(self, request: Request) -> Mapping[str, Any]:
        del request
        return self._says.pop(0)


class Slow:
    """An asyncio backend that replies after some iterations of the event loop."""

    def __init__(self, *says: Mapping[str, Any] | Exception, turns: int = 3) -> None:
        self._says = list(says)
        self._turns = turns
        self.under_way = 0

    async def call(self, request: Request) -> Mapping[str, Any]:
        del request
        self.under_way += 1
        try:
            for _ in range(self._turns):
                await asyncio.sleep(0)
            said = self._says.pop(0)
        finally:
            self.under_way -= 1
        if isinstance(said, Exception):
            raise said
        return said


class AuthenticatorOnALoop(Authenticator):
    """An AsyncAuthenticator that runs each call on a new event loop."""

    def __init__(self, app: Any, backend: Backend, *, devices: DeviceStore | None = None, **options: Any) -> None:
        store = None if devices is None else AsyncDeviceStoreAdapter(devices)
        self._auth = AsyncAuthenticator(app, AsyncBackendAdapter(backend), devices=store, **options)

    @overload
    def begin(self, opening: Opening, *, context: Context | None = None, holder: str | None = None) -> Flow: ...
    @overload
    def begin(self, opening: Opens[F], *, context: Context | None = None) -> F: ...
    def begin(
        self, opening: Opening | Opens[F], *, context: Context | None = None, holder: str | None = None
    ) -> Flow | F:
        if isinstance(opening, Opens):
            assert holder is None
            return run(self._auth.begin(opening, context=context))
        return run(self._auth.begin(opening, context=context, holder=holder))

    def answer(self, flow: F, answer: Answer, *, context: Context | None = None) -> F:
        return run(self._auth.answer(flow, answer, context=context))

    def run(self, flow: F) -> F:
        return run(self._auth.run(flow))

    def cancel(self, flow: F) -> F:
        return self._auth.cancel(flow)

    def fresh(self, tokens: Tokens, *, margin: timedelta = timedelta(seconds=60), holder: str | None = None) -> Tokens:
        return run(self._auth.fresh(tokens, margin=margin, holder=holder))

    def sign_out(self, tokens: Tokens) -> None:
        run(self._auth.sign_out(tokens))

    def sign_out_everywhere(self, tokens: Tokens) -> None:
        run(self._auth.sign_out_everywhere(tokens))

    def sign_in(
        self,
        opening: Opening,
        ask: Callable[[Challenge], Answer],
        *,
        context: Context | None = None,
        holder: str | None = None,
    ) -> Tokens:
        async def ask_after_a_turn(challenge: Challenge) -> Answer:
            await asyncio.sleep(0)
            return ask(challenge)

        return run(self._auth.sign_in(opening, ask_after_a_turn, context=context, holder=holder))

    def remember_device(
        self,
        tokens: Tokens,
        holder: str,
        *,
        remembered: bool = True,
        entered_username: str | None = None,
        name: str | None = None,
    ) -> DeviceFlow:
        return run(
            self._auth.remember_device(
                tokens, holder, remembered=remembered, entered_username=entered_username, name=name
            )
        )


AUTHENTICATORS: Final = (Authenticator, AuthenticatorOnALoop)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a new event loop; fail if SRP values are computed on the loop's thread."""

    def power(base: int, exponent: int, modulus: int) -> int:
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # this thread runs no loop
            return modexp(base, exponent, modulus)
        raise AssertionError("SRP arithmetic on the event loop")

    with patch("authflow.core.srp.modexp", power):
        return asyncio.run(coroutine)
