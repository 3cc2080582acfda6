"""The exceptions that authflow raises.

::

    AuthflowError
      InvalidInput        (also a ValueError) an argument or answer is invalid; nothing was sent, the flow is unchanged
      IllegalTransition   the flow does not accept this event at its node: a mistake of the caller
      UnexpectedReply     Cognito's reply has no row in the table, lacks a member, or holds an impossible value
      Refusal             Cognito refused a request
      SignInFailed        Authenticator.sign_in() ended in Failed
      SnapshotError       a snapshot can't be written or read
      FlowTaken           a flow store has no flow under this handle: taken, expired, or never stored
      StoreError          a store can't be reached, or returned what it should not
      TokenRejected       a token is not valid here (authflow.tokens)
      BackendError        the transport failed; whether Cognito saw the request is unknown
        Throttled         Cognito throttled the request (HTTP 429, TooManyRequestsException) and did not process it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authflow.core._texts import clean
from authflow.core.reasons import Reason, find_reason

if TYPE_CHECKING:  # flows stand above errors; drivers only attach them
    from authflow.core.flow import BaseFlow

__all__ = [
    "AuthflowError",
    "BackendError",
    "FlowTaken",
    "IllegalTransition",
    "InvalidInput",
    "Refusal",
    "SignInFailed",
    "SnapshotError",
    "StoreError",
    "Throttled",
    "UnexpectedReply",
]

_MAX_CODE_LENGTH, _MAX_FIELD_LENGTH, _MAX_MESSAGE_LENGTH = 128, 200, 2048  # characters
_NOT_PICKLED: Final = ("flow", "_flow", "rested")  # flows hold passwords and Sessions, which must not leave the process


class AuthflowError(Exception):
    """The base class. A copy or an unpickled error has the text and the attributes of the original, but no flow."""

    def __reduce__(self) -> tuple[Any, ...]:
        attributes = {name: None if name in _NOT_PICKLED else value for name, value in vars(self).items()}
        return _rebuild, (type(self), self.args, attributes)


def _rebuild(kind: type[AuthflowError], args: tuple[Any, ...], attributes: dict[str, Any]) -> AuthflowError:
    error = kind.__new__(kind, *args)  # without __init__: it takes other arguments than the text that it made of them
    vars(error).update(attributes)
    return error


class InvalidInput(AuthflowError, ValueError):
    """An argument or answer is invalid. Nothing was sent and the flow is unchanged, so you can ask the person again.

    Attributes:
        field: the name of the invalid argument.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{clean(field, at_most=_MAX_FIELD_LENGTH)}: {problem}")
        self.field = field


class IllegalTransition(AuthflowError):
    """The flow does not accept this event at its node, which is a mistake of the caller. The flow is unchanged.

    Attributes:
        node: the flow's node.
        trigger: the trigger that was not accepted.
        accepted: the triggers that the node accepts.
    """

    def __init__(self, node: str, trigger: str, accepted: tuple[str, ...]) -> None:
        here = ", ".join(accepted) or "nothing, the flow has ended"
        super().__init__(f"{trigger!r} is not accepted in {node!r}; accepted here: {here}")
        self.node = node
        self.trigger = trigger
        self.accepted = accepted


class UnexpectedReply(AuthflowError):
    """Cognito's reply is not one that it may send here. The flow is unchanged.

    Attributes:
        field: the member of the reply that is wrong, or ``reply``.
        flow: the flow that received the reply; None if no flow was involved.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.flow: BaseFlow[Any, Any] | None = None


class Refusal(AuthflowError):
    """Cognito refused a request (HTTP 4xx). Backends raise it; ``flow.refuse`` takes it as an argument.

    Attributes:
        code: the exception's name in Cognito's API, such as ``NotAuthorizedException``.
        message: Cognito's text. Control characters are escaped, and a text of more than 2,048 characters is cut.
    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code: str = clean(code, at_most=_MAX_CODE_LENGTH)
        self.message: str = clean(message, at_most=_MAX_MESSAGE_LENGTH)
        super().__init__(f"{self.code}: {self.message}" if message else self.code)

    @property
    def reason(self) -> Reason:
        """What the refusal stands for, as an enum."""
        return find_reason(self.code, self.message)


class SignInFailed(AuthflowError):
    """``Authenticator.sign_in()`` ended in ``Failed``.

    Attributes:
        code: the exception's name in Cognito's API, or ``Cancelled``.
        reason: why it failed, as an enum.
    """

    def __init__(self, code: str, message: str, reason: Reason) -> None:
        refusal = Refusal(code, message)  # a snapshot may hold a text as it came
        super().__init__(str(refusal))
        self.code: str = refusal.code
        self.reason: Reason = reason


class SnapshotError(AuthflowError):
    """A snapshot can't be written or read.

    Attributes:
        code: ``not_at_rest``, ``malformed``, ``altered``, ``version`` or ``app_client``; for sealed snapshots also
            ``truncated``, ``unknown_key`` and ``expired``.
        field: the member of the snapshot that is wrong; None if the error is about no single member.
    """

    def __init__(self, code: str, problem: str, field: str | None = None) -> None:
        shown = clean(field or "", at_most=_MAX_FIELD_LENGTH)
        super().__init__(f"{shown}: {problem}" if shown else problem)
        self.code: str = code
        self.field: str | None = shown or None


class FlowTaken(AuthflowError):
    """A flow store has no flow under this handle: another request took it, it has expired, or there never was one."""


class StoreError(AuthflowError):
    """A store can't be reached, or returned what it should not. Whether it carried out the command is unknown."""


class BackendError(AuthflowError):
    """The transport failed: a timeout, a lost connection, an HTTP 5xx, or a response that is not Cognito's.

    Whether Cognito saw the request is unknown. Drivers set both attributes. To send the request again, call
    ``Authenticator.run(error.flow)``.

    Attributes:
        rested: the flow as it was passed to the failed step; None if the step was ``begin``.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self._flow: BaseFlow[Any, Any] | None = None
        self.rested: Any = None

    @property
    def flow(self) -> Any:  # noqa: ANN401 - of the kind that the driver ran
        """The flow whose request failed.

        Raises:
            AttributeError: no driver sent the request, or the error was pickled.
        """
        if self._flow is None:
            raise AttributeError("the error has no flow: no driver sent the request, or the error was pickled")
        return self._flow

    @flow.setter
    def flow(self, flow: BaseFlow[Any, Any]) -> None:
        self._flow = flow


class Throttled(BackendError):
    """Cognito throttled the request (HTTP 429, TooManyRequestsException) and did not process it. Retry later."""
