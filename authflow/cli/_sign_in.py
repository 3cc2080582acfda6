"""``authflow sign-in``: sign in and answer challenges in the terminal."""

import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Final

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
    Password,
    Reason,
    Remember,
    SignedIn,
    Srp,
    Tokens,
    UnexpectedReply,
)
from authflow.backends.boto3 import Boto3Backend
from authflow.cli._installation import load_holder
from authflow.cli._questions import ask_for_answer, introduce
from authflow.cli._terminal import ask, ask_hidden, retry_until_valid, say
from authflow.core._texts import escape
from authflow.core._validation import require_username
from authflow.core.openings import Opening
from authflow.machines.remember_device import Kept

CANCELLED: Final = 130  # the exit code that shells report after Ctrl-C


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
    try:
        flow = _Conversation(settings).run()
    except KeyboardInterrupt:
        # Nothing is sent to Cognito: a Session expires by itself.
        say(f"\nauthflow: {Reason.CANCELLED}")
        return CANCELLED
    match flow.state:
        case SignedIn(tokens):
            _print_tokens(tokens, settings)
            return 0
        case Failed(code, message, reason):
            say(f"authflow: {reason}: {escape(message or code)}")
            return 1
        case other:
            raise AssertionError(f"a flow without a request or a challenge has ended, but its state is {other}")


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
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
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
        flow = self._auth.begin(retry_until_valid(self._ask_for_opening), context=context, holder=self._holder)
        while flow.challenge is not None:
            flow = self._answer(flow)
        if isinstance(flow.state, SignedIn):
            self._remember(flow, flow.state.tokens)
        return flow

    def _ask_for_opening(self) -> Opening:
        username = self._settings.username or ask("username")
        preferred = self._settings.preferred
        match self._settings.flow:
            case "password":
                return Password(username, ask_hidden("password"))
            case "custom":
                return Custom(username)
            case "custom-srp":
                return Custom(username, ask_hidden("password"))
            case "choice":
                needs_password = preferred is not None and preferred.startswith("PASSWORD")
                return Choice(username, preferred, ask_hidden("password") if needs_password else None)
            case _:
                return Srp(username, ask_hidden("password"))

    def _answer(self, flow: Flow) -> Flow:
        challenge = flow.challenge
        if challenge is None:
            return flow
        if challenge.rejected is None:
            introduce(challenge, self._settings.pool_id, flow.entered_username)
        else:
            reason = escape(challenge.rejected.message or challenge.rejected.code)
            say(f"Not accepted: {reason.removesuffix('.')}; try again")
        return self._auth.answer(flow, retry_until_valid(partial(ask_for_answer, challenge)))

    def _remember(self, flow: Flow, tokens: Tokens) -> None:
        """Remember the device that Cognito proposes. A failure is reported, and the sign-in still succeeds."""
        if self._holder is None or tokens.new_device is None:
            return
        try:
            state = self._auth.remember_device(tokens, self._holder, entered_username=flow.entered_username).state
        except (BackendError, UnexpectedReply) as error:
            say(f"This installation was not remembered: {escape(str(error))}")
            return
        match state:
            case Kept(remembered=True):
                say("This installation is now a remembered device.")
            case Kept():
                say("This installation is now a known device, but it does not replace the second factor.")
            case Failed(code, message):
                say(f"This installation was not remembered: {escape(message or code)}")


def _print_tokens(tokens: Tokens, settings: Settings) -> None:
    lines = [
        f"signed in as {escape(tokens.username)}",
        f"the access token expires at {tokens.expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "claims of the ID token:",
        *(f"  {escape(name):<22}{escape(value)}" for name, value in decode_claims(tokens.id_token).items()),
    ]
    if settings.show_tokens:
        shown = {name: getattr(tokens, name) for name in ("access_token", "id_token", "refresh_token")}
        lines += [f"{name}: {escape(token)}" for name, token in shown.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
