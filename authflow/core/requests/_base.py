"""The base of all requests, and what a request takes from the flow that sends it."""

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Final, Protocol, Self

from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.pairs import NamedValues
from authflow.core.secret import Secret, reveal

_NOT_SENT: Final = (
    "region",
    "context",
)  # params() omits the region, and expands the context


class Sender(Protocol):
    """What a request takes from the flow that sends it."""

    @property
    def app(self) -> AppClient:
        """The app client."""

    @property
    def username(self) -> str:
        """The username that requests use at this point."""

    @property
    def admin(self) -> bool:
        """Whether to use the admin API."""

    @property
    def device_key(self) -> str | None:
        """The key of the remembered device, if there is one."""

    @property
    def current_context(self) -> Context | None:
        """The context of the request, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to Cognito.

    Attributes:
        operation: the operation's name in Cognito's API.
        region: the AWS region of the pool. It is empty until ``address`` sets it.
        context: additional facts; each operation sends those that it has members for.
    """

    operation: ClassVar[str]
    context_members: ClassVar[tuple[str, ...]] = ()

    region: str = ""
    context: Context | None = None

    @property
    def may_name_device(self) -> bool:
        """Whether the request carries the key of the remembered device, if there is one."""
        return False

    def params(self) -> dict[str, object]:
        """Return the request's members by Cognito's names, for boto3 or JSON. They are secret: do not log them."""
        values = ((member.name, getattr(self, member.name)) for member in fields(self) if member.name not in _NOT_SENT)
        params = {_make_wire_name(name): _make_plain(value) for name, value in values if value}
        context = self.context.to_members() if self.context else {}
        return params | {name: context[name] for name in self.context_members if name in context}

    def address(self, sender: Sender) -> "Request":
        """Return the complete request, with what ``sender`` adds."""
        return replace(self, region=sender.app.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRequest(Request):
    """A request that names its app client."""

    client_id: str = ""

    def _fill_in(self, sender: Sender, **changes: Any) -> Self:  # noqa: ANN401 - checked by the dataclass
        app = sender.app
        return replace(self, region=app.region, client_id=app.client_id, context=sender.current_context, **changes)


def _make_wire_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _make_plain(value: object) -> object:
    if isinstance(value, NamedValues):
        return [{"Name": name, "Value": reveal(item)} for name, item in value.pairs]
    if isinstance(value, tuple):
        return {name: reveal(item) for name, item in value}
    return value.reveal() if isinstance(value, Secret) else value
