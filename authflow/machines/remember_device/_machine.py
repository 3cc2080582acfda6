"""The machine that remembers a device: its table, its states, and how replies and refusals become events."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from authflow.core.events import Event, Replied
from authflow.core.machine import Machine
from authflow.core.refusals import fail, make_refusal_reader
from authflow.core.replies import parse_confirmed
from authflow.core.requests import UpdateDeviceStatus
from authflow.core.stamp import Stamp
from authflow.core.states import Calling
from authflow.machines.remember_device._flow import DeviceFlow, DeviceState, Kept, Remembering
from authflow.machines.remember_device.table import TRANSITIONS, Node, Trigger


def update_status(flow: DeviceFlow, _: Replied[bool]) -> Remembering:
    """UpdateDeviceStatus: the pool lets the person decide whether the device is remembered."""
    before = _require_remembering(flow)
    request = UpdateDeviceStatus(
        access_token=before.access_token,
        device_key=before.device.key,
        device_remembered_status="remembered" if before.remembered else "not_remembered",
    )
    return Remembering(request, device=before.device, remembered=before.remembered, access_token=before.access_token)


def keep_device(flow: DeviceFlow, event: Event) -> Kept:
    """The device is confirmed. It is remembered if the pool does so by itself, or if UpdateDeviceStatus said so."""
    before = _require_remembering(flow)
    is_automatic = event.trigger == Trigger.CONFIRMED  # the pool remembers devices without UpdateDeviceStatus
    return Kept(before.device, is_automatic or (event.trigger == Trigger.UPDATED and before.remembered))


def read_reply(call: Calling, reply: Mapping[str, Any], stamp: Stamp) -> Replied[bool]:
    """Return a reply as an event: the device is confirmed, it needs a status, or its status is set."""
    if isinstance(call.request, UpdateDeviceStatus):
        return Replied(Trigger.UPDATED, stamp, True, call)  # noqa: FBT003 - an empty reply
    needed = parse_confirmed(reply)
    return Replied(Trigger.STATUS_NEEDED if needed else Trigger.CONFIRMED, stamp, needed, call)


def _require_remembering(flow: DeviceFlow) -> Remembering:
    if not isinstance(flow.state, Remembering):
        raise TypeError(f"the table leads here from calls only, not from {flow.node}")
    return flow.state


ENTER: Final[Mapping[str, Callable[..., DeviceState]]] = {
    Node.UPDATING: update_status,
    Node.KEPT: keep_device,
    Node.FAILED: fail,
}

MACHINE: Final[Machine[DeviceState]] = Machine(DeviceFlow.NAME, TRANSITIONS, ENTER, read_reply, make_refusal_reader(()))
