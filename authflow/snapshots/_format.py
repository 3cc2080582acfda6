"""The format of snapshots: the JSON values that describe a resting flow, and the migration of older versions."""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, NoReturn

from authflow.challenges import (
    CHALLENGES,
    CustomChallenge,
    DeviceSrp,
    EmailOtp,
    MfaSetup,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SelectMfaType,
    SmsMfa,
    SmsOtp,
    SoftwareTokenMfa,
    TotpSetup,
)
from authflow.core._codec import FieldError, decode, encode, encode_json
from authflow.core._texts import clean
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.errors import SnapshotError
from authflow.core.states import Failed
from authflow.machines.sign_in import Flow, State
from authflow.machines.sign_in._machine import MACHINES
from authflow.machines.sign_in.table import AuthFlow, Node

VERSION: Final = 2
LONGEST: Final = 262_144  # characters; far more than a Session, attributes and a context need
_STATES: Final[Mapping[str, type[State]]] = {
    Node.SMS_MFA: SmsMfa,
    Node.EMAIL_OTP: EmailOtp,
    Node.SMS_OTP: SmsOtp,
    Node.SOFTWARE_TOKEN_MFA: SoftwareTokenMfa,
    Node.SELECT_MFA_TYPE: SelectMfaType,
    Node.MFA_SETUP: MfaSetup,
    Node.TOTP_SETUP: TotpSetup,
    Node.NEW_PASSWORD_REQUIRED: NewPasswordRequired,
    Node.CUSTOM_CHALLENGE: CustomChallenge,
    Node.SELECT_CHALLENGE: SelectChallenge,
    Node.PASSWORD: PasswordChallenge,
    Node.PASSWORD_SRP: PasswordChallenge,
    Node.ADMIN_NO_SRP_AUTH: PasswordChallenge,
    Node.DEVICE_SRP_AUTH: DeviceSrp,
    Node.FAILED: Failed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members:
    """The member ``flow`` of a snapshot: everything but the flow's state and its app client."""

    id: str
    node: Node
    auth_flow: AuthFlow
    entered_username: str = ""
    canonical_username: str | None = None
    only: tuple[str, ...] = ()
    admin: bool = False
    holder: str | None = None
    device_key: str | None = None
    context: Context | None = None


_MEMBERS: Final = tuple(member.name for member in fields(_Members))
_encode_as_version_1: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def encode_flow(flow: Flow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members ``flow`` and ``state`` of a snapshot of a resting flow, as JSON values.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    require_resting(flow)
    members = _Members(**{name: getattr(flow, name) for name in _MEMBERS})
    return encode(members), encode(flow.state)


def decode_flow(version: object, parts: Sequence[Any], app: AppClient) -> Flow:
    """Return the flow that ``encode_flow`` of this or an older version encoded.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    members_json, state_json = _migrate(version, parts)
    try:
        members = decode(_Members, members_json, "flow")
        machine = MACHINES[members.auth_flow]
        if members.node not in _STATES or members.node not in machine.transitions.nodes:
            raise_malformed("flow.node", f"{members.node} has no snapshot in {members.auth_flow}")
        state = decode(_STATES[members.node], state_json, "state")
        if isinstance(state, PasswordChallenge) and state.kind != members.node.upper():
            raise_malformed("state.kind", f"does not belong to {members.node}")
    except FieldError as error:
        raise_malformed(error.field, str(error))
    attributes = {name: getattr(members, name) for name in _MEMBERS if name != "auth_flow"}
    return Flow(machine=machine, app=app, state=state, **attributes)


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


def require_resting(flow: Flow) -> Flow:
    """Return the flow if it is at a challenge or has failed.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    if not isinstance(require_instance("flow", flow, Flow).state, (*CHALLENGES, Failed)):
        raise SnapshotError(
            "not_at_rest", f"a flow in {flow.node!s} has no snapshot: it must be at a challenge, or failed"
        )
    return flow


def compute_expiry(flow: Flow, now: datetime) -> datetime:
    """Return when a resting flow expires.

    A flow at a challenge expires with Cognito's Session; a failed flow expires the same time after ``now``.
    """
    start = flow.challenge.asked_at if flow.challenge else now
    try:
        return start + flow.app.session_validity
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
