"""Shapes of the service model as JSON Schema."""

from collections.abc import Mapping
from typing import Any, Final

TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "blob": "string",
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "double": "number",
    "float": "number",
    "timestamp": "number",
}
LENGTHS: Final = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "long": ("minimum", "maximum"),
}


def convert_shape(shapes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the schema of a shape. Patterns that not every validator understands are left out."""
    shape = shapes[name]
    kind = shape["type"]
    if shape.get("document"):
        return {}
    if kind == "structure":
        members = {member: convert_shape(shapes, ref["shape"]) for member, ref in shape["members"].items()}
        required = list(shape.get("required", ()))
        return {"type": "object", "properties": members, "required": required, "additionalProperties": False}
    if kind == "list":
        return {"type": "array", "items": convert_shape(shapes, shape["member"]["shape"])}
    if kind == "map":
        return {"type": "object", "additionalProperties": convert_shape(shapes, shape["value"]["shape"])}
    if "enum" in shape:
        return {"enum": list(shape["enum"])}
    schema: dict[str, Any] = {"type": TYPES[kind]}
    least, most = LENGTHS.get(kind, ("", ""))
    limits = {least: shape.get("min"), most: shape.get("max")}
    return {**schema, **{limit: value for limit, value in limits.items() if limit and value is not None}}
