"""Writes messages: from templates, or as CustomMessage says; for custom senders if the pool has them.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from authflow.emulator import _errors
from authflow.emulator._errors import ErrorTemplate
from authflow.emulator._messages import senders, templates
from authflow.emulator._messages.links import find_host
from authflow.emulator._messages.senders import SenderCall
from authflow.emulator._messages.templates import Template
from authflow.emulator._outbox import Message, Purpose
from authflow.emulator._records.client import NoClient, UserPoolClient
from authflow.emulator._records.contacts import CONTACT_MEDIUMS
from authflow.emulator._records.pool import UserPool
from authflow.emulator._records.user import User
from authflow.emulator._service import Service
from authflow.emulator._triggers import output
from authflow.emulator._triggers.registry import TriggerInvocation

#: the end of ``triggerSource`` for messages of each purpose, where a request does not say it
SOURCES: Final[Mapping[Purpose, str]] = {
    Purpose.SIGN_UP: "SignUp",
    Purpose.INVITATION: "AdminCreateUser",
    Purpose.PASSWORD_RESET: "ForgotPassword",
    Purpose.ATTRIBUTE: "UpdateUserAttribute",
    **dict.fromkeys((Purpose.MFA, Purpose.FIRST_FACTOR, Purpose.MFA_SETUP), "Authentication"),
}
LINK: Final = "{##Click Here##}"
#: the members of CustomMessage's response
NO_ANSWER: Final[Mapping[str, None]] = dict.fromkeys(("smsMessage", "emailMessage", "emailSubject"))

NO_DOMAIN: Final = ErrorTemplate(
    "CodeDeliveryFailureException", "The link in the message needs a domain of the user pool"
)  # own text


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """The request that makes the service send a message.

    Attributes:
        source: the end of ``triggerSource``; empty for the one that belongs to the message's purpose.
        client: the app client, None if the operation has none.
        metadata: the ClientMetadata for Lambda triggers.
        gone: the error if the user is deleted while a Lambda trigger runs. Not every operation declares
            UserNotFoundException.
        attributes: the user's attributes in events; None for those that hold.
    """

    source: str = ""
    client: UserPoolClient | None = None
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    gone: ErrorTemplate = _errors.NO_USER
    attributes: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """Messages that are written and not sent yet.

    Attributes:
        messages: those that the service sends.
        calls: those that custom senders send.
    """

    service: Service = field(repr=False)
    messages: tuple[Message, ...]
    calls: tuple[SenderCall, ...] = ()

    def send(self) -> None:
        """Send the messages. Custom senders get theirs when the operation is complete."""
        for message in self.messages:
            self.service.outbox.send(message)
        for call in self.calls:
            self.service.deferred.add(call)


def write_messages(
    service: Service,
    pool: UserPool,
    user: User,
    recipients: Mapping[str, str],
    *,
    purpose: Purpose,
    code: str,
    request: MessageRequest,
) -> Draft:
    """Write the messages with a code. CustomMessage may run: check again afterwards what was read before.

    Templates of invitations may lack the code; nothing is written from those.

    Args:
        service: the service.
        pool: the user's pool.
        user: the user.
        recipients: the addresses, by the attributes that they are of.
        purpose: the purpose of the messages.
        code: the code or temporary password.
        request: the request that they belong to.

    Raises:
        ServiceError: CustomMessage failed, or a link needs a domain.
    """
    client = request.client or NoClient(pool)
    invocation = TriggerInvocation(service, client, user, request.metadata, request.gone, request.attributes)
    source = request.source or SOURCES[purpose]
    calls = senders.make_calls(invocation, recipients, source, purpose, code)
    written = [name for name in recipients if CONTACT_MEDIUMS[name] not in {call.medium for call in calls}]
    chosen = {name: templates.choose_template(pool, purpose, CONTACT_MEDIUMS[name]) for name in written}
    if chosen:
        answer = _run_custom_message(invocation, source, purpose)
        chosen = {name: _customize(service, pool, template, answer, purpose) for name, template in chosen.items()}
    messages = []
    for name, template in chosen.items():
        if not template.has_code:
            continue
        body = template.render(code, user.username, _make_url(service, invocation, code) if template.has_link else None)
        medium = CONTACT_MEDIUMS[name]
        messages.append(
            Message(pool.id, user.username, recipients[name], medium, purpose, code, template.subject, body)
        )
    return Draft(service, tuple(messages), tuple(calls))


def _run_custom_message(invocation: TriggerInvocation, source: str, purpose: Purpose) -> dict[str, str]:
    """Run CustomMessage and return what it sets."""
    request: dict[str, Any] = {
        "codeParameter": templates.CODE,
        "linkParameter": LINK,
        "usernameParameter": templates.USERNAME if purpose is Purpose.INVITATION else None,
    }
    response = invocation.run("CustomMessage", f"CustomMessage_{source}", request, response=NO_ANSWER)
    given = {name: value for name, value in (response or {}).items() if name in NO_ANSWER and value is not None}
    return output.require_string_map(given)


def _customize(
    service: Service, pool: UserPool, template: Template, answer: Mapping[str, str], purpose: Purpose
) -> Template:
    """Return a template with what CustomMessage says.

    Raises:
        ServiceError: InvalidLambdaResponseException: a placeholder is missing, or the pool has no sender of its own
            for emails, which such emails need.
    """
    is_email = template.subject is not None
    own = answer.get("emailMessage" if is_email else "smsMessage")
    subject = answer.get("emailSubject") if is_email else None
    needs_sender = service.settings.custom_email_needs_sender and not pool.has_own_email_sender
    if (own or subject) and is_email and needs_sender:
        raise _errors.TRIGGER_OUTPUT()
    if own is not None and not _has_placeholders(own, template, purpose):
        raise _errors.TRIGGER_OUTPUT()
    return replace(template, body=own or template.body, subject=subject or template.subject)


def _has_placeholders(text: str, template: Template, purpose: Purpose) -> bool:
    if purpose is Purpose.INVITATION and templates.USERNAME not in text:
        return False
    return templates.CODE in text or (template.has_link and bool(templates.LINK.search(text)))


def _make_url(service: Service, invocation: TriggerInvocation, code: str) -> str:
    """Return the URL that confirms a sign-up. The service has a page there.

    Raises:
        ServiceError: CodeDeliveryFailureException: the pool has no domain.
    """
    host = find_host(service, invocation.client.pool)
    if host is None:
        raise NO_DOMAIN()
    query = {"client_id": invocation.client.id, "user_name": invocation.user.username, "confirmation_code": code}
    return f"https://{host}/confirmUser?{urlencode(query)}"
