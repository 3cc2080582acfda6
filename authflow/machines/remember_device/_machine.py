"""The book of remembering a device."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.core.errors import Refusal
from authflow.core.events import Cancelled, Event, Refused, Replied
from authflow.core.machine import Machine
from authflow.core.reasons import Reason, find_reason
from authflow.core.replies import parse_confirmed
from authflow.core.requests import UpdateDeviceStatus
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed
from authflow.machines.remember_device._flow import DeviceFlow, DeviceState, Kept, Remembering
from authflow.machines.remember_device.table import TRANSITIONS, Node, Trigger


def update(flow: DeviceFlow, _: Replied[bool]) -> Remembering:
    """UpdateDeviceStatus: Cognito leaves it to the person whether the device is remembered."""
    before = _remembering(flow)
    request = UpdateDeviceStatus(
        access_token=before.access_token,
        device_key=before.device.key,
        device_remembered_status="remembered" if before.remembered else "not_remembered",
    )
    return Remembering(request, device=before.device, remembered=before.remembered, access_token=before.access_token)


def keep(flow: DeviceFlow, event: Event) -> Kept:
    """The device is confirmed; remembered, unless the person did not want that or the wish did not get through."""
    before = _remembering(flow)
    by_itself = event.trigger == Trigger.CONFIRMED  # Cognito remembers it without being asked
    return Kept(before.device, by_itself or (event.trigger == Trigger.UPDATED and before.remembered))


def fail(_: DeviceFlow, event: Refused | Cancelled) -> Failed:
    """The device is not confirmed."""
    if isinstance(event, Cancelled):
        return Failed("Cancelled", "", Reason.CANCELLED)
    return Failed(event.refusal.code, event.refusal.message, find_reason(event.refusal.code, event.refusal.message))


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[bool]:
    """Name a reply: the device is confirmed, a status is needed, or the status is set."""
    if isinstance(call.request, UpdateDeviceStatus):
        return Replied(Trigger.UPDATED, stamp, True, call)  # noqa: FBT003 - an empty reply
    needed = parse_confirmed(reply)
    return Replied(Trigger.STATUS_NEEDED if needed else Trigger.CONFIRMED, stamp, needed, call)


def read_refusal(_: Calling, refusal: Refusal, stamp: Stamp, with_device: bool) -> Refused:  # noqa: ARG001, FBT001 - as Machine has it
    """Name a refusal: each ends it."""
    return Refused(Trigger.REFUSED, stamp, refusal)


def _remembering(flow: DeviceFlow) -> Remembering:
    if not isinstance(flow.state, Remembering):
        raise TypeError(f"the table leads here from calls only, not from {flow.node}")
    return flow.state


ENTER: Final[Mapping[str, Callable[..., DeviceState]]] = {
    Node.UPDATING: update,
    Node.KEPT: keep,
    Node.FAILED: fail,
}

MACHINE: Final[Machine[DeviceState]] = Machine("remember_device", TRANSITIONS, ENTER, read_reply, read_refusal)
