"""The format of snapshots: the JSON values that describe a resting flow, and the migration of older versions."""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

from authflow.challenges import PasswordChallenge
from authflow.core._codec import FieldError, decode, encode, encode_json
from authflow.core._texts import clean
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.challenge import BaseQuestion
from authflow.core.context import Context
from authflow.core.errors import SnapshotError
from authflow.core.flow import BaseFlow
from authflow.core.machine import Machine
from authflow.machines.sign_in import Flow
from authflow.machines.sign_in.table import AuthFlow, Node

F = TypeVar("F", bound=BaseFlow[Any, Any])
AnyFlow: TypeAlias = BaseFlow[Any, Any]

VERSION: Final = 2
LONGEST: Final = 262_144  # characters; far more than a Session, attributes and a context need


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members:
    """The member ``flow`` of a snapshot: everything but the flow's state and its app client."""

    id: str
    node: str
    entered_username: str = ""
    canonical_username: str | None = None
    admin: bool = False
    holder: str | None = None
    device_key: str | None = None
    context: Context | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignInMembers(_Members):
    """The same of a sign-in."""

    node: Node
    auth_flow: AuthFlow
    only: tuple[str, ...] = ()


_encode_as_version_1: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of flow that has snapshots.

    Attributes:
        name: the machine's name.
        flow: the flow's class.
        machines: by ``Machine.within``.
        members: the class of the member ``flow``.
        names: the names of its members.
    """

    name: str
    flow: type[AnyFlow]
    machines: Mapping[str, Machine[Any]]
    members: type[_Members]
    names: tuple[str, ...]


#: the machines whose flows have snapshots
NAMES: Final = (Flow.NAME, "sign_up", "reset_password")


@cache
def find_kind(name: str) -> Kind:
    """Return a kind of flow by its machine's name, which must be one of ``NAMES``. Its modules are loaded now."""
    module = import_module(f"authflow.machines.{name}._machine")
    members = _SignInMembers if name == Flow.NAME else _Members
    return Kind(name, module.FLOW, module.MACHINES, members, tuple(member.name for member in fields(members)))


def require_kind(name: object, wanted: type[AnyFlow] | None) -> Kind:
    """Return the kind of flow of a snapshot.

    Args:
        name: the machine's name, as the snapshot has it.
        wanted: the class that the flow must have; None for any.

    Raises:
        SnapshotError: ``malformed`` or ``kind``.
    """
    if name not in NAMES:
        raise_malformed("book", f"is not one of {', '.join(NAMES)}")
    if wanted is not None and name != wanted.NAME:
        raise SnapshotError("kind", f"is a flow of {name}, not of {wanted.NAME}", "book")
    return find_kind(str(name))


