"""Every exception that authflow raises.

::

    AuthflowError
      InvalidInput        (also ValueError) a bad argument or answer; nothing was sent, the flow is where it was
      IllegalTransition   the caller's mistake: an event that is not accepted where the flow stands
      UnexpectedReply     Cognito's: a reply that fits no row, lacks a field, or holds a value that can't be
      Refusal             Cognito said no
      SignInFailed        Authenticator.sign_in() ended in Failed
      SnapshotError       a snapshot that can't be written or read
      FlowTaken           a flow store has no flow under this handle, or has it no more
      StoreError          a store can't be reached, or answered nonsense
      BackendError        the transport failed
        Throttled         Cognito answered 429 or TooManyRequestsException: nothing was consumed
"""

from typing import Any, Final

from authflow.core.reasons import Reason

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

_SECRET: Final = ("flow", "rested")  # attributes that hold passwords and Sessions: these stay in their process


class AuthflowError(Exception):
    """The base of all of them. What a pickle or a copy brings has its text and attributes, but no flow."""

    def __reduce__(self) -> tuple[Any, ...]:
        held = {name: None if name in _SECRET else value for name, value in vars(self).items()}
        return _again, (type(self), self.args, held)


def _again(kind: type[AuthflowError], args: tuple[Any, ...], held: dict[str, Any]) -> AuthflowError:
    error = kind.__new__(kind, *args)  # __init__ made the text out of other arguments, and not all are there any more
    vars(error).update(held)
    return error


class InvalidInput(AuthflowError, ValueError):
    """A bad argument or answer. Nothing was sent and the flow is where it was: ask again.

    Attributes:
        field: the argument or answer that was wrong.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class IllegalTransition(AuthflowError):
    """The caller's mistake: the flow does not accept this event where it stands. The flow is unchanged.

    Attributes:
        node: where the flow stands.
        trigger: the event that was not accepted.
        accepted: the triggers that are accepted there.
    """

    def __init__(self, node: str, trigger: str, accepted: tuple[str, ...]) -> None:
        here = ", ".join(accepted) or "nothing, the flow has ended"
        super().__init__(f"{trigger!r} is not accepted in {node!r}; accepted here: {here}")
        self.node = node
        self.trigger = trigger
        self.accepted = accepted


class UnexpectedReply(AuthflowError):
    """Cognito answered what it should not. The flow is unchanged.

    Attributes:
        field: the member of the reply that was wrong.
        flow: the flow at the call whose reply this was; None where no flow was involved.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.flow: Any = None


class Refusal(AuthflowError):
    """Cognito said no (HTTP 4xx). Backends raise it; to a flow it is a value.

    Attributes:
        code: the exception's name in Cognito's API, such as ``NotAuthorizedException``.
        message: Cognito's text.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class SignInFailed(AuthflowError):
    """``Authenticator.sign_in()`` ended in ``Failed``.

    Attributes:
        code: the exception's name in Cognito's API, or ``Cancelled``.
        reason: the outcome, for code to tell apart.
    """

    def __init__(self, code: str, message: str, reason: Reason) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.reason = reason


class SnapshotError(AuthflowError):
    """A snapshot that can't be written or read.

    Attributes:
        code: ``not_at_rest``, ``malformed``, ``altered``, ``version`` or ``app_client``; of sealed ones also
            ``truncated``, ``unknown_key`` and ``expired``.
        field: the snapshot's member that was wrong, where one is to blame.
    """

    def __init__(self, code: str, problem: str, field: str | None = None) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.code = code
        self.field = field


class FlowTaken(AuthflowError):
    """A flow store has no flow under this handle: another request took it, it has expired, or there never was one."""


class StoreError(AuthflowError):
    """A store can't be reached, or answered nonsense. Whether it did what it was asked is unknown."""


class BackendError(AuthflowError):
    """The transport failed: a time-out, a lost connection, a 5xx, an answer that is not Cognito's.

    Whether Cognito saw the request is unknown. Drivers set both attributes; ``Authenticator.run(error.flow)`` sends
    the request again.

    Attributes:
        flow: the flow at the call that failed.
        rested: the flow as the step found it; None where the step was ``begin``.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.flow: Any = None
        self.rested: Any = None


class Throttled(BackendError):
    """Cognito answered 429 or TooManyRequestsException: nothing was consumed, the request may be sent again later."""
