"""Requests with members that the service model does not have: clients may be newer, or send more, than botocore."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._service_model.model import ServiceModel
from authflow.emulator._transports.json_protocol import Call

LOGGER: Final = logging.getLogger("authflow.emulator")
MAX_NAME: Final = 100


def make_lenient(call: Call) -> Call:
    """Return a ``call`` that ignores unknown members and logs their names."""
    model = ServiceModel()

    def call_leniently(operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        if operation not in model:
            return call(operation, params)
        known, unknown = model.drop_unknown_members(operation, params)
        for name in unknown:
            LOGGER.warning("%s: ignored a member that the service model does not have: %a", operation, name[:MAX_NAME])
        return call(operation, known)

    return call_leniently
