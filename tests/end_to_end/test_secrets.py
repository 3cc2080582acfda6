"""No repr, text or snapshot of a public object contains a secret."""

import traceback
from typing import Any

import pytest

from authflow import (
    AppClient,
    Authenticator,
    AuthflowError,
    BackendError,
    Context,
    Flow,
    InvalidInput,
    Password,
    Refresh,
    Refusal,
    Srp,
    Stamp,
    begin,
    dumps,
)
from authflow.challenges import NewPasswordRequired
from authflow.core.events import Answered, Begun, Replied
from authflow.core.replies import parse_auth_reply
from authflow.core.states import Calling
from tests.support.replies import new_password_required, password_verifier, tokens
from tests.support.samples import AT, stamp

SECRET = "5ecretMark"
APP = AppClient("eu-west-1_Ab12Cd34E", "client", SECRET + "client")
TOKENS = tokens(SECRET + "refresh", AccessToken=SECRET + "access", IdToken=SECRET + "id")


def make_asking_flow() -> Flow:
    flow = begin(APP, Password("ada", SECRET + "password"), stamp())
    return flow.receive(new_password_required(SECRET + "session"), stamp(1))


def asking_trigger(flow: Flow) -> NewPasswordRequired:
    assert isinstance(flow.challenge, NewPasswordRequired)
    return flow.challenge


def make_answered_flow() -> Flow:
    flow = make_asking_flow()
    return flow.answer(asking_trigger(flow).answer(SECRET + "new", family_name="L"), stamp(2))


def make_objects() -> dict[str, Any]:
    """Return an object of each kind that holds a secret."""
    srp = begin(APP, Srp("ada", SECRET + "password"), stamp())
    refresh = begin(APP, Refresh(SECRET + "refresh"), stamp())
    challenge = asking_trigger(make_asking_flow())
    answer = challenge.answer(SECRET + "new", family_name="L")
    call = make_answered_flow().state
    assert isinstance(call, Calling)
    return {
        "app client": APP,
        "stamp": Stamp(AT, (SECRET * 7)[:64].encode()),
        "context": Context(client_metadata={"a": SECRET}, encoded_data=SECRET, ip_address="192.0.2.1"),
        "Srp": Srp("ada", SECRET),
        "Password": Password("ada", SECRET),
        "Refresh": Refresh(SECRET),
        "flow of SRP": srp,
        "request of SRP": srp.request,
        "claim": srp.receive(password_verifier(SECRET_BLOCK="QUJD"), stamp(1)).request,
        "flow of a refresh": refresh,
        "request of a refresh": refresh.request,
        "admin request": begin(APP, Password("ada", SECRET), stamp(), admin=True).request,
        "asked": make_asking_flow(),
        "challenge": challenge,
        "answer": answer,
        "answered": make_answered_flow(),
        "request of an answer": make_answered_flow().request,
        "signed in": make_answered_flow().receive(TOKENS, stamp(3)),
        "tokens reply": parse_auth_reply(TOKENS),
        "challenge reply": parse_auth_reply(new_password_required(SECRET)),
        "begun": Begun("begin_srp", stamp(), Srp("ada", SECRET), "USER_SRP_AUTH"),
        "answered event": Answered("answer", stamp(), answer, challenge),
        "replied event": Replied("tokens", stamp(), parse_auth_reply(TOKENS), call),
    }


@pytest.mark.parametrize("name", make_objects())
def test_objects_do_not_show_their_secrets(name: str) -> None:
    value = make_objects()[name]
    for text in (repr(value), str(value), f"{value}"):
        assert SECRET not in text
        assert "auth_parameters" not in text
        assert "challenge_responses" not in text


def test_a_snapshot_holds_the_session_and_no_other_secret() -> None:
    flow = make_asking_flow()
    assert dumps(flow).count(SECRET) == 1


BAD: dict[str, Any] = {
    "an over-long password": lambda: Srp("ada", SECRET * 100),
    "an invalid client secret": lambda: AppClient("eu-west-1_a", "c", f"{SECRET} !"),
    "an over-long refresh token": lambda: Refresh(SECRET * 20_000),
    "a stamp of the wrong length": lambda: Stamp(AT, SECRET.encode()),
    "an over-long new password": lambda: asking_trigger(make_asking_flow()).answer(SECRET * 100),
    "a token that is not text": lambda: make_answered_flow().receive(
        {"AuthenticationResult": {"AccessToken": [SECRET], "ExpiresIn": 1}}, stamp()
    ),
    "a Session that is too long": lambda: make_answered_flow().receive(new_password_required(SECRET * 1000), stamp()),
    "invalid SRP values": lambda: begin(APP, Srp("ada", SECRET), stamp()).receive(
        password_verifier(SRP_B=SECRET, SALT=SECRET, SECRET_BLOCK=SECRET), stamp()
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_errors_do_not_show_secrets(name: str) -> None:
    with pytest.raises(AuthflowError) as caught:
        BAD[name]()
    assert SECRET not in "".join(traceback.format_exception_only(caught.value))
    assert SECRET not in repr(caught.value)


def test_errors_of_drivers_hold_the_flow_without_showing_secrets() -> None:
    class Lost:
        def call(self, request: object) -> Any:
            raise BackendError(f"{type(request).__name__}: lost")

    with pytest.raises(BackendError) as caught:
        Authenticator(APP, Lost()).begin(Srp("ada", SECRET))
    assert SECRET not in repr(caught.value) + str(caught.value.flow)


def test_all_errors_are_authflow_errors() -> None:
    assert issubclass(InvalidInput, ValueError)
    for error in (InvalidInput("f", "p"), Refusal("c", "m"), BackendError("p")):
        assert isinstance(error, AuthflowError)
        assert not isinstance(error, OSError)
