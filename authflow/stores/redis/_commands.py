"""Commands to Redis over a client of redis-py, for coroutines that do not know whether the client blocks."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, Final, Protocol, TypeAlias

from redis import Redis
from redis.cluster import RedisCluster

from authflow.core._validation import require_text
from authflow.core.errors import InvalidInput, StoreError

PREFIX: Final = "authflow:"
Execute: TypeAlias = Callable[..., Awaitable[object]]
"""Sends one command and returns its reply; raises StoreError if there is none."""


class Client(Protocol):
    """What is used of ``redis.Redis`` and ``redis.cluster.RedisCluster``."""

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


class AsyncClient(Protocol):
    """What is used of ``redis.asyncio.Redis`` and ``redis.asyncio.cluster.RedisCluster``."""

    def execute_command(self, *args: Any, **options: Any) -> Awaitable[Any]:  # noqa: ANN401 - as redis-py has it
        """Send one command and return its reply."""


def blocking_execute(client: Client, instead: str) -> Execute:
    """Return the commands of a blocking client, as coroutines that never wait.

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


def async_execute(client: AsyncClient, instead: str) -> Execute:
    """Return the commands of a client for an event loop.

    Raises:
        InvalidInput: the client blocks; the error names the store to use ``instead``.
    """
    _require_commands(client)
    if isinstance(client, Redis | RedisCluster):  # what may be awaited need not be a coroutine function
        raise InvalidInput("client", f"is not for an event loop: use {instead}")

    async def execute(*command: str | int) -> object:
        with _store_errors():
            reply = await client.execute_command(*command)
        return _decode(reply)

    return execute


def text_or_none(reply: object) -> str | None:
    """Return what Redis has under a name; None if there is nothing."""
    if reply is None or isinstance(reply, str):
        return reply
    raise StoreError(f"Redis answered nonsense: not a string, but {type(reply).__name__}")


def digest(*texts: str) -> str:
    """Return a digest of several texts, in hex."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()  # JSON keeps them apart


def require_prefix(prefix: object) -> str:
    """Return the prefix of names in Redis if it is text."""
    return require_text("prefix", prefix, at_most=128)


def _require_commands(client: object) -> object:
    execute = getattr(client, "execute_command", None)
    if not callable(execute):
        raise InvalidInput("client", f"must be a client of redis-py, not {type(client).__name__}")
    return execute


def _require_reply(reply: object) -> object:
    """Return a reply that has come: what wraps a client may hide that it is for an event loop."""
    if isawaitable(reply):
        if iscoroutine(reply):
            reply.close()  # nothing was sent, nor will be
        raise InvalidInput("client", "is for an event loop: use a store whose name begins with Async")
    return reply


def _decode(reply: object) -> object:
    """Return a reply as a client with ``decode_responses`` has it; all that the stores write is ASCII."""
    return reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # redis-py raises ValueError, RecursionError and others where a reply makes no sense
        raise StoreError(f"Redis can't be reached, or did not do what it was asked: {type(error).__name__}") from error