def encode_flow(flow: AnyFlow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members ``flow`` and ``state`` of a snapshot of a resting flow, as JSON values.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    kind = find_kind(require_resting(flow).NAME)
    members = kind.members(**{name: getattr(flow, name) for name in kind.names})
    return encode(members), encode(flow.state)


def decode_flow(kind: Kind, version: object, parts: Sequence[Any], app: AppClient) -> AnyFlow:
    """Return the flow of this kind that ``encode_flow`` of this or an older version encoded.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    members_json, state_json = _migrate(version, parts)
    try:
        members = decode(kind.members, members_json, "flow")
        within = members.auth_flow if isinstance(members, _SignInMembers) else ""
        node, machine = _find_node(kind, members.node, within)
        state = decode(machine.resting[node], state_json, "state")
        if isinstance(state, PasswordChallenge) and state.kind != node.upper():
            raise_malformed("state.kind", f"does not belong to {node}")
    except FieldError as error:
        raise_malformed(error.field, str(error))
    attributes = {name: getattr(members, name) for name in kind.names if name not in {"auth_flow", "node"}}
    return kind.flow(machine=machine, app=app, node=node, state=state, **attributes)


def _find_node(kind: Kind, name: str, within: str) -> tuple[str, Machine[Any]]:
    """Return a node of a table by its name, and the machine, if a flow can rest there."""
    machine = kind.machines[within]
    node = next((node for node in machine.resting if node == name and node in machine.transitions.nodes), None)
    if node is None:
        raise_malformed("flow.node", f"{clean(name, at_most=100)} has no snapshot in {within or kind.name}")
    return node, machine


def encode_as(version: int, value: object) -> str:
    """Return JSON as this version of the format writes it: version 1 had only ASCII characters.

    Raises:
        SnapshotError: ``malformed``: a text holds a lone surrogate, which no store could keep.
    """
    if version == 1:
        return _encode_as_version_1(value)
    try:
        return encode_json(value)
    except UnicodeEncodeError:
        raise_malformed(None, "the flow holds a lone surrogate, which UTF-8 can't encode")


def require_readable(text: str, at_most: int) -> str:
    """Return the text of a snapshot if reading would accept its length.

    Raises:
        SnapshotError: ``malformed``.
    """
    if len(text) > at_most:
        raise_malformed(None, f"has {len(text)} characters, a snapshot has at most {at_most}")
    return text


def require_resting(flow: F) -> F:
    """Return the flow if it is at a question or has failed.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    require_instance("flow", flow, BaseFlow)
    if flow.node not in flow.machine.resting:
        raise SnapshotError(
            "not_at_rest", f"a flow in {flow.node!s} has no snapshot: it must be at a question, or failed"
        )
    return flow


def compute_expiry(flow: AnyFlow, now: datetime) -> datetime:
    """Return when a resting flow expires.

    A flow at a question expires with what Cognito keeps for it, such as its Session or the code that was sent. A failed
    flow expires as long after ``now`` as a Session.
    """
    asked: BaseQuestion | None = flow.challenge
    start, lifetime = (asked.asked_at, asked.get_lifetime(flow.app)) if asked else (now, flow.app.session_validity)
    try:
        return start + lifetime
    except OverflowError:  # a snapshot may have a challenge that was asked in the last minute of the year 9999
        return start


def require_version(version: object) -> int:
    """Return the version if this release of authflow can read it.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    if type(version) is not int:
        raise_malformed("v", "is missing or not a number")
    if version != VERSION and version not in MIGRATIONS:
        raise SnapshotError(
            "version", f"is {clean(str(version), at_most=20)}, this release of authflow reads up to {VERSION}", "v"
        )
    return version


def _name_auth_flow(flow: Any, state: Any) -> tuple[Any, Any]:  # noqa: ANN401 - JSON
    """Convert version 1 to 2, which names the AuthFlow, and tells an entered username from a canonical one.

    Where the challenge does not tell the AuthFlow, the flow continues in CUSTOM_AUTH. Its rows include those of every
    other AuthFlow from here on, without the challenges that ask for the password.
    """
    node = flow.get("node")
    flow["auth_flow"] = _AUTH_FLOWS_BY_NODE.get(node, AuthFlow.CUSTOM_AUTH)
    username, flow["entered_username"] = flow.pop("username", ""), flow.pop("typed", "")
    flow["canonical_username"] = username if username != flow["entered_username"] else None
    return flow, state


_AUTH_FLOWS_BY_NODE: Final[Mapping[str, AuthFlow]] = {
    Node.SELECT_CHALLENGE: AuthFlow.USER_AUTH,
    Node.PASSWORD: AuthFlow.USER_AUTH,
    Node.PASSWORD_SRP: AuthFlow.USER_AUTH,
    Node.SMS_OTP: AuthFlow.USER_AUTH,
    Node.ADMIN_NO_SRP_AUTH: AuthFlow.ADMIN_USER_PASSWORD_AUTH,
}
# For each older version, the migration to the next one. It takes the JSON values of flow and state, may change them in
# place, and returns them. Migrations are never removed. The other members of a snapshot never change.
MIGRATIONS: Final[Mapping[int, Callable[[Any, Any], tuple[Any, Any]]]] = {1: _name_auth_flow}


def _migrate(version: object, parts: Sequence[Any]) -> Sequence[Any]:
    """Return flow and state in the format of the current version."""
    found = require_version(version)
    if found == VERSION:
        return parts
    for name, part in zip(("flow", "state"), parts, strict=True):
        if not isinstance(part, dict):
            raise_malformed(name, "is not a JSON object")
    migrated = deepcopy(parts)
    for older in range(found, VERSION):
        migrated = MIGRATIONS[older](*migrated)
    return migrated


def raise_malformed(field: str | None, problem: str) -> NoReturn:
    """Raise the SnapshotError for a text that is not a snapshot."""
    raise SnapshotError("malformed", problem, field) from None
