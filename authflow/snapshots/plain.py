"""Snapshots: a resting flow as text, to go on with in another process.

A snapshot holds Cognito's Session, which is a bearer secret: keep it where only your servers can read it. It holds no
password, no SRP value, no token and no client secret.
"""

import hashlib
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
from authflow.core.states import Failed, State
from authflow.machines.sign_in import BOOK, Flow
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
    """What a snapshot says of its flow, by the flow's own names, beside the state and the frame."""

    id: str
    node: Node
    username: str = ""
    typed: str = ""
    admin: bool = False
    holder: str | None = None
    device_key: str | None = None
    context: Context | None = None


_MEMBERS: Final = tuple(member.name for member in fields(_Members))
as_json: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def dumps(flow: Flow) -> str:
    """Return a flow at a challenge, or failed, as JSON.

    Raises:
        SnapshotError: ``not_at_rest``: the flow is calling, or signed in. Tokens are yours to keep.
    """
    members, state = parts(flow)
    frame = {"v": VERSION, "book": BOOK.name, "pool": flow.app.pool_id, "client": flow.app.client_id}
    text, end = as_json(frame | {"flow": members, "state": state}), f'"v":{VERSION}}}'
    return f'{text.removesuffix(end)}"sum":"{_checksum(text)}",{end}'


def loads(text: str, app: AppClient) -> Flow:
    """Return the flow that ``dumps`` was given.

    Args:
        text: what ``dumps`` returned.
        app: the app client of the flow; its secret and session validity come from here.

    Raises:
        SnapshotError: ``malformed`` (``.field`` says where), ``altered``, ``version`` or ``app_client``.
    """
    document = _parse(require_instance("text", text, str))
    _check_frame(document, require_instance("app", app, AppClient))
    if document["v"] != VERSION:
        _check_sum(document)  # a migration reads what was written, nothing else
    flow = from_parts(document["v"], (document["flow"], document["state"]), app)
    _check_sum(document)
    return flow


def parts(flow: Flow) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return all that a snapshot of this version says of a resting flow, flow and state, as JSON values.

    Raises:
        SnapshotError: ``not_at_rest``.
    """
    require_resting(flow)
    return encode(flow, _Members), encode(flow.state)


def from_parts(version: object, of_version: Sequence[Any], app: AppClient) -> Flow:
    """Return the flow that ``parts`` of some version was given.

    Raises:
        SnapshotError: ``malformed`` or ``version``.
    """
    members_json, state_json = _migrated(version, of_version)
    try:
        members = decode(_Members, members_json, "flow")
        if members.node not in _STATES:
            _malformed("flow.node", f"{members.node} has no snapshot")
        state = decode(_STATES[members.node], state_json, "state")
        if isinstance(state, PasswordChallenge) and state.kind != members.node.upper():
            _malformed("state.kind", f"does not belong to {members.node}")
    except FieldError as error:
        _malformed(error.field, str(error))
    except InvalidInput as error:
        _malformed(f"flow.context.{error.field}", "can't be")
    return Flow(book=BOOK, app=app, state=state, **{name: getattr(members, name) for name in _MEMBERS})


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


def _parse(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        _malformed(None, f"has {len(text)} characters, no snapshot has more than {LONGEST}")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        _malformed(None, "the snapshot is not JSON: truncated, or not a snapshot")
    if not isinstance(document, dict):
        _malformed(None, "the snapshot is not a JSON object")
    return document


def _check_frame(document: dict[str, Any], app: AppClient) -> None:
    _check_version(document.get("v"))
    for name in ("book", "pool", "client", "flow", "state", "sum"):
        if name not in document:
            _malformed(name, "is missing")
    if document["book"] != BOOK.name:
        _malformed("book", f"is not {BOOK.name}")
    for name, expected in (("pool", app.pool_id), ("client", app.client_id)):
        if document[name] != expected:
            raise SnapshotError("app_client", "belongs to another app client", name)


def _check_version(version: object) -> int:
    if type(version) is not int:
        _malformed("v", "is missing or not a number")
    if version != VERSION and version not in MIGRATIONS:
        raise SnapshotError("version", f"is {version}, this authflow reads up to {VERSION}", "v")
    return version


def _migrated(version: object, of_version: Sequence[Any]) -> Sequence[Any]:
    """Return flow and state as this version has them."""
    since = _check_version(version)
    migrated = of_version if since == VERSION else deepcopy(of_version)
    for one in range(since, VERSION):
        migrated = MIGRATIONS[one](*migrated)
    return migrated


def _check_sum(document: dict[str, Any]) -> None:
    if document["sum"] != _checksum(as_json({name: value for name, value in document.items() if name != "sum"})):
        raise SnapshotError("altered", "the snapshot is not as it was written", "sum")


def _checksum(text: str) -> str:
    # Against accidents only: whoever can write snapshots can write this too.
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _malformed(field: str | None, problem: str) -> NoReturn:
    raise SnapshotError("malformed", problem, field) from None
