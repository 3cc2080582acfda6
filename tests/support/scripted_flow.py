"""Check a flow step by step: ``ScriptedFlow(flow) << Calls(...) >> reply << Rests(...) >> answer``.

``<<`` checks what the flow does: the request that it sends, or the node where it rests. ``>>`` gives it an event: a
reply, a refusal, CANCEL, or a function that makes an answer from the challenge. A failed check prints all steps so far.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import ndiff
from pprint import pformat
from typing import Any, Self

from authflow import Answer, Refusal
from authflow.core.flow import BaseFlow
from authflow.core.secret import Secret
from tests.support.samples import stamp


@dataclass(frozen=True)
class Calls:
    """The flow sends this request."""

    operation: str
    params: Mapping[str, Any]

    def __init__(self, operation: str, **params: object) -> None:
        object.__setattr__(self, "operation", operation)
        object.__setattr__(self, "params", params)


@dataclass(frozen=True)
class Rests:
    """The flow rests at this node, and its state has these attributes."""

    node: str
    attributes: Mapping[str, Any]

    def __init__(self, node: str, **attributes: object) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "attributes", attributes)


GiveAnswer = Callable[[Any], Answer]
CANCEL = object()


class ScriptedFlow:
    """A flow, and the steps that it has taken."""

    def __init__(self, flow: BaseFlow[Any, Any]) -> None:
        self.flow: Any = flow  # of any kind
        self._steps: list[str] = []

    def __lshift__(self, expected: Calls | Rests) -> Self:
        actual = self._describe_request() if isinstance(expected, Calls) else self._describe_rest(expected.attributes)
        if actual != expected:
            diff = ndiff(pformat(expected, width=100).splitlines(), pformat(actual, width=100).splitlines())
            raise AssertionError("\n".join(["the steps so far:", *self._steps, "then:", *diff]))
        self._steps.append(f"  << {actual}")
        return self

    def __rshift__(self, event: Mapping[str, Any] | Refusal | GiveAnswer | object) -> Self:
        at = stamp(len(self._steps) + 1)
        if event is CANCEL:
            self.flow = self.flow.cancel(at)
        elif isinstance(event, Refusal):
            self.flow = self.flow.refuse(event, at)
        elif isinstance(event, Mapping):
            self.flow = self.flow.receive(event, at)
        else:
            assert callable(event)
            self.flow = self.flow.answer(event(self.flow.challenge), at)
        self._steps.append(f"  >> {event}")
        return self

    def _describe_request(self) -> object:
        request = self.flow.request
        return Calls(request.operation, **request.params()) if request else Rests(self.flow.node)

    def _describe_rest(self, attributes: Mapping[str, Any]) -> object:
        if self.flow.request:
            return self._describe_request()
        values = {name: getattr(self.flow.state, name, "absent") for name in attributes}
        texts = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
        return Rests(self.flow.node, **texts)
