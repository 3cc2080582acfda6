"""Sends commands through a client of redis-py, from coroutines that work with blocking and asyncio clients alike."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, Final, Protocol, TypeAlias

from redis import Redis
from redis.cluster import RedisCluster

from authflow.backends._event_loop import require_event_loop
from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput, StoreError

_LOGGER: Final = logging.getLogger("authflow")
PREFIX: Final = "authflow:"
Execute: TypeAlias = Callable[..., Awaitable[object]]
"""Sends one command and returns its reply; raises StoreError if the command fails."""


class Client(Protocol):
    """The method of ``redis.Redis`` and ``redis.cluster.RedisCluster`` that the stores use."""

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


class AsyncClient(Protocol):
    """The method of ``redis.asyncio.Redis`` and ``redis.asyncio.cluster.RedisCluster`` that the stores use."""

    def execute_command(self, *args: Any, **options: Any) -> Awaitable[Any]:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


def make_blocking_execute(client: Client, instead: str) -> Execute:
    """Return a coroutine function that sends commands through a blocking client.

    Raises:
        InvalidInput: the client is for an event loop; the error names the store to use ``instead``.
    """
    if iscoroutinefunction(_require_commands(client)):
        raise InvalidInput("client", f"is for an event loop: use {instead}")

    async def execute(*command: str | int) -> object:
        with _store_errors():
            reply = client.execute_command(*command)
        return _decode(_require_reply(reply))

    return execute


def make_async_execute(client: AsyncClient, instead: str) -> Execute:
    """Return a coroutine function that sends commands through a client for an event loop.

    Raises:
        InvalidInput: the client blocks; the error names the store to use ``instead``.
    """
    _require_commands(client)
    if isinstance(client, Redis | RedisCluster):  # no check for a coroutine function: any awaitable will do
        raise InvalidInput("client", f"is not for an event loop: use {instead}")

    async def execute(*command: str | int) -> object:
        with _store_errors():
            try:
                reply = await client.execute_command(*command)
            except Exception:  # of whatever kind: older versions of redis-py wrap it
                require_event_loop()  # redis-py works under asyncio only
                raise
        return _decode(reply)

    return execute


def warn_of_retries(client: object) -> None:
    """Log a warning if a client retries commands, as far as it tells: a repeated GETDEL finds no flow."""
    make_retry = getattr(client, "get_retry", None)
    retry = None
    with suppress(AttributeError):  # older cluster clients have the method, and not what it returns
        retry = make_retry() if callable(make_retry) else None
    count = getattr(retry, "get_retries", None)
    if callable(count) and count() != 0:
        _LOGGER.warning("the client of a flow store retries commands: make it with retry=Retry(NoBackoff(), 0)")


def require_text_or_none(reply: object) -> str | None:
    """Return the reply if it is a string, or None if there is none.

    Raises:
        StoreError: the reply has another type.
    """
    if reply is None or isinstance(reply, str):
        return reply
    raise StoreError(f"Redis replied with {type(reply).__name__}, not with a string")


def compute_digest(*texts: str) -> str:
    """Return a SHA-256 digest of several texts, in hex."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()  # JSON keeps the texts apart


def require_prefix(prefix: object) -> str:
    """Return the prefix of all keys in Redis if it is text of a valid length."""
    return require_text("prefix", prefix, at_most=128)


def _require_commands(client: object) -> object:
    execute = getattr(client, "execute_command", None)
    if not callable(execute):
        raise InvalidInput("client", f"must be a client of redis-py, not {type(client).__name__}")
    return execute


def _require_reply(reply: object) -> object:
    """Return the reply of a blocking client. A wrapper may hide that its client is for an event loop."""
    if isawaitable(reply):
        if iscoroutine(reply):
            reply.close()  # nothing was sent
        raise InvalidInput("client", "is for an event loop: use a store whose name begins with Async")
    return reply


def _decode(reply: object) -> object:
    """Return the reply as a client with ``decode_responses`` returns it. All that the stores write is ASCII."""
    return reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except InvalidInput:
        raise
    except Exception as error:  # for invalid replies redis-py raises ValueError, RecursionError and others
        raise StoreError(f"Redis can't be reached, or did not execute the command: {type(error).__name__}") from error
