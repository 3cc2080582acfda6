"""Errors about missing extras."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needing(extra: str, user: str) -> Iterator[None]:
    """Import optional dependencies in a ``with`` block.

    Args:
        extra: the extra that installs them.
        user: what needs them.

    Raises:
        ModuleNotFoundError: one of them is not installed. The text says what to do.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        problem = f'{user} needs {missing}: pip install "cognito-authflow[{extra}]"'
        raise ModuleNotFoundError(problem, name=missing) from None
