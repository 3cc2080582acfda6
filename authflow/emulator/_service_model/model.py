"""The service model of the Cognito API, which botocore contains: the structure of requests, replies and errors.

This module reads botocore's file directly. botocore's own classes take a quarter of a second to import, and do not
check all constraints that Cognito checks (lengths, ranges, enums, patterns).
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from authflow.emulator import _errors
from authflow.emulator._errors import EmulatorBug, ServiceError
from authflow.emulator._service_model.corrections import correct_shapes
from authflow.emulator._service_model.json_schema import convert_shape
from authflow.emulator._service_model.shapes import InvalidValue, ShapeValidator

SERVICE: Final = "cognito-idp"
#: errors of the protocol, which operations do not declare
PROTOCOL_ERRORS: Final = frozenset({_errors.SERIALIZATION.code})


@cache
def _read() -> dict[str, Any]:
    directory = files("botocore") / "data" / SERVICE
    newest = max(directory.iterdir(), key=lambda entry: entry.name)
    model: dict[str, Any] = json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))
    return model


class ServiceModel:
    """Checks and copies requests and replies, so that callers share no mutable state with the service."""

    def __init__(self) -> None:
        model = _read()
        self._operations: dict[str, Any] = model["operations"]
        self._shapes: dict[str, Any] = correct_shapes(model["shapes"])
        self._requests = ShapeValidator(self._shapes, limits=True)
        # Cognito's replies break the limits: phone_number_verified is longer than an attribute's name may be
        self._replies = ShapeValidator(self._shapes, limits=False)

    def __contains__(self, operation: object) -> bool:
        return operation in self._operations

    @property
    def operations(self) -> frozenset[str]:
        """The names of all operations."""
        return frozenset(self._operations)

    def list_members(self, operation: str, path: str = "") -> list[str]:
        """Return the members of an operation's request, or of the structure (or list of them) at a dotted path in it.

        Raises:
            KeyError: the request has no such member.
        """
        shape = self._operations[operation].get("input", {}).get("shape")
        for name in filter(None, path.split(".")):
            shape = self._shapes[self._skip_lists(shape)]["members"][name]["shape"]
        return list(self._shapes[self._skip_lists(shape)].get("members", ())) if shape else []

    def make_json_schema(self, operation: str) -> dict[str, Any]:
        """Return the JSON Schema of an operation's request."""
        return convert_shape(self._shapes, self._operations[operation]["input"]["shape"])

    def has_member(self, operation: str, path: str) -> bool:
        """Return whether an operation's request has a member at this dotted path."""
        parent, _, name = path.rpartition(".")
        try:
            return name in self.list_members(operation, parent)
        except KeyError:
            return False

    def _skip_lists(self, shape: str) -> str:
        while self._shapes[shape]["type"] == "list":
            shape = self._shapes[shape]["member"]["shape"]
        return shape

    def get_members(self, shape: str) -> frozenset[str]:
        """Return the names of a structure's members."""
        return frozenset(self._shapes[shape]["members"])

    def get_errors(self, operation: str) -> frozenset[str]:
        """Return the codes of the errors that an operation declares."""
        return frozenset(error["shape"] for error in self._operations[operation].get("errors", ()))

    def check_request(self, operation: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Return a checked copy of a request.

        Raises:
            ServiceError: SerializationException: a value has the wrong type.
                InvalidParameterException: a member is missing or unknown, or a value breaks a constraint.
        """
        try:
            return self._requests.copy_structure(self._operations[operation]["input"], params)
        except InvalidValue as invalid:
            raise invalid.error(str(invalid)) from None

    def drop_unknown_members(self, operation: str, params: Mapping[str, object]) -> tuple[dict[str, Any], list[str]]:
        """Return a request without the members that the model does not have, and the names of those members."""
        return self._requests.drop_unknown_members(self._operations[operation]["input"], params)

    def check_values(self, values: Iterable[tuple[str, str, str]]) -> None:
        """Require that texts satisfy the constraints of their shapes.

        Args:
            values: the shape, the text and the path of each.

        Raises:
            ServiceError: InvalidParameterException: they do not. The text names each path.
        """
        try:
            self._requests.copy_all(({"shape": shape}, text, path) for shape, text, path in values)
        except InvalidValue as invalid:
            raise invalid.error(str(invalid)) from None

    def check_reply(self, operation: str, reply: Mapping[str, object]) -> dict[str, Any]:
        """Return a checked copy of a reply, as JSON values: timestamps are seconds since 1970.

        Raises:
            EmulatorBug: the reply does not match the operation's declaration.
        """
        declared = self._operations[operation].get("output")
        if declared is None:
            return {}
        try:
            return self._replies.copy_structure(declared, reply)
        except InvalidValue as invalid:
            raise EmulatorBug(f"{operation} made a reply that its model does not declare: {invalid}") from None

    def check_error(self, operation: str, error: ServiceError) -> None:
        """Require that the operation declares this error.

        Raises:
            EmulatorBug: it does not.
        """
        if error.code not in self.get_errors(operation) | PROTOCOL_ERRORS:
            raise EmulatorBug(f"{operation} raised {error.code}, which its model does not declare")
