"""What every request has, and what the flow that sends it adds."""

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Final, Protocol, Self

from authflow.core.app_client import AppClient
from authflow.core.context import Context

_NOT_SENT: Final = ("region", "context")  # members of a request that params() leaves out, or takes apart


class Sender(Protocol):
    """What a request takes from the flow that sends it."""

    @property
    def app(self) -> AppClient:
        """The app client."""

    @property
    def username(self) -> str:
        """The name that Cognito knows the person by at this point."""

    @property
    def admin(self) -> bool:
        """Whether to use the admin API."""

    @property
    def device_key(self) -> str | None:
        """The remembered device, where there is one."""

    @property
    def current_context(self) -> Context | None:
        """What to say beside the sign-in itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to Cognito.

    Attributes:
        operation: the operation's name in Cognito's API.
        region: the AWS region to send it to: the pool's. Empty until the request is address.
        context: the facts that go with it; each operation takes those that it has members for.
    """

    operation: ClassVar[str]
    context_members: ClassVar[tuple[str, ...]] = ()

    region: str = ""
    context: Context | None = None

    @property
    def may_name_device(self) -> bool:
        """Whether the request says which remembered device it comes from, where there is one."""
        return False

    def params(self) -> dict[str, object]:
        """Return the request's members by Cognito's names, ready for boto3 or JSON. Never log them."""
        values = ((member.name, getattr(self, member.name)) for member in fields(self) if member.name not in _NOT_SENT)
        params = {_wire_name(name): _plain(value) for name, value in values if value}
        context = self.context.to_members() if self.context else {}
        return params | {name: context[name] for name in self.context_members if name in context}

    def address(self, sender: Sender) -> "Request":
        """Return this request as ``sender`` sends it."""
        return replace(self, region=sender.app.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest(Request):
    """A request that names its app client."""

    client_id: str = ""

    def _with(self, sender: Sender, **changes: Any) -> Self:  # noqa: ANN401 - checked by the dataclass
        app = sender.app
        return replace(self, region=app.region, client_id=app.client_id, context=sender.current_context, **changes)


def _wire_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, tuple) else value
