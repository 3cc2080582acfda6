"""Snapshots: a resting flow as text, to go on with in another process.

A snapshot holds Cognito's Session, which is a bearer secret: keep it where only your servers can read it. It holds no
password, no SRP value, no token and no client secret.
"""

import hashlib
import json
from typing import Any

from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import SnapshotError
from authflow.machines.sign_in import Flow
from authflow.machines.sign_in._machine import MACHINE
from authflow.snapshots import _format

__all__ = ["dumps", "loads"]


def dumps(flow: Flow) -> str:
    """Return a flow at a challenge, or failed, as JSON.

    Raises:
        SnapshotError: ``not_at_rest``: the flow is calling, or signed in. Tokens are yours to keep.
    """
    members, state = _format.encode_flow(flow)
    frame = {"v": _format.VERSION, "book": MACHINE.name, "pool": flow.app.pool_id, "client": flow.app.client_id}
    text, end = _format.as_json(frame | {"flow": members, "state": state}), f'"v":{_format.VERSION}}}'
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
    if document["v"] != _format.VERSION:
        _check_sum(document)  # a migration reads what was written, nothing else
    flow = _format.decode_flow(document["v"], (document["flow"], document["state"]), app)
    _check_sum(document)
    return flow


def _parse(text: str) -> dict[str, Any]:
    if len(text) > _format.LONGEST:
        _format.malformed(None, f"has {len(text)} characters, no snapshot has more than {_format.LONGEST}")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        _format.malformed(None, "the snapshot is not JSON: truncated, or not a snapshot")
    if not isinstance(document, dict):
        _format.malformed(None, "the snapshot is not a JSON object")
    return document


def _check_frame(document: dict[str, Any], app: AppClient) -> None:
    _format.check_version(document.get("v"))
    for name in ("book", "pool", "client", "flow", "state", "sum"):
        if name not in document:
            _format.malformed(name, "is missing")
    if document["book"] != MACHINE.name:
        _format.malformed("book", f"is not {MACHINE.name}")
    for name, expected in (("pool", app.pool_id), ("client", app.client_id)):
        if document[name] != expected:
            raise SnapshotError("app_client", "belongs to another app client", name)


def _check_sum(document: dict[str, Any]) -> None:
    if document["sum"] != _checksum(
        _format.as_json({name: value for name, value in document.items() if name != "sum"})
    ):
        raise SnapshotError("altered", "the snapshot is not as it was written", "sum")


def _checksum(text: str) -> str:
    # Against accidents only: whoever can write snapshots can write this too.
    return hashlib.sha256(text.encode()).hexdigest()[:16]
