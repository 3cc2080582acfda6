"""view: a flow as JSON for a page: what it asks or how it ended, and nothing secret."""

from typing import Any

from authflow.core.challenge import BaseQuestion
from authflow.core.flow import BaseFlow
from authflow.core.states import Calling, Failed

__all__ = ["view"]


def view(flow: BaseFlow[Any, Any], issuer: str | None = None) -> dict[str, Any]:
    """Return what a page may show of a flow, as a JSON object.

    It holds no Session, token, password or code, and no text of Cognito's except masked destinations and what the
    pool's Lambda triggers ask in CUSTOM_CHALLENGE. ``authflow.messages`` has the texts for the ids in ``message``.

    Args:
        flow: a flow of any machine.
        issuer: the name of your service. With it the form of ``TotpSetup`` shows the app's secret. Then give the view
            to the person only.

    Returns:
        These members:

        - ``machine`` and ``node``: the names of the flow's machine and of its node in the table.
        - ``form``: ``Form.to_json()`` of the question; None if there is none.
        - ``rejection``: the ``message`` for the person whose last answer was refused, and how many ``times`` that was
          so; None if the question is new.
        - ``expires_at``: until when an answer is possible, in ISO 8601; None without a question.
        - ``outcome``: the ``name`` of the end, its ``message`` and, if the flow has failed, the ``reason``; None until
          the end.

    Raises:
        InvalidInput: ``issuer`` is not valid.
    """
    state = flow.state
    question = state if isinstance(state, BaseQuestion) else None
    rejected = question.rejected if question else None
    return {
        "machine": flow.machine.name,
        "node": str(flow.node),
        "form": question.form(issuer, flow.entered_username or flow.username).to_json() if question else None,
        "rejection": {"message": rejected.message_id, "times": rejected.times} if rejected else None,
        "expires_at": (question.asked_at + question.get_lifetime(flow.app)).isoformat() if question else None,
        "outcome": None if question or isinstance(state, Calling) else _describe_end(flow),
    }


def _describe_end(flow: BaseFlow[Any, Any]) -> dict[str, str]:
    if isinstance(flow.state, Failed):
        return {"name": str(flow.node), "message": flow.state.reason.message_id, "reason": str(flow.state.reason)}
    return {"name": str(flow.node), "message": f"outcome.{flow.node!s}"}
