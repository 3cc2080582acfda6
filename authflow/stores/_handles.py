"""Handles of flow stores, and what the stores raise about them."""

import re
import secrets
from typing import Final

from authflow.core.errors import FlowTaken, InvalidInput

_HANDLE: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url


def new_handle(old: str | None) -> str:
    """Return a new handle, or the old one to put a flow back under, if it can be one.

    Raises:
        InvalidInput: it can't.
    """
    if old is None:
        return secrets.token_urlsafe(32)
    if not _is_handle(old):
        raise InvalidInput("handle", "must be what put() returned")
    return old


def require_sent_handle(handle: str) -> str:
    """Return the handle that a browser sent, if it can be one.

    Raises:
        FlowTaken: it can't.
    """
    if not _is_handle(handle):
        raise flow_taken_error()
    return handle


def flow_exists_error() -> InvalidInput:
    """Return what ``put`` raises rather than overwrite a flow."""
    return InvalidInput("handle", "a flow is there already: it was put back before, or never taken")


def flow_taken_error() -> FlowTaken:
    """Return what ``take`` raises where there is no flow; never shows the handle."""
    return FlowTaken("the flow was taken already, or has expired: begin the sign-in anew")


def _is_handle(handle: object) -> bool:
    return isinstance(handle, str) and _HANDLE.fullmatch(handle) is not None
