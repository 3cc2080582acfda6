"""``authflow sign-in``: sign in and answer challenges in the terminal."""

import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from authflow import (
    AppClient,
    Authenticator,
    BackendError,
    Choice,
    Context,
    Custom,
    Failed,
    FileDeviceStore,
    Flow,
    InvalidInput,
    Password,
    Remember,
    SignedIn,
    Srp,
    Tokens,
    UnexpectedReply,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.cli._conversation import converse, finish
from authflow.cli._installation import load_holder
from authflow.cli._terminal import ask, ask_hidden, retry_until_valid, say
from authflow.core._texts import escape
from authflow.core._validation import require_username
from authflow.core.form import SIGN_IN_FORM
from authflow.core.openings import Opening
from authflow.machines.remember_device import Kept
from authflow.messages import Messages, load_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The command's options."""

    pool_id: str
    client_id: str
    client_secret: str | None = field(repr=False)
    endpoint_url: str | None
    region: str | None
    flow: str
    preferred: str | None
    username: str | None
    admin: bool
    devices: Path | None
    client_metadata: Mapping[str, str]
    show_tokens: bool


def sign_in(settings: Settings) -> int:
    """Sign in and return the exit code.

    Raises:
        AuthflowError: the sign-in can't continue; the text says why.
        OSError: the directory of devices can't be used.
    """
    messages = load_messages()
    return finish(
        lambda: _Conversation(settings, messages).run(),
        lambda end: _print_tokens(end.tokens, settings, messages),
        messages,
    )


def decode_claims(token: str) -> dict[str, str]:
    """Return a JWT's claims for display; an empty mapping if the token is not a JWT.

    The signature is not verified, because the token came directly from Cognito.
    """
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in claims.items()}
    except (IndexError, ValueError, AttributeError, RecursionError):
        return {}


class _Conversation:
    def __init__(self, settings: Settings, messages: Messages) -> None:
        self._settings = settings
        self._messages = messages
        if settings.username is not None:  # an option can't be corrected at a prompt
            require_username(settings.username, field="--username")
        app = AppClient(settings.pool_id, settings.client_id, settings.client_secret)
        store = FileDeviceStore(settings.devices) if settings.devices else None
        self._holder = load_holder(settings.devices) if settings.devices else None
        self._auth = Authenticator(
            app,
            Boto3Backend(region=settings.region or app.region, endpoint_url=settings.endpoint_url),
            admin=settings.admin,
            devices=store,
            remember=Remember.ASK,  # _remember calls it and reports the outcome
        )

    def run(self) -> Flow:
        """Answer challenges until the sign-in has ended."""
        context = Context(client_metadata=self._settings.client_metadata) if self._settings.client_metadata else None
        flow = self._auth.begin(
            retry_until_valid(self._ask_for_opening, self._explain), context=context, holder=self._holder
        )
        flow = converse(self._auth, flow, self._messages)
        if isinstance(flow.state, SignedIn):
            self._remember(flow, flow.state.tokens)
        return flow

    def _ask_for_opening(self) -> Opening:
        username = self._settings.username or ask(self._messages.text("opening.username.label"))
        preferred = self._settings.preferred
        match self._settings.flow:
            case "password":
                return Password(username, self._ask_for_password())
            case "custom":
                return Custom(username)
            case "custom-srp":
                return Custom(username, self._ask_for_password())
            case "choice":
                needs_password = preferred is not None and preferred.startswith("PASSWORD")
                return Choice(username, preferred, self._ask_for_password() if needs_password else None)
            case _:
                return Srp(username, self._ask_for_password())

    def _ask_for_password(self) -> str:
        return ask_hidden(self._messages.text("opening.password.label"))

    def _explain(self, error: InvalidInput) -> str:
        return self._messages.text(SIGN_IN_FORM.find_problem(error))

    def _remember(self, flow: Flow, tokens: Tokens) -> None:
        """Remember the device that Cognito proposes. A failure is reported, and the sign-in still succeeds."""
        if self._holder is None or tokens.new_device is None:
            return
        try:
            state = self._auth.remember_device(tokens, self._holder, entered_username=flow.entered_username).state
        except (BackendError, UnexpectedReply) as error:
            say(self._messages.text("terminal.device_failed", {"problem": escape(str(error))}))
            return
        match state:
            case Kept(remembered=True):
                say(self._messages.text("terminal.device_remembered"))
            case Kept():
                say(self._messages.text("terminal.device_known"))
            case Failed(reason=reason):
                problem = self._messages.text(reason.message_id)
                say(self._messages.text("terminal.device_failed", {"problem": problem}))


def _print_tokens(tokens: Tokens, settings: Settings, messages: Messages) -> None:
    time = f"{tokens.expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    lines = [
        messages.text("terminal.signed_in", {"username": escape(tokens.username)}),
        messages.text("terminal.expires", {"time": time}),
        messages.text("terminal.claims"),
        *(f"  {escape(name):<22}{escape(value)}" for name, value in decode_claims(tokens.id_token).items()),
    ]
    if settings.show_tokens:
        shown = {name: getattr(tokens, name) for name in ("access_token", "id_token", "refresh_token")}
        lines += [f"{name}: {escape(token)}" for name, token in shown.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
