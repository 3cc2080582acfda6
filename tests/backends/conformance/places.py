"""Where a condition is met: a backend and a server, over TCP or over TLS."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from authflow.backends import _limits
from tests.backends.conformance.remaining import REMAINING, TCP, TLS
from tests.support.backends import DEFAULT_TIMEOUT, EVERY, Subject
from tests.support.hostile_server import HostileServer

HURRIED: Final = 0.25  # seconds: the time-out of a client that is given, in tests of time-outs
SHORT: Final = 0.1  # seconds: the limits of all other backends there
SOON: Final = 0.8  # seconds within which such a call must end, also on a busy machine
ASYNC: Final = ("AsyncHttpBackend", "Threaded(HttpBackend)", "Threaded(Boto3Backend)")
# Threads do not change where a request is sent; leaving them out saves the making of boto3 clients.
NOT_THREADED: Final = tuple(name for name in EVERY if not name.startswith("Threaded"))
# These hold every condition; the others are watched, or shown as an example.
OWN: Final = ("HttpBackend", "AsyncHttpBackend", "Boto3Backend", "Threaded(HttpBackend)", "Threaded(Boto3Backend)")


@dataclass(frozen=True)
class Place:
    """A backend and the server that it sends its requests to."""

    subject: Subject
    server: HostileServer


@contextmanager
def short_limits() -> Iterator[None]:
    """Run a block with short time limits."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CALL_TIMEOUT", "READ_TIMEOUT", "CONNECT_TIMEOUT"):
            patch.setattr(_limits, name, SHORT)
        yield


@contextmanager
def hurried() -> Iterator[None]:
    """Run a block with short time limits, and check that it ends soon."""
    with short_limits():
        began = time.monotonic()
        yield
        assert time.monotonic() - began < SOON


def under(
    condition: str,
    subjects: Collection[str] = EVERY,
    transports: Collection[str] = (TCP, TLS),
    fixture: str = "place",
    timeout: float = DEFAULT_TIMEOUT,
) -> pytest.MarkDecorator:
    """Run a test with each subject over each transport.

    Args:
        condition: what the server does. Those that a subject does not hold are in ``REMAINING`` under this name.
        subjects: names of subjects.
        transports: TCP or TLS.
        fixture: receives the name of the subject, the transport, and the time-out.
        timeout: of a client that is given.
    """
    places = [
        pytest.param(
            (name, transport, timeout), id=f"{name}-{transport}", marks=_find_marks(condition, name, transport)
        )
        for name in subjects
        for transport in transports
    ]
    return pytest.mark.parametrize(fixture, places, indirect=True)


def _find_marks(condition: str, name: str, transport: str) -> list[pytest.MarkDecorator]:
    transports, reason = REMAINING.get(condition, {}).get(name, ((), ""))
    return [pytest.mark.xfail(strict=True, reason=reason)] if transport in transports else []
