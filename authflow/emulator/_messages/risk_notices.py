"""Messages about risky sign-ins, in pools with threat protection.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from authflow.emulator._messages import senders
from authflow.emulator._messages.links import find_host
from authflow.emulator._outbox import Message, Purpose
from authflow.emulator._records.auth_event import AuthEvent
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.device import LAST_IP
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._triggers.registry import TriggerInvocation

PLACEHOLDER: Final = re.compile(r"\{([a-z-]+)\}")


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of message.

    Attributes:
        member: the member of NotifyConfiguration with its template.
        subject: the subject if the template is absent.
    """

    member: str
    subject: str


NOTHING_DONE: Final = NoticeKind("NoActionEmail", "New sign-in attempt")
MFA_ASKED: Final = NoticeKind("MfaEmail", "New sign-in attempt")
KINDS: Final[Mapping[str, NoticeKind]] = {
    "BLOCK": NoticeKind("BlockEmail", "Blocked sign-in attempt"),
    "NO_ACTION": NOTHING_DONE,
    "MFA_IF_CONFIGURED": MFA_ASKED,
    "MFA_REQUIRED": MFA_ASKED,
}
DEFAULT_BODY: Final = (  # own text
    "There was a sign-in at {login-time}. To tell whether it was you: {feedback-token}"
)
#: the placeholders of templates, with the names that the same values have in events of custom senders
#: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
MEMBERS: Final[Mapping[str, str]] = {
    "event-id": "EVENT_ID",
    "username": "USER_NAME",
    "ip-address": "IP_ADDRESS",
    "login-time": "LOGIN_TIME",
    "feedback-token": "FEEDBACK_TOKEN",
    "one-click-link-valid": "ONE_CLICK_LINK_VALID",
    "one-click-link-invalid": "ONE_CLICK_LINK_INVALID",
}
#: placeholders for what the emulator does not know
UNKNOWN: Final = frozenset({"city", "country", "device-name"})


@dataclass(frozen=True, slots=True)
class RiskNotice:
    """A message about a risky sign-in.

    Attributes:
        event: the sign-in.
        action: the EventAction that was taken.
        token: the FeedbackToken.
        configuration: NotifyConfiguration.
    """

    client: UserPoolClient
    user: User
    event: AuthEvent
    action: str
    token: str = field(repr=False)
    configuration: Mapping[str, Any] = field(default_factory=dict)

    def send(self, service: Service) -> None:
        """Send the message, by the pool's custom sender of emails if it has one. It needs an email address."""
        address = self.user.attributes.get("email")
        if not address:
            return
        details = self._collect_details(service)
        reported = {"ACCOUNT_TAKE_OVER_ACTION": self.action, **details}
        call = senders.make_notification(TriggerInvocation(service, self.client, self.user), reported)
        if call:
            service.deferred.add(call)
        else:
            service.outbox.send(self._write(address, details))

    def _write(self, address: str, details: Mapping[str, str]) -> Message:
        kind = KINDS[self.action]
        template = self.configuration.get(kind.member, {})
        subject = template.get("Subject", kind.subject)
        body = template.get("TextBody") or template.get("HtmlBody") or DEFAULT_BODY
        text = PLACEHOLDER.sub(lambda match: _fill(match, details), body)
        names = (self.client.pool.id, self.user.username)
        return Message(*names, address, "EMAIL", Purpose.RISK, self.token, subject, text)

    def _collect_details(self, service: Service) -> dict[str, str]:
        event = self.event
        return {
            "EVENT_ID": event.id,
            "USER_NAME": self.user.username,
            "IP_ADDRESS": event.address or LAST_IP,
            "LOGIN_TIME": f"{event.created:%Y-%m-%d %H:%M:%S %Z}",
            "FEEDBACK_TOKEN": self.token,
            "ONE_CLICK_LINK_VALID": self._make_link(service, "Valid"),
            "ONE_CLICK_LINK_INVALID": self._make_link(service, "Invalid"),
        }

    def _make_link(self, service: Service, value: str) -> str:
        """Return a link that gives feedback; empty if the pool has no domain. The path is the emulator's own."""
        host = find_host(service, self.client.pool)
        query = {
            "client_id": self.client.id,
            "user_name": self.user.username,
            "event_id": self.event.id,
            "feedback_token": self.token,
            "feedback_value": value,
        }
        return f"https://{host}/eventFeedback?{urlencode(query)}" if host else ""


def _fill(match: re.Match[str], details: Mapping[str, str]) -> str:
    name = match[1]
    return "" if name in UNKNOWN else details[MEMBERS[name]] if name in MEMBERS else match[0]
