"""Snapshots: a resting flow as text, so that another process can resume it.

A snapshot contains Cognito's Session, which is a bearer secret: keep it where only your servers can read it. It
contains no password, no SRP value, no token and no client secret.
"""

import hashlib
import json
from typing import Any, TypeVar, overload

from authflow.core._frames import hides_frames
from authflow.core._validation import require_instance
from authflow.core.app_client import AppClient
from authflow.core.errors import SnapshotError
from authflow.core.flow import BaseFlow
from authflow.machines.sign_in import Flow
from authflow.snapshots import _format

__all__ = ["dumps", "loads"]

F = TypeVar("F", bound=BaseFlow[Any, Any])


@hides_frames
def dumps(flow: BaseFlow[Any, Any]) -> str:
    """Return a snapshot of a flow, as JSON text.

    The flow must be at a question, or failed.

    Raises:
        SnapshotError: ``not_at_rest``: the flow is calling Cognito, or complete. Tokens are never in a snapshot:
            store them yourself. ``malformed``: a flow that no sign-in made is too long, or holds a lone surrogate.
    """
    members, state = _format.encode_flow(flow)
    header = {"v": _format.VERSION, "book": flow.NAME, "pool": flow.app.pool_id, "client": flow.app.client_id}
    text = _format.encode_as(_format.VERSION, header | {"flow": members, "state": state})
    end = f'"v":{_format.VERSION}}}'
    return _format.require_readable(f'{text.removesuffix(end)}"sum":"{_checksum(text)}",{end}', _format.LONGEST)


@overload
def loads(text: str, app: AppClient) -> Flow: ...
@overload
def loads(text: str, app: AppClient, kind: type[F]) -> F: ...
@overload
def loads(text: str, app: AppClient, kind: None) -> BaseFlow[Any, Any]: ...
@hides_frames
def loads(text: str, app: AppClient, kind: type[BaseFlow[Any, Any]] | None = Flow) -> BaseFlow[Any, Any]:
    """Return the flow of a snapshot.

    Args:
        text: the text that ``dumps`` returned.
        app: the app client of the flow. A snapshot contains neither its secret nor its session validity.
        kind: the class of the flow, such as ``SignUpFlow``; None if all are welcome. By default it is a sign-in's.

    Raises:
        SnapshotError: ``malformed`` (``.field`` names the member), ``altered``, ``version``, ``kind`` (it is another
            kind of flow) or ``app_client``.
    """
    document = _parse(require_instance("text", text, str))
    _check_header(document, require_instance("app", app, AppClient))
    found = _format.require_kind(document["book"], kind)
    if document["v"] != _format.VERSION:
        _verify_checksum(document)  # migrations only see unaltered snapshots
    flow = _format.decode_flow(found, document["v"], (document["flow"], document["state"]), app)
    _verify_checksum(document)
    return flow


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(_format.require_readable(text, _format.LONGEST))
    except (ValueError, RecursionError):
        _format.raise_malformed(None, "the snapshot is not JSON: truncated, or not a snapshot")
    if not isinstance(document, dict):
        _format.raise_malformed(None, "the snapshot is not a JSON object")
    return document


def _check_header(document: dict[str, Any], app: AppClient) -> None:
    _format.require_version(document.get("v"))
    for name in ("book", "pool", "client", "flow", "state", "sum"):
        if name not in document:
            _format.raise_malformed(name, "is missing")
    for name, expected in (("pool", app.pool_id), ("client", app.client_id)):
        if document[name] != expected:
            raise SnapshotError("app_client", "belongs to another app client", name)


def _verify_checksum(document: dict[str, Any]) -> None:
    summed = {name: value for name, value in document.items() if name != "sum"}
    if document["sum"] != _checksum(_format.encode_as(document["v"], summed)):
        raise SnapshotError("altered", "the snapshot was altered", "sum")


def _checksum(text: str) -> str:
    # Detects accidents, not attacks: anybody who can write a snapshot can compute its checksum.
    return hashlib.sha256(text.encode()).hexdigest()[:16]
