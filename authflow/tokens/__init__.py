"""Verification of Cognito's access tokens and id tokens. The extra ``tokens`` installs joserfc.

Each class is loaded when it is first used, because importing joserfc takes a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing

if TYPE_CHECKING:
    from authflow.tokens._asynchronous import AsyncTokenVerifier
    from authflow.tokens._blocking import TokenVerifier
    from authflow.tokens._claims import AccessClaims, Claims, IdClaims
    from authflow.tokens._rejection import Rejection, TokenRejected

__all__ = ["AccessClaims", "AsyncTokenVerifier", "Claims", "IdClaims", "Rejection", "TokenRejected", "TokenVerifier"]

_HOMES: Final = {
    "AccessClaims": "_claims",
    "AsyncTokenVerifier": "_asynchronous",
    "Claims": "_claims",
    "IdClaims": "_claims",
    "Rejection": "_rejection",
    "TokenRejected": "_rejection",
    "TokenVerifier": "_blocking",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - its type depends on the name
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with explain_missing(name, "tokens"):
            module = import_module(f"{__name__}.{_HOMES[name]}")
        value = globals()[name] = getattr(module, name)
        return value
