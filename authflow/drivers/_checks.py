"""Checks of what an Authenticator is given. Each raises InvalidInput."""

from inspect import iscoroutinefunction

from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import InvalidInput
from authflow.drivers.options import Observe


def require_backend(app: AppClient, backend: object, *, admin: bool) -> None:
    """Raise InvalidInput for what is no backend, or for one that can't serve this Authenticator."""
    if not callable(getattr(backend, "call", None)):
        raise InvalidInput("backend", "has no method call")
    region = getattr(backend, "region", None)
    if region is not None and region != require_instance("app", app, AppClient).region:
        raise InvalidInput("region", f"the backend talks to {region}, the pool is in {app.region}")
    if admin and not getattr(backend, "signs", True):
        problem = "takes AWS's signatures: use Boto3Backend, on an event loop Threaded(Boto3Backend(...))"
        raise InvalidInput("admin", problem)


def require_devices(devices: object, *, awaited: bool) -> None:
    """Raise InvalidInput for what is no device store of this kind."""
    for name in ("get", "put", "drop") if devices is not None else ():
        method = getattr(devices, name, None)
        if not callable(method):
            raise InvalidInput("devices", f"has no method {name}")
        if iscoroutinefunction(method) is not awaited:
            kind = "an AsyncDeviceStore" if awaited else "a DeviceStore that blocks"
            raise InvalidInput("devices", f"must be {kind} here")


def require_observe(observe: Observe | None) -> Observe | None:
    """Return ``observe`` if it is a plain function or None."""
    if observe is not None and (not callable(observe) or iscoroutinefunction(observe)):
        raise InvalidInput("observe", "must be a function, not a coroutine function")
    return observe
