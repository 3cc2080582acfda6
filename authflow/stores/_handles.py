"""The handles of flow stores, and the errors about them."""

import re
import secrets
from typing import Final

from authflow.core.errors import FlowTaken, InvalidInput

_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url


def make_handle(old_handle: str | None) -> str:
    """Return a new handle, or the old one under which a flow is put back.

    Raises:
        InvalidInput: the old handle does not have the form of a handle.
    """
    if old_handle is None:
        return secrets.token_urlsafe(32)
    if not _is_handle(old_handle):
        raise InvalidInput("handle", "must be a handle that put() returned")
    return old_handle


def require_sent_handle(handle: str) -> str:
    """Return a handle that a browser sent, if it has the form of a handle.

    Raises:
        FlowTaken: it does not have the form of a handle, so no flow can be under it.
    """
    if not _is_handle(handle):
        raise make_flow_taken_error()
    return handle


def make_flow_exists_error() -> InvalidInput:
    """Return the error for a ``put`` that would overwrite a flow."""
    return InvalidInput("handle", "the store already has a flow under it: it was put back before, or never taken")


def make_flow_taken_error() -> FlowTaken:
    """Return the error for a ``take`` that finds no flow. It does not contain the handle."""
    return FlowTaken("the flow was already taken, or has expired: start the sign-in again")


def _is_handle(handle: object) -> bool:
    return isinstance(handle, str) and _HANDLE.fullmatch(handle) is not None
