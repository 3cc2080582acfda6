"""Checks of requests against the schemas of their endpoint, by the library jsonschema.

It is slow to import, so it is loaded with the first request that needs it.
"""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from authflow.emulator._transports.control.endpoints import Endpoint, Schema
from authflow.emulator._transports.control.problems import Problem


def check_query(endpoint: Endpoint, given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the query parameters, with numbers as numbers.

    Raises:
        Problem: one is unknown, repeated, or has a value that does not fit.
    """
    checked: dict[str, Any] = {}
    for name, text in given:
        schema = endpoint.query.get(name)
        if schema is None:
            raise Problem(400, f"query: unknown parameter {name[:50]!a}; known: {', '.join(endpoint.query) or 'none'}.")
        if name in checked:
            raise Problem(400, f"query.{name}: given twice.")
        checked[name] = _check(schema, _convert(schema, text), f"query.{name}")
    return checked


def check_body(endpoint: Endpoint, body: object) -> Any:  # noqa: ANN401 -- JSON
    """Return the body.

    Raises:
        Problem: it does not fit the endpoint's schema. The detail says where.
    """
    return _check(endpoint.body or {}, body, "body")


def _convert(schema: Schema, text: str) -> object:
    try:
        value = {"integer": int, "number": float}.get(schema.get("type", ""), str)(text)
    except ValueError:
        return text  # which does not fit
    return text if isinstance(value, float) and not isfinite(value) else value


def _check(schema: Schema, value: object, place: str) -> object:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- see above
    from jsonschema.exceptions import best_match  # noqa: PLC0415 -- see above

    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is None:
        return value
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    raise Problem(400, f"{place}{path}: {error.message[:300]}.")
