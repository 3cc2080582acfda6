"""The machine that signs people up, step by step."""

from datetime import timedelta
from typing import Any

import pytest

from authflow import Choice, Failed, IllegalTransition, InvalidInput, Reason, Refusal, ResumeSignUp, SignUp, Stamp
from authflow.challenges import ConfirmSignUp
from authflow.core.errors import UnexpectedReply
from authflow.core.replies import Delivery
from authflow.machines.sign_up import SignedUp, SignUpFlow
from authflow.machines.sign_up.table import ASKS_AGAIN
from tests.support.other_flows import DELIVERY, SENT, SESSION, UNCONFIRMED, ask_to_confirm
from tests.support.samples import APP, AT, SECRET_APP, stamp
from tests.support.scripted_flow import CANCEL, Calls, Rests, ScriptedFlow

IDS = {"ClientId": SECRET_APP.client_id, "Username": "ada", "SecretHash": SECRET_APP.secret_hash("ada")}
ASKED = Rests("confirm_sign_up", delivery=Delivery("a***@e***", "EMAIL", "email"), rejected=None)


def begin(opening: SignUp | ResumeSignUp) -> ScriptedFlow:
    return ScriptedFlow(opening.begin(SECRET_APP, stamp()))


def test_a_sign_up_that_is_confirmed() -> None:
    opening = SignUp("ada", "pw", {"email": "ada@example.com"}, validation_data={"invitation": "7"})
    sent = {
        "Password": "pw",
        "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}],
        "ValidationData": [{"Name": "invitation", "Value": "7"}],
    }
    script = begin(opening) << Calls("SignUp", **IDS, **sent)
    script >> UNCONFIRMED << ASKED >> (lambda asked: asked.answer("123 456"))
    script << Calls("ConfirmSignUp", **IDS, ConfirmationCode="123456", Session=SESSION)
    script >> {"Session": "next"} << Rests("signed_up", username="ada", confirmed=True, session="next")
    end = script.flow.state
    assert isinstance(end, SignedUp)
    assert end.opening() == Choice("ada", session="next")


def test_a_client_without_secret() -> None:
    flow = SignUp("ada", "pw").begin(APP, stamp())
    assert flow.request
    assert flow.request.params() == {"ClientId": APP.client_id, "Username": "ada", "Password": "pw"}


def test_a_sign_up_without_a_password() -> None:
    begin(SignUp("ada")) << Calls("SignUp", **IDS)


@pytest.mark.parametrize("confirmed", [True, False])
def test_nothing_to_confirm(*, confirmed: bool) -> None:
    reply = {"UserConfirmed": confirmed, "UserSub": "sub", "Session": "for ConfirmSignUp only"}
    script = begin(SignUp("ada", "pw")) >> reply << Rests("signed_up", confirmed=confirmed, session=None)
    assert script.flow.state.opening() is None


def test_a_confirmation_without_a_session() -> None:
    script = begin(SignUp("ada", "pw")) >> UNCONFIRMED >> (lambda asked: asked.answer("1234")) >> {}
    script << Rests("signed_up", confirmed=True, session=None)


def test_a_new_code() -> None:
    script = begin(SignUp("ada", "pw")) >> UNCONFIRMED
    old = script.flow.challenge.answer("123456")
    script >> (lambda asked: asked.answer_resend()) << Calls("ResendConfirmationCode", **IDS)
    script >> SENT << ASKED
    with pytest.raises(InvalidInput, match="another challenge"):
        script.flow.answer(old, stamp(9))
    script >> (lambda asked: asked.answer("1234"))
    script << Calls("ConfirmSignUp", **IDS, ConfirmationCode="1234", Session=SESSION)


def test_a_sign_up_is_resumed() -> None:
    script = begin(ResumeSignUp("ada")) << Calls("ResendConfirmationCode", **IDS) >> SENT << ASKED
    script >> (lambda asked: asked.answer("1234")) << Calls("ConfirmSignUp", **IDS, ConfirmationCode="1234")


@pytest.mark.parametrize(("minutes", "is_sent"), [(2, True), (3, False), (600, False)])
def test_a_stale_session_is_not_sent(minutes: int, *, is_sent: bool) -> None:
    flow = ask_to_confirm()
    assert flow.challenge
    at = Stamp(AT + timedelta(minutes=minutes), stamp(2).entropy)
    request: Any = flow.answer(flow.challenge.answer("1234"), at).request
    assert ("Session" in request.params()) is is_sent


