"""A conversation as a screenplay: ``Playbook(flow) << Calls(...) >> reply << Asks(...) >> Says(...)``.

``<<`` is what the flow does, ``>>`` what happens to it. A line that differs prints the conversation so far.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import ndiff
from pprint import pformat
from typing import Any, Self

from authflow import Answer, AppClient, Flow, Refusal, Stamp

APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado")
SECRET_APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado", "1sh0u1dn0tbes33n")
AT = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)


def stamp(number: int = 0) -> Stamp:
    """A stamp of its own for each number."""
    return Stamp(AT, number.to_bytes(64, "big"))


@dataclass(frozen=True)
class Calls:
    """The flow sends exactly this."""

    operation: str
    params: Mapping[str, Any]

    def __init__(self, operation: str, **params: object) -> None:
        object.__setattr__(self, "operation", operation)
        object.__setattr__(self, "params", params)


@dataclass(frozen=True)
class Rests:
    """The flow rests at this node, with a state that has these attributes."""

    node: str
    attributes: Mapping[str, Any]

    def __init__(self, node: str, **attributes: object) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "attributes", attributes)


Says = Callable[[Any], Answer]
CANCEL = object()


class Playbook:
    """A flow and what was said so far."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._lines: list[str] = []

    def __lshift__(self, expected: Calls | Rests) -> Self:
        actual = self._calls() if isinstance(expected, Calls) else self._rests(expected.attributes)
        if actual != expected:
            diff = ndiff(pformat(expected, width=100).splitlines(), pformat(actual, width=100).splitlines())
            raise AssertionError("\n".join(["the conversation so far:", *self._lines, "then:", *diff]))
        self._lines.append(f"  << {actual}")
        return self

    def __rshift__(self, happens: Mapping[str, Any] | Refusal | Says | object) -> Self:
        at = stamp(len(self._lines) + 1)
        if happens is CANCEL:
            self.flow = self.flow.cancel(at)
        elif isinstance(happens, Refusal):
            self.flow = self.flow.refuse(happens, at)
        elif isinstance(happens, Mapping):
            self.flow = self.flow.receive(happens, at)
        else:
            assert callable(happens)
            self.flow = self.flow.answer(happens(self.flow.challenge), at)
        self._lines.append(f"  >> {happens}")
        return self

    def _calls(self) -> object:
        request = self.flow.request
        return Calls(request.operation, **request.params()) if request else Rests(self.flow.node)

    def _rests(self, attributes: Mapping[str, Any]) -> object:
        if self.flow.request:
            return self._calls()
        return Rests(self.flow.node, **{name: getattr(self.flow.state, name, "absent") for name in attributes})
