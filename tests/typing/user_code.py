"""Code as users write it, for type checkers: it is checked and never run."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, assert_never, assert_type

from authflow import (
    Answer,
    AppClient,
    AsyncAuthenticator,
    Authenticator,
    AuthFlow,
    BackendError,
    Calling,
    Challenge,
    Choice,
    Failed,
    Field,
    Flow,
    Form,
    Node,
    Opening,
    Reason,
    Secret,
    SignedIn,
    Srp,
    Tokens,
    dumps,
    loads,
    seal,
    unseal,
    view,
)
from authflow.backends.base import AsyncBackend, Backend
from authflow.challenges import (
    CustomChallenge,
    DeviceSrp,
    EmailOtp,
    MfaSetup,
    NewPasswordRequired,
    PasswordChallenge,
    SelectChallenge,
    SelectMfaType,
    SmsMfa,
    SmsOtp,
    SoftwareTokenMfa,
    TotpSetup,
    WebAuthn,
)
from authflow.messages import load_messages
from authflow.tokens import AccessClaims, AsyncTokenVerifier, IdClaims, Rejection, TokenRejected, TokenVerifier


def answer(challenge: Challenge) -> Answer:
    """Answer every challenge: a missing one is an error of the type checker."""
    match challenge:
        case SmsMfa() | EmailOtp() | SmsOtp() | SoftwareTokenMfa():
            return challenge.answer(input("code: "))
        case SelectMfaType():
            return challenge.answer(challenge.options[0])
        case MfaSetup():
            return challenge.answer_totp()
        case TotpSetup():
            print(challenge.secret.reveal(), challenge.uri("Example", "ada"))
            return challenge.answer(input("code: "), device_name="phone")
        case NewPasswordRequired():
            return challenge.answer(Secret(input("new password: ")), family_name="Hopper")
        case CustomChallenge():
            return challenge.answer(dict(challenge.parameters).get("question", ""))
        case SelectChallenge():
            return challenge.answer("PASSWORD_SRP", input("password: "))
        case PasswordChallenge():
            return challenge.answer(input("password: "))
        case WebAuthn():
            return challenge.answer(input("credential: "))
        case DeviceSrp():
            raise NotImplementedError
        case _:
            assert_never(challenge)


def describe(flow: Flow) -> str:
    """Return what the flow is at."""
    match flow.state:
        case SignedIn(tokens):
            assert_type(tokens, Tokens)
            assert_type(tokens.expires_at, datetime)
            return tokens.username
        case Failed(reason=reason):
            assert_type(reason, Reason)
            return reason.value
        case Calling():
            return "calling"
        case challenge:
            return challenge.name


def sign_in(app: AppClient, backend: Backend, opening: Opening) -> str:
    """Sign in, and repeat a request whose reply was lost."""
    auth = Authenticator(app, backend)
    assert_type(app.client_secret, Secret | None)
    try:
        flow: Flow = auth.begin(opening, holder="browser-1")
    except BackendError as error:
        flow = auth.run(error.flow)  # of the kind that was begun
    assert_type(flow, Flow)
    assert_type(flow.node, Node)
    assert_type(flow.auth_flow, AuthFlow)
    while flow.challenge is not None:
        flow = loads(dumps(flow), app)
        flow = unseal(seal(flow, bytes(32)), bytes(32), app)
        if flow.challenge is not None:
            assert_type(flow.challenge.session, Secret)
            flow = auth.answer(flow, answer(flow.challenge))
    return describe(flow)


def answer_by_form(flow: Flow, challenge: Challenge) -> Answer:
    """Answer any challenge by its form."""
    messages, form = load_messages(["de"]), challenge.form("Example", flow.entered_username)
    assert_type(form, Form)
    assert_type(view(flow), dict[str, Any])
    print(*messages.describe(form))
    action = form.find_action()
    assert_type(action.fields, tuple[Field, ...])
    entered = {field.name: input(messages.text(field.message)) for field in action.fields if field.is_entered}
    return challenge.answer_from(entered, action.name)


async def sign_in_on_a_loop(app: AppClient, backend: AsyncBackend) -> Tokens:
    """Sign in with one call."""

    async def ask(challenge: Challenge) -> Answer:
        return await asyncio.to_thread(answer, challenge)

    async with AsyncAuthenticator(app, backend) as auth:
        await auth.begin(Choice("ada", only=("PASSWORD_SRP",)))
        return await auth.sign_in(Srp("ada", Secret("pw")), ask)


def verify(app: AppClient, auth: Authenticator, tokens: Tokens) -> str:
    """Keep tokens fresh, and verify them."""
    fresh = auth.fresh(tokens)
    assert_type(fresh, Tokens)
    assert_type(Tokens.from_json(fresh.to_json()), Tokens)
    assert_type(tokens.drift, timedelta)
    verifier = TokenVerifier([app], keys=lambda issuer: {"keys": [issuer]})
    assert_type(verifier.id(fresh.id_token), IdClaims)
    try:
        claims = verifier.access(fresh.access_token, groups=["staff"], scopes="openid")
    except TokenRejected as rejected:
        assert_type(rejected.reason, Rejection)
        return rejected.challenge
    assert_type(claims, AccessClaims)
    assert_type(claims.username, str | None)
    return claims.sub


async def verify_on_loop(app: AppClient, auth: AsyncAuthenticator, tokens: Tokens) -> str:
    """Do the same on an event loop."""
    fresh = await auth.fresh(tokens, margin=timedelta(minutes=5), holder="browser")
    return (await AsyncTokenVerifier(app).access(fresh.access_token)).sub
