"""A terminal user interface, with Textual, that shows any question of any flow from its form.

Install what it needs besides authflow with ``pip install textual segno``, and run it with
``python examples/textual_login.py``. It uses an emulator, so it needs no AWS account. The codes that Cognito would send
pop up as notes. Sign in as ada with the password Correct-Horse-9.

No question is named here. A question that a later release adds is shown without a change.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import StringIO
from typing import Any

import segno
from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Header, Input, Static

from authflow import (
    Action,
    AppClient,
    Authenticator,
    AuthflowError,
    Flow,
    Form,
    InvalidInput,
    Reason,
    Srp,
    view,
)
from authflow.core.form import SIGN_IN_FORM, Kind
from authflow.emulator import Emulator
from authflow.messages import Messages, load_messages

Values = Mapping[str, str]


class LoginApp(App[None]):
    """Asks for the opening, and then whatever the flow asks.

    Args:
        auth: drives the flow.
        begin: begins the flow with what was entered into ``SIGN_IN_FORM``.
        issuer: the service's name in an authenticator app.
        messages: the texts.
    """

    CSS = "Vertical { height: auto; margin: 1 } #problem { color: $error }"

    def __init__(self, auth: Authenticator, begin: Callable[[Values], Flow], issuer: str, messages: Messages) -> None:
        super().__init__()
        self.title = issuer
        self.flow: Flow | None = None
        self.form = SIGN_IN_FORM
        self._auth, self._begin, self._issuer, self._messages = auth, begin, issuer, messages

    def compose(self) -> ComposeResult:
        """Make the widgets that are always there."""
        yield Header()
        yield Static(id="problem", markup=False)
        yield VerticalScroll(id="form")

    async def on_mount(self) -> None:
        """Show the opening."""
        await self._show_form(SIGN_IN_FORM)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take an action with what was entered for it."""
        action = self.form.find_action(event.button.name)
        group = event.button.parent
        inputs = group.query(Input) if group else ()
        self.run_worker(self._act(action, {each.name or "": each.value for each in inputs}), exclusive=True)

    async def _act(self, action: Action, values: Values) -> None:
        try:
            self.flow = await asyncio.to_thread(self._step, action, values)
        except InvalidInput as error:  # nothing was sent
            self._show_problem(self.form.find_problem(error))
        except AuthflowError as error:  # the service can't be reached, or replies what it should not
            self.log(str(error))
            self.flow = None
            await self._show_form(SIGN_IN_FORM, Reason.OTHER.message_id)
        else:
            await self._show_flow(self.flow)

    def _step(self, action: Action, values: Values) -> Flow:
        if self.flow is None or self.flow.challenge is None:
            return self._begin(action.read(values))
        return self._auth.answer(self.flow, self.flow.challenge.answer_from(values, action.name))

    async def _show_flow(self, flow: Flow) -> None:
        shown = view(flow)
        if flow.challenge is not None:
            rejection = shown["rejection"]
            form = flow.challenge.form(self._issuer, flow.entered_username)
            await self._show_form(form, rejection["message"] if rejection else None)
        elif "reason" in shown["outcome"]:
            await self._show_form(SIGN_IN_FORM, shown["outcome"]["message"])
        else:
            await self._show_form(Form(message=shown["outcome"]["message"]))

    def _show_problem(self, message: str | None) -> None:
        self.query_one("#problem", Static).update(self._messages.text(message) if message else "")

    async def _show_form(self, form: Form, problem: str | None = None) -> None:
        self.form = form
        self._show_problem(problem)
        page = self.query_one("#form")
        await page.remove_children()
        lines = [make_text(line) for line in self._messages.describe(form)]
        await page.mount(*lines, *(Vertical(*self._make_group(action), name=action.name) for action in form.actions))
        for first in page.query(Input).results():
            first.focus()
            break

    def _make_group(self, action: Action) -> Iterator[Widget]:
        """Make the widgets of an action: its fields, and a button."""
        if any(field.kind is Kind.PASSKEY for field in action.fields):
            yield make_text(self._messages.text("terminal.passkey"))
            return
        for field in action.fields:
            label = self._messages.text(field.message)
            yield make_text(label if field.required or field.shown else self._optional(label))
            if field.shown is None:
                yield Input(name=field.name, password=field.kind is Kind.PASSWORD, max_length=field.max_length or 0)
            else:
                yield Static(draw(field.shown), markup=False) if field.kind is Kind.QR else make_text(field.shown)
        yield Button(self._messages.text(action.message), name=action.name)

    def _optional(self, label: str) -> str:
        return self._messages.text("terminal.optional", {"label": label})


def make_text(text: str) -> Static:
    """Return a text that can hold no markup and no control characters: it may come from the network."""
    return Static("".join(each if each.isprintable() else "?" for each in text), markup=False)


def draw(text: str) -> str:
    """Return a QR code as text."""
    picture = StringIO()
    segno.make_qr(text).terminal(picture, compact=True)
    return picture.getvalue()


def make_emulator() -> tuple[Emulator, AppClient]:
    """Return an emulator with a user whose second factor is a code by email."""
    emulator = Emulator()
    cognito = emulator.boto3_client()
    sender: Any = {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/people@example.com",
    }
    pool = cognito.create_user_pool(PoolName="people", EmailConfiguration=sender)["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="ON", EmailMfaConfiguration={})
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="terminal")["UserPoolClient"]["ClientId"]
    email: Any = [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", UserAttributes=email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-Horse-9", Permanent=True)
    return emulator, AppClient(pool, client)


def main() -> None:
    """Run the app with an emulator."""
    emulator, client = make_emulator()
    auth = Authenticator(client, emulator.backend())
    app = LoginApp(
        auth, lambda values: auth.begin(Srp(values["username"], values["password"])), "Example", load_messages()
    )
    emulator.outbox.listener = lambda sent: app.call_from_thread(
        partial(app.notify, f"{sent.medium} to {sent.destination}: {sent.code}", timeout=60, markup=False)
    )
    app.run()


if __name__ == "__main__":
    main()
