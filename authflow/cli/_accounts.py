"""``authflow sign-up`` and ``authflow reset-password``: what comes before a sign-in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from authflow import AppClient, Authenticator, Context, InvalidInput, ResetPassword, SignUp
from authflow.backends.boto3 import Boto3Backend
from authflow.cli._conversation import converse, finish
from authflow.cli._questions import ask_for_new_password
from authflow.cli._terminal import ask, retry_until_valid, say
from authflow.core._validation import require_username
from authflow.core.flow import BaseFlow, Opens
from authflow.core.form import SIGN_IN_FORM
from authflow.machines.reset_password import PasswordReset
from authflow.machines.sign_up import ResumeSignUp, SignedUp
from authflow.messages import Messages, load_messages

F = TypeVar("F", bound=BaseFlow[Any, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options that both commands have."""

    pool_id: str
    client_id: str
    client_secret: str | None = field(repr=False)
    endpoint_url: str | None
    region: str | None
    username: str | None
    client_metadata: Mapping[str, str]


def sign_up(settings: Settings, attributes: Mapping[str, str], *, resume: bool, password: bool) -> int:
    """Create a user, or confirm one who signed up earlier, and return the exit code.

    Args:
        settings: the options.
        attributes: the user's attributes.
        resume: whether the user exists and only has to be confirmed.
        password: whether the user gets a password.

    Raises:
        AuthflowError: the sign-up can't continue; the text says why.
    """
    messages = load_messages()

    def ask_for_opening() -> SignUp | ResumeSignUp:
        username = _ask_for_username(settings, messages)
        if resume:
            return ResumeSignUp(username)
        return SignUp(username, ask_for_new_password(messages) if password else None, attributes)

    def succeed(end: SignedUp) -> None:
        say(messages.text("outcome.signed_up"))
        if not end.confirmed:
            say(messages.text("terminal.unconfirmed"))

    return finish(lambda: _run(settings, ask_for_opening, messages), succeed, messages)


def reset_password(settings: Settings) -> int:
    """Replace a forgotten password, and return the exit code.

    Raises:
        AuthflowError: the reset can't continue; the text says why.
    """
    messages = load_messages()

    def ask_for_opening() -> ResetPassword:
        return ResetPassword(_ask_for_username(settings, messages))

    def succeed(_: PasswordReset) -> None:
        say(messages.text("outcome.password_reset"))

    return finish(lambda: _run(settings, ask_for_opening, messages), succeed, messages)


def _run(settings: Settings, ask_for_opening: Callable[[], Opens[F]], messages: Messages) -> F:
    if settings.username is not None:  # an option can't be corrected at a prompt
        require_username(settings.username, field="--username")
    app = AppClient(settings.pool_id, settings.client_id, settings.client_secret)
    auth = Authenticator(app, Boto3Backend(region=settings.region or app.region, endpoint_url=settings.endpoint_url))
    context = Context(client_metadata=settings.client_metadata) if settings.client_metadata else None

    def explain(error: InvalidInput) -> str:
        return messages.text(SIGN_IN_FORM.find_problem(error))

    return converse(auth, auth.begin(retry_until_valid(ask_for_opening, explain), context=context), messages)


def _ask_for_username(settings: Settings, messages: Messages) -> str:
    return settings.username or ask(messages.text("opening.username.label"))
