"""Functions that damage the body of a response."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

_WRONG_VALUES: Final[tuple[object, ...]] = (None, True, -1, "", [], {}, ["x"], {"x": 1})


def truncate(body: bytes, random: Random) -> bytes:
    """Return the start of a body."""
    return body[: random.randrange(len(body))]


def garble(body: bytes, random: Random) -> bytes:
    """Return the body with an invalid byte, so that it is not UTF-8."""
    at = random.randrange(len(body))
    return body[:at] + b"\xff" + body[at + 1 :]  # UTF-8 never contains this byte


def misshape(body: bytes, random: Random) -> bytes:
    """Return a body in which one member is missing or has a wrong value; an empty object becomes another type."""
    content = json.loads(body)
    members = list(_iterate_members(content))
    if not members:
        return json.dumps(random.choice([wrong for wrong in _WRONG_VALUES if not isinstance(wrong, dict)])).encode()
    parent, name = random.choice(members)
    right = json.dumps(parent[name])  # compared as JSON, because True == 1 in Python
    if random.random() < 0.5:
        del parent[name]
    else:
        parent[name] = random.choice([wrong for wrong in _WRONG_VALUES if json.dumps(wrong) != right])
    return json.dumps(content).encode()


def _iterate_members(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each member of a JSON object and of its nested objects, as (object, name)."""
    for name, value in content.items():
        yield content, name
        if isinstance(value, dict):
            yield from _iterate_members(value)
