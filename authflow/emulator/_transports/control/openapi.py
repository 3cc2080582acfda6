"""The OpenAPI document of the emulator's own paths."""

import re
from collections.abc import Iterable
from typing import Any, Final

from authflow.emulator._transports.control.endpoints import TEXT, Endpoint, make_object

PROBLEM: Final = make_object(
    ("type", "title", "status", "detail"), type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT
)


def make_document(endpoints: Iterable[Endpoint], prefix: str, version: str) -> dict[str, Any]:
    """Return the document.

    Args:
        endpoints: the endpoints.
        prefix: the path below which they are.
        version: the version of authflow.
    """
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _describe(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "authflow emulator: control", "version": version},
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {"controlToken": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"controlToken": []}],
    }


def _describe(endpoint: Endpoint) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    placed = [
        *({"name": name, "in": "query", "schema": dict(schema)} for name, schema in endpoint.query.items()),
        *(
            {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}
            for name in re.findall(r"{(\w+)}", endpoint.path)
        ),
    ]
    body = {"required": True, "content": {"application/json": {"schema": endpoint.body}}}
    return {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        **({"parameters": placed} if placed else {}),
        **({"requestBody": body} if endpoint.body is not None else {}),
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": endpoint.reply}}},
            "default": {"description": "the request is refused", "content": problem},
        },
    }
