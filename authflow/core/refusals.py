"""What a refusal, or the end by the caller, makes of a flow: the same in most machines."""

from collections.abc import Callable, Collection
from typing import Any

from authflow.core.errors import Refusal
from authflow.core.events import AskedAgain, Cancelled, Refused
from authflow.core.reasons import Reason, find_reason
from authflow.core.stamp import Stamp
from authflow.core.states import Calling, Failed

__all__ = ["fail", "make_refusal_reader"]


def fail(_: object, event: Refused | Cancelled) -> Failed:
    """Cognito refused a request, or the caller cancelled the flow."""
    if isinstance(event, Cancelled):
        return Failed("Cancelled", "", Reason.CANCELLED)
    code, message = event.refusal.code, event.refusal.message
    return Failed(code, message, find_reason(code, message))


def make_refusal_reader(
    asks_again: Collection[tuple[str, str]], refused: str = "refused"
) -> Callable[[Calling, Refusal, Stamp, bool], Refused | AskedAgain]:
    """Return the function that reads the refusals of a machine.

    Args:
        asks_again: operations with the exceptions after which the question that the request answers is asked again.
        refused: the trigger of all other refusals.
    """

    def read(call: Calling, refusal: Refusal, stamp: Stamp, with_device: Any) -> Refused | AskedAgain:  # noqa: ANN401, ARG001 - as Machine has it
        if call.asked is not None and (call.request.operation, refusal.code) in asks_again:
            return AskedAgain(call.asked.asking_trigger, stamp, call.asked.reject(refusal.code, refusal.message))
        return Refused(refused, stamp, refusal)

    return read
