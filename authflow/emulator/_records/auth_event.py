"""What a user did: sign-ins, and the requests around them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

#: how many events of a user are kept
MAX_EVENTS: Final = 200


@dataclass(slots=True, eq=False)
class AuthEvent:
    """An event of a user's activity.

    Attributes:
        kind: EventType.
        response: EventResponse: ``Pass``, ``Fail`` or ``InProgress``.
        address: the IP address that the client named, if it named one.
        risk: the risk of the sign-in: ``Low``, ``Medium`` or ``High``; None for no risk.
        is_blocked: whether the sign-in was refused because of its risk.
        challenges: the answers, as ChallengeResponses has them.
        feedback: EventFeedback.
    """

    id: str
    kind: str
    created: datetime
    response: str
    address: str | None = None
    risk: str | None = None
    is_blocked: bool = False
    challenges: list[dict[str, str]] = field(default_factory=list)
    feedback: dict[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Return the AuthEventType structure."""
        decision = "Block" if self.is_blocked else "AccountTakeover" if self.risk else "NoRisk"
        level = {"RiskLevel": self.risk} if self.risk else {}
        return {
            "EventId": self.id,
            "EventType": self.kind,
            "CreationDate": self.created,
            "EventResponse": self.response,
            "EventRisk": {"RiskDecision": decision, **level, "CompromisedCredentialsDetected": False},
            "ChallengeResponses": self.challenges,
            **({"EventContextData": {"IpAddress": self.address}} if self.address else {}),
            **({"EventFeedback": self.feedback} if self.feedback else {}),
        }
