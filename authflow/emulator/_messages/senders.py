"""Custom senders: Lambda triggers that deliver messages in place of the service.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
"""

import html
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authflow.emulator._messages.unencrypted import encode_code
from authflow.emulator._outbox import Purpose
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.functions import LambdaTrigger
from authflow.emulator._triggers.registry import TriggerInvocation, find_trigger

LOGGER: Final = logging.getLogger("authflow.emulator")
#: the custom sender of each medium, and the type of its events
SENDERS: Final[Mapping[str, tuple[str, str]]] = {
    "EMAIL": ("CustomEmailSender", "customEmailSenderRequestV1"),
    "SMS": ("CustomSMSSender", "customSMSSenderRequestV1"),
}
#: the end of ``triggerSource`` for a message about a risky sign-in
NOTIFICATION: Final = "AccountTakeOverNotification"


@dataclass(frozen=True, slots=True)
class SenderCall:
    """A message that a custom sender is to deliver.

    Attributes:
        medium: ``EMAIL`` or ``SMS``.
        name: the name of the Lambda trigger.
        event: the event that it gets.
    """

    medium: str
    name: str
    trigger: LambdaTrigger = field(repr=False)
    event: dict[str, Any] = field(repr=False)

    def __call__(self) -> None:
        """Call the custom sender, once. Nobody learns what it answers, or that it failed."""
        try:
            self.trigger(self.event)
        except Exception:
            LOGGER.exception("%s failed", self.name)


def make_calls(
    invocation: TriggerInvocation, recipients: Mapping[str, str], source: str, purpose: Purpose, code: str
) -> list[SenderCall]:
    """Return the calls of the pool's custom senders, for the media that have one.

    Args:
        invocation: the part that all events of the request have in common.
        recipients: the addresses, by the attributes that they are of.
        source: the end of ``triggerSource``.
        purpose: the purpose of the messages. A temporary password is escaped as in HTML.
        code: the code or temporary password.
    """
    shown = html.escape(code, quote=False) if purpose is Purpose.INVITATION else code
    return list(_iterate_calls(invocation, recipients, source, encode_code(shown)))


def _iterate_calls(
    invocation: TriggerInvocation, recipients: Mapping[str, str], source: str, code: str
) -> Iterator[SenderCall]:
    for attribute, address in recipients.items():
        name, kind = SENDERS[CONTACT_MEDIUMS[attribute]]
        trigger = find_trigger(invocation.service, invocation.client.pool, name)
        if trigger is None:
            continue
        begin = invocation.service.settings.sms_sender_source if attribute == "phone_number" else name
        event = invocation.make_event(name, f"{begin}_{source}", {"type": kind, "code": code})
        # a new address that is not in force yet is where the message goes
        event["request"]["userAttributes"][attribute] = address
        yield SenderCall(CONTACT_MEDIUMS[attribute], name, trigger, event)


def make_notification(invocation: TriggerInvocation, details: Mapping[str, str]) -> SenderCall | None:
    """Return the call that delivers a message about a risky sign-in; None if the pool has no custom sender of emails.

    Args:
        invocation: the part that all events of the request have in common.
        details: what is known about the sign-in, which takes the place of the user's attributes.
    """
    name, kind = SENDERS["EMAIL"]
    trigger = find_trigger(invocation.service, invocation.client.pool, name)
    if trigger is None:
        return None
    request = {"type": kind, "code": None, "userAttributes": dict(details)}
    return SenderCall("EMAIL", name, trigger, invocation.make_event(name, f"{name}_{NOTIFICATION}", request))
