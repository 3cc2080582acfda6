"""HttpBackend and AsyncHttpBackend behind one function that calls them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from authflow.backends.http import AsyncHttpBackend, HttpBackend
from authflow.core.requests import Request
from tests.support.backends import LoopThread

Call = Callable[[Request], Mapping[str, Any]]

both = pytest.mark.parametrize("kind", [HttpBackend, AsyncHttpBackend])


@contextmanager
def opened(kind: type[HttpBackend | AsyncHttpBackend], **arguments: Any) -> Iterator[Call]:
    """Open a backend, and return a function that calls it from any thread."""
    if issubclass(kind, HttpBackend):
        with kind(**arguments) as blocking:
            yield blocking.call
        return
    loop, backend = LoopThread(), kind(**arguments)
    try:
        yield lambda request: loop.run(backend.call(request))
    finally:
        loop.run(backend.aclose())
        loop.close()
