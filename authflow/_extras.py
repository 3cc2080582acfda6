"""The extras that install optional dependencies, and the error that names the one that is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# The top-level modules that authflow imports, by the extra that installs them
EXTRAS: Final = {
    "boto3": ("boto3", "botocore", "certifi", "h11"),
    "http": ("certifi", "h11"),
    "seal": ("cryptography",),
    "redis": ("redis",),
    "emulator": ("fido2", "joserfc", "pyotp", "regex", "srptools", "starlette", "urllib3", "uvicorn"),
    "tokens": ("joserfc",),
    "cli": ("click", "rich", "segno"),
    "testing": ("cbor2", "cryptography"),
}


@contextmanager
def explain_missing(user: str, extra: str | None = None) -> Iterator[None]:
    """Explain an import that fails because an extra is not installed.

    Args:
        user: what needs the extra, such as ``Boto3Backend``.
        extra: the extra, if several install what is missing.

    Raises:
        ModuleNotFoundError: it names the extra, and the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        module = find_missing_module(error)
        if module is None:
            raise
        extra = extra or next(extra for extra, modules in EXTRAS.items() if module in modules)
        problem = f'{user} needs {module}: pip install "cognito-authflow[{extra}]"'
        raise ModuleNotFoundError(problem, name=error.name) from None


def find_missing_module(error: ModuleNotFoundError) -> str | None:
    """Return the top-level module that an extra would install; None if the error has another cause."""
    module = (error.name or "").partition(".")[0]
    return module if any(module in modules for modules in EXTRAS.values()) else None
