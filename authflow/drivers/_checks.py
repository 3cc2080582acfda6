"""Checks of the arguments of an Authenticator. Each raises InvalidInput."""

from inspect import iscoroutinefunction
from typing import Final

from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.drivers.options import Observe

_NEEDS_ASYNC: Final = "is blocking: use Threaded(backend), which makes an AsyncBackend of it"
NEEDS_BLOCKING: Final = "is an AsyncBackend: it needs an AsyncAuthenticator"


def require_backend(app: AppClient, backend: object, *, admin: bool, asynchronous: bool) -> None:
    """Raise InvalidInput if ``backend`` is not a backend of this kind, or can't serve this client or the admin API."""
    call = getattr(backend, "call", None)
    if not callable(call):
        raise InvalidInput("backend", "has no method call")
    if iscoroutinefunction(call) is not asynchronous:
        raise InvalidInput("backend", _NEEDS_ASYNC if asynchronous else NEEDS_BLOCKING)
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
        if iscoroutinefunction(method) is not asynchronous:
            kind = "an AsyncDeviceStore" if asynchronous else "a blocking DeviceStore"
            raise InvalidInput("devices", f"must be {kind} here")


def require_observe(observe: Observe | None) -> Observe | None:
    """Return ``observe`` if it is a plain function or None."""
    if observe is not None and (not callable(observe) or iscoroutinefunction(observe)):
        raise InvalidInput("observe", "must be a function, not a coroutine function")
    return observe
