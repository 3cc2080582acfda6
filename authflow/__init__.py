"""Explicit state machines for Amazon Cognito sign-in.

The public names are listed in ``__init__.pyi``. Each one is loaded when it is first used, so that ``import authflow``
costs next to nothing.
"""

from importlib import import_module
from pkgutil import get_data
from typing import Any, Final

from authflow._version import __version__ as __version__

_STUB: Final = (get_data(__name__, "__init__.pyi") or b"").decode()
_HOMES: Final = {line.split()[3]: line.split()[1] for line in _STUB.splitlines() if line.startswith("from ")}

# Without seal and unseal, which need an extra that `import *` must not ask for
__all__ = [name for name, home in _HOMES.items() if home != "authflow.snapshots.sealed"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
