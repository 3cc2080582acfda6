"""Ways in which a response body is damaged."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

_WRONG: Final[tuple[object, ...]] = (None, True, -1, "", [], {}, ["x"], {"x": 1})


def truncate(body: bytes, random: Random) -> bytes:
    """Return a body that ends too early."""
    return body[: random.randrange(len(body))]


def garble(body: bytes, random: Random) -> bytes:
    """Return a body that is not UTF-8."""
    at = random.randrange(len(body))
    return body[:at] + b"\xff" + body[at + 1 :]  # in UTF-8 there is no such byte


def misshape(body: bytes, random: Random) -> bytes:
    """Return a body in which one member is missing or wrong."""
    content = json.loads(body)
    places = list(_iterate_members(content))
    if not places:  # nothing is missing, nothing is wrong: so it is no object
        return json.dumps(random.choice([wrong for wrong in _WRONG if not isinstance(wrong, dict)])).encode()
    holder, name = random.choice(places)
    right = json.dumps(holder[name])  # as JSON, where true is not 1
    if random.random() < 0.5:
        del holder[name]
    else:
        holder[name] = random.choice([wrong for wrong in _WRONG if json.dumps(wrong) != right])
    return json.dumps(content).encode()


def _iterate_members(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each member of a JSON object and of the objects in it."""
    for name, value in content.items():
        yield content, name
        if isinstance(value, dict):
            yield from _iterate_members(value)
