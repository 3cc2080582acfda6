"""The service's model, as botocore ships it: what requests, replies and errors may look like.

The file is read directly. botocore's own classes for it cost a quarter of a second to import, and the rules that the
service applies beside types (lengths, ranges, enums, patterns) are not among what they check.
"""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import EmulatorBug, ServiceError
from authflow.emulator._service_model.shapes import InvalidValue, ShapeValidator

SERVICE: Final = "cognito-idp"
#: errors of the protocol, which no operation declares
PROTOCOL_ERRORS: Final = frozenset({_errors.SERIALIZATION.code})


@cache
def _read() -> dict[str, Any]:
    directory = files("botocore") / "data" / SERVICE
    newest = max(directory.iterdir(), key=lambda entry: entry.name)
    model: dict[str, Any] = json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))
    return model


class ServiceModel:
    """Checks everything that crosses the emulator's border, and copies it: callers share no state with the service."""

    def __init__(self) -> None:
        model = _read()
        self._operations: dict[str, Any] = model["operations"]
        self._shapes: dict[str, Any] = model["shapes"]
        self._requests = ShapeValidator(self._shapes, limits=True)
        # the service itself breaks the limits: phone_number_verified is longer than an attribute's name may be
        self._replies = ShapeValidator(self._shapes, limits=False)

    def __contains__(self, operation: object) -> bool:
        return operation in self._operations

    def get_members(self, shape: str) -> frozenset[str]:
        """Return the names that a structure declares."""
        return frozenset(self._shapes[shape]["members"])

    def get_errors(self, operation: str) -> frozenset[str]:
        """Return the exceptions that an operation declares."""
        return frozenset(error["shape"] for error in self._operations[operation].get("errors", ()))

    def check_request(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Return a checked copy of a request.

        Raises:
            ServiceError: SerializationException for a wrong type, InvalidParameterException for the rest.
        """
        try:
            return self._requests.copy_structure(self._operations[operation]["input"], params)
        except InvalidValue as invalid:
            raise invalid.error(f"1 validation error detected: {invalid}") from None

    def check_reply(self, operation: str, reply: Mapping[str, object]) -> dict[str, Any]:
        """Return a checked copy of a reply, in JSON's types: timestamps are seconds since 1970.

        Raises:
            EmulatorBug: the operation declares no such reply.
        """
        declared = self._operations[operation].get("output")
        if declared is None:
            return {}
        try:
            return self._replies.copy_structure(declared, reply)
        except InvalidValue as invalid:
            raise EmulatorBug(f"{operation} answered what its model does not declare: {invalid}") from None

    def check_error(self, operation: str, error: ServiceError) -> None:
        """Let an error pass that the operation may raise.

        Raises:
            EmulatorBug: the operation does not declare it.
        """
        if error.code not in self.get_errors(operation) | PROTOCOL_ERRORS:
            raise EmulatorBug(f"{operation} raised {error.code}, which its model does not declare")
