"""The format of snapshots: what they say of a resting flow, as JSON values, and how older versions are read."""

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
from authflow.core._codec import FieldError, decode, encode
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.context import Context
from authflow.core.errors import InvalidInput, SnapshotError
from authflow.core.states import Failed
from authflow.machines.sign_in import Flow, State
from authflow.machines.sign_in._machine import MACHINE
from authflow.machines.sign_in.table import Node

VERSION: Final = 1
# From each older version to the next: (flow, state) as JSON has them, which a migration may change and returns. All of
# them stay for ever; the frame around the two never changes.
MIGRATIONS: Final[Mapping[int, Callable[[Any, Any], tuple[Any, Any]]]] = {}
LONGEST: Final = 262_144  # characters: many times a Session, its attributes and a context
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
    """What a snapshot says of its flow, beside the state and the frame."""

    id: str
    node: Node
    username: str = ""
    typed: str = ""  # Flow.entered_username: the format keeps its older name
    admin: bool = False
    holder: str | None = None
    device_key: str | None = None
    context: Context | None = None


_RENAMED: Final = {"typed": "entered_username"}
_MEMBERS: Final = {member.name: _RENAMED.get(member.name, member.name) for member in fields(_Members)}
as_json: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def encode_flow(flow: Flow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return all that a snapshot of this version says of a resting flow, flow and state, as JSON values.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    require_resting(flow)
    members = _Members(**{name: getattr(flow, attribute) for name, attribute in _MEMBERS.items()})
    return encode(members), encode(flow.state)


def decode_flow(version: object, parts: Sequence[Any], app: AppClient) -> Flow:
    """Return the flow that ``encode_flow`` of some version was given.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    members_json, state_json = _migrate(version, parts)
    try:
        members = decode(_Members, members_json, "flow")
        if members.node not in _STATES:
            malformed("flow.node", f"{members.node} has no snapshot")
        state = decode(_STATES[members.node], state_json, "state")
        if isinstance(state, PasswordChallenge) and state.kind != members.node.upper():
            malformed("state.kind", f"does not belong to {members.node}")
    except FieldError as error:
        malformed(error.field, str(error))
    except InvalidInput as error:
        malformed(f"flow.context.{error.field}", "can't be")
    held = {attribute: getattr(members, name) for name, attribute in _MEMBERS.items()}
    return Flow(machine=MACHINE, app=app, state=state, **held)


def require_resting(flow: Flow) -> Flow:
    """Return the flow if it has a snapshot.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    if not isinstance(require_instance("flow", flow, Flow).state, (*CHALLENGES, Failed)):
        raise SnapshotError("not_at_rest", f"a flow in {flow.node!s} has no snapshot: only at a challenge, or failed")
    return flow


def expires_at(flow: Flow, now: datetime) -> datetime:
    """Return when a resting flow is of no use any more: with Cognito's Session; a failed one, as long from now."""
    begun = flow.challenge.asked_at if flow.challenge else now
    try:
        return begun + flow.app.session_validity
    except OverflowError:  # a snapshot may say that the challenge was asked in the last minute of the year 9999
        return begun


def check_version(version: object) -> int:
    """Return a version that this authflow can read."""
    if type(version) is not int:
        malformed("v", "is missing or not a number")
    if version != VERSION and version not in MIGRATIONS:
        raise SnapshotError("version", f"is {version}, this authflow reads up to {VERSION}", "v")
    return version


def _migrate(version: object, parts: Sequence[Any]) -> Sequence[Any]:
    """Return flow and state as this version has them."""
    since = check_version(version)
    migrated = parts if since == VERSION else deepcopy(parts)
    for one in range(since, VERSION):
        migrated = MIGRATIONS[one](*migrated)
    return migrated


def malformed(field: str | None, problem: str) -> NoReturn:
    """Raise SnapshotError for a text that is no snapshot."""
    raise SnapshotError("malformed", problem, field) from None
