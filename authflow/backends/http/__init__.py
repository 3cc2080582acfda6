"""Backends on h11, without the AWS SDK. The extra ``http`` installs h11 and certifi.

Each class is loaded when it is first used, because the blocking one does not need asyncio.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing

if TYPE_CHECKING:
    from authflow.backends.http._asynchronous import AsyncHttpBackend
    from authflow.backends.http._blocking import HttpBackend

__all__ = ["AsyncHttpBackend", "HttpBackend"]

_HOMES: Final = {"AsyncHttpBackend": "_asynchronous", "HttpBackend": "_blocking"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - its type depends on the name
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with explain_missing(name, "http"):
            module = import_module(f"{__name__}.{_HOMES[name]}")
        value = globals()[name] = getattr(module, name)
        return value