def test_an_alias_that_another_user_has() -> None:
    script = begin(SignUp("ada", "pw")) >> UNCONFIRMED >> (lambda asked: asked.answer("1234"))
    script >> Refusal("AliasExistsException", "no")
    assert script.flow.challenge.rejected.code == "AliasExistsException"
    script >> (lambda asked: asked.answer("1234", force_alias_creation=True))
    script << Calls("ConfirmSignUp", **IDS, ConfirmationCode="1234", ForceAliasCreation=True, Session=SESSION)


@pytest.mark.parametrize(("operation", "code"), ASKS_AGAIN)
def test_what_is_asked_again(operation: str, code: str) -> None:
    flow = ask_to_confirm()
    asked = flow.challenge
    assert asked
    answer = asked.answer("1234") if operation == "ConfirmSignUp" else asked.answer_resend()
    calling = flow.answer(answer, stamp(2))
    assert calling.request
    assert calling.request.operation == operation
    again = calling.refuse(Refusal(code, "no"), stamp(3))
    assert isinstance(again.state, ConfirmSignUp)
    assert again.state.reject("X", "no").rejected == asked.reject(code, "no").reject("X", "no").rejected
    assert again.state.digest == asked.digest
    first = SignUp("ada", "pw").begin(APP, stamp()).refuse(Refusal(code, "no"), stamp(1))
    assert isinstance(first.state, Failed)  # there is no question yet


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        ("UsernameExistsException", "User already exists", Reason.USERNAME_EXISTS),
        ("InvalidPasswordException", "Password did not conform with policy: too short", Reason.PASSWORD_REFUSED),
        ("CodeDeliveryFailureException", "no", Reason.CODE_NOT_SENT),
        ("LimitExceededException", "no", Reason.LIMIT_EXCEEDED),
        ("NotAuthorizedException", "SignUp is not permitted for this user pool", Reason.SIGN_UP_CLOSED),
        ("InvalidParameterException", "User is already confirmed.", Reason.ALREADY_CONFIRMED),
        ("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED", Reason.ALREADY_CONFIRMED),
        ("UserLambdaValidationException", "PreSignUp failed with error no.", Reason.OTHER),
    ],
)
def test_a_refusal(code: str, message: str, reason: Reason) -> None:
    script = begin(SignUp("ada", "pw")) >> Refusal(code, message)
    script << Rests("failed", code=code, reason=reason) >> CANCEL << Rests("failed", reason=reason)


def test_cancelled() -> None:
    script = begin(SignUp("ada", "pw")) >> UNCONFIRMED >> CANCEL << Rests("failed", reason=Reason.CANCELLED)
    with pytest.raises(IllegalTransition):
        script.flow.receive({}, stamp(5))


@pytest.mark.parametrize(
    ("reply", "field"),
    [
        ({"UserSub": "sub"}, "UserConfirmed"),
        ({"UserConfirmed": True}, "UserSub"),
        ({**UNCONFIRMED, "CodeDeliveryDetails": "here"}, "CodeDeliveryDetails"),
        ({**UNCONFIRMED, "CodeDeliveryDetails": {**DELIVERY, "Destination": 1}}, "CodeDeliveryDetails.Destination"),
        ({**UNCONFIRMED, "Session": ""}, "Session"),
    ],
)
def test_replies_that_make_no_sense(reply: dict[str, Any], field: str) -> None:
    flow = SignUp("ada", "pw").begin(APP, stamp())
    with pytest.raises(UnexpectedReply) as caught:
        flow.receive(reply, stamp(1))
    assert caught.value.field == field
    assert caught.value.flow is flow


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: SignUp("", "pw"), "username"),
        (lambda: SignUp("ada", ""), "password"),
        (lambda: SignUp("ada", "pw", {"email": 1}), "attributes"),  # type: ignore[dict-item]  # wrong on purpose
        (lambda: SignUp("ada", "pw", validation_data="x"), "validation_data"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: ResumeSignUp("a b"), "username"),
        (lambda: SignUp("ada").begin("app", stamp()), "app"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: SignUp("ada").begin(APP, "now"), "stamp"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: SignUp("ada").begin(APP, stamp(), context="x"), "context"),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: make_question().answer("tea"), "code"),
        (lambda: make_question().answer("1234", force_alias_creation="yes"), "force_alias_creation"),  # type: ignore[arg-type]  # wrong on purpose
    ],
)
def test_wrong_arguments(make: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == field


def make_question() -> ConfirmSignUp:
    return ConfirmSignUp(asked_at=AT, nonce="n", delivery=Delivery())


def test_the_question_lasts_as_long_as_the_code() -> None:
    flow = ask_to_confirm()
    assert isinstance(flow, SignUpFlow)
    assert flow.challenge
    assert flow.challenge.get_lifetime(APP) == timedelta(hours=24)
