"""Tools for tests of applications that use authflow: faults, and a software authenticator for passkeys.

``AuthenticatorError``, ``SoftwareAuthenticator`` and ``SoftwareCredential`` need the extra ``testing``, and are loaded
when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from authflow._extras import explain_missing
from authflow.testing._faults import Fault, FaultyBackend

if TYPE_CHECKING:
    from authflow.testing._authenticator import AuthenticatorError, SoftwareAuthenticator
    from authflow.testing._credentials import SoftwareCredential

__all__ = ["AuthenticatorError", "Fault", "FaultyBackend", "SoftwareAuthenticator", "SoftwareCredential"]

_HOMES: Final = {
    "AuthenticatorError": "_authenticator",
    "SoftwareAuthenticator": "_authenticator",
    "SoftwareCredential": "_credentials",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - its type depends on the name
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with explain_missing(name, "testing"):
            module = import_module(f"{__name__}.{_HOMES[name]}")
        value = globals()[name] = getattr(module, name)
        return value
