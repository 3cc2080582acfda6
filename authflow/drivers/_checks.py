"""Checks of the arguments of an Authenticator. Each raises InvalidInput."""

from typing import TypeVar

from authflow.backends._checks import require_call
from authflow.core._coroutines import is_async
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.drivers.options import Observe

F = TypeVar("F")


def require_backend(app: AppClient, backend: object, *, admin: bool, asynchronous: bool) -> None:
    """Raise InvalidInput if ``backend`` is not a backend of this kind, or can't serve this client or the admin API."""
    require_call(backend, asynchronous=asynchronous)
    region = getattr(backend, "region", None)
    if region is not None and region != require_instance("app", app, AppClient).region:
        raise InvalidInput("region", f"the backend is for {region}, but the user pool is in {app.region}")
    if admin and not getattr(backend, "signs", True):
        problem = "requires AWS signatures: use Boto3Backend, or Threaded(Boto3Backend(...)) on an event loop"
        raise InvalidInput("admin", problem)


def require_device_store(devices: object, *, asynchronous: bool) -> None:
    """Raise InvalidInput if ``devices`` is neither None nor a device store of this kind."""
    for name in ("get", "put", "drop") if devices is not None else ():
        method = getattr(devices, name, None)
        if not callable(method):
            raise InvalidInput("devices", f"has no method {name}")
        if is_async(method) is not asynchronous:
            kind = "an AsyncDeviceStore" if asynchronous else "a blocking DeviceStore"
            raise InvalidInput("devices", f"must be {kind} here")


def require_observe(observe: Observe | None) -> Observe | None:
    """Return ``observe`` if it is a plain function or None."""
    return None if observe is None else require_function("observe", observe)


def require_ask(ask: object, *, asynchronous: bool) -> None:
    """Raise InvalidInput if ``ask`` is not a function of this kind, before Cognito is asked for anything."""
    if not callable(ask) or is_async(ask) is not asynchronous:
        kind = "a coroutine function: it is awaited" if asynchronous else "a function, not a coroutine function"
        raise InvalidInput("ask", f"must be {kind}")


def require_no_holder(holder: object) -> None:
    """Raise InvalidInput if a flow that is no sign-in gets a holder: it has no device."""
    if holder is not None:
        raise InvalidInput("holder", "is for sign-ins only")


def require_function(field: str, value: F) -> F:
    """Return ``value`` if it can be called, and makes no coroutine."""
    if not callable(value) or is_async(value):
        raise InvalidInput(field, "must be a function, not a coroutine function")
    return value
