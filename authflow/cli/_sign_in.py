"""``authflow sign-in``: a person signs in, and answers whatever is asked."""

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
from authflow.cli._installation import holder_in
from authflow.cli._questions import introduce, question
from authflow.cli._terminal import ask, ask_hidden, plain, say, until_valid
from authflow.core._validation import USERNAME_MOST, require_text
from authflow.core.openings import Opening
from authflow.machines.remember_device import Kept

CANCELLED: Final = 130  # as shells have it for Ctrl-C


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
    """Sign a person in, and return the exit code.

    Raises:
        AuthflowError: there is no going on; the text says why.
        OSError: the directory of devices can't be used.
    """
    try:
        flow = _Conversation(settings).run()
    except KeyboardInterrupt:
        # Cognito is not told: a Session that nobody answers expires.
        say(f"\nauthflow: {Reason.CANCELLED}")
        return CANCELLED
    match flow.state:
        case SignedIn(tokens):
            _report(tokens, settings)
            return 0
        case Failed(code, message, reason):
            say(f"authflow: {reason}: {plain(message or code)}")
            return 1
        case other:
            raise AssertionError(f"at rest and not asking, a flow has ended, not {other}")


def claims(token: str) -> dict[str, str]:
    """Return a JWT's claims for a person to read; its signature is not checked, since it came from Cognito itself."""
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
    except (IndexError, ValueError, AttributeError):
        return {}


class _Conversation:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        if settings.username is not None:  # what was typed can be typed again; this can't
            require_text("--username", settings.username, at_most=USERNAME_MOST)
        app = AppClient(settings.pool_id, settings.client_id, settings.client_secret)
        store = FileDeviceStore(settings.devices) if settings.devices else None
        self._holder = holder_in(settings.devices) if settings.devices else None
        self._auth = Authenticator(
            app,
            Boto3Backend(region=settings.region or app.region, endpoint_url=settings.endpoint_url),
            admin=settings.admin,
            devices=store,
            remember=Remember.ASK,  # done below, where its outcome can be told
        )

    def run(self) -> Flow:
        """Ask until the sign-in has ended."""
        context = Context(client_metadata=self._settings.client_metadata) if self._settings.client_metadata else None
        flow = self._auth.begin(until_valid(self._opening), context=context, holder=self._holder)
        while flow.challenge is not None:
            flow = self._answered(flow)
        if isinstance(flow.state, SignedIn):
            self._remember(flow, flow.state.tokens)
        return flow

    def _opening(self) -> Opening:
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
                needed = preferred is not None and preferred.startswith("PASSWORD")
                return Choice(username, preferred, ask_hidden("password") if needed else None)
            case _:
                return Srp(username, ask_hidden("password"))

    def _answered(self, flow: Flow) -> Flow:
        challenge = flow.challenge
        if challenge is None:
            return flow
        if challenge.rejected is None:
            introduce(challenge, self._settings.pool_id, flow.entered_username)
        else:
            why = plain(challenge.rejected.message or challenge.rejected.code)
            say(f"Not accepted: {why.removesuffix('.')}; try again")
        return self._auth.answer(flow, until_valid(partial(question, challenge)))

    def _remember(self, flow: Flow, tokens: Tokens) -> None:
        """Keep the device that Cognito proposes; whatever happens, it does not cost the tokens."""
        if self._holder is None or tokens.new_device is None:
            return
        try:
            state = self._auth.remember_device(tokens, self._holder, entered_username=flow.entered_username).state
        except (BackendError, UnexpectedReply) as error:
            say(f"This installation is not remembered: {plain(str(error))}")
            return
        match state:
            case Kept(remembered=True):
                say("This installation is remembered as a device of yours.")
            case Kept():
                say("This installation is known as a device of yours, but it does not stand for a second factor.")
            case Failed(code, message):
                say(f"This installation is not remembered: {plain(message or code)}")


def _report(tokens: Tokens, settings: Settings) -> None:
    lines = [
        f"signed in as {plain(tokens.username)}",
        f"the access token expires at {tokens.expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "the id token says",
        *(f"  {plain(name):<22}{plain(value)}" for name, value in claims(tokens.id_token).items()),
    ]
    if settings.show_tokens:
        lines += [f"{name}: {getattr(tokens, name)}" for name in ("access_token", "id_token", "refresh_token")]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
