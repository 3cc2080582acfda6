"""The machine that replaces forgotten passwords, step by step."""

from datetime import timedelta
from typing import Any

import pytest

from authflow import Failed, InvalidInput, Reason, Refusal, ResetPassword
from authflow.challenges import NewPassword
from authflow.core.errors import UnexpectedReply
from authflow.core.replies import Delivery
from authflow.machines.reset_password.table import ASKS_AGAIN
from tests.support.other_flows import SENT, ask_for_password
from tests.support.samples import APP, SECRET_APP, stamp
from tests.support.scripted_flow import CANCEL, Calls, Rests, ScriptedFlow

IDS = {"ClientId": SECRET_APP.client_id, "Username": "ada", "SecretHash": SECRET_APP.secret_hash("ada")}
ASKED = Rests("new_password", delivery=Delivery("a***@e***", "EMAIL", "email"), rejected=None)


def begin() -> ScriptedFlow:
    return ScriptedFlow(ResetPassword("ada").begin(SECRET_APP, stamp()))


def test_a_password_is_replaced() -> None:
    script = begin() << Calls("ForgotPassword", **IDS) >> SENT << ASKED
    script >> (lambda asked: asked.answer("123-456", "new"))
    script << Calls("ConfirmForgotPassword", **IDS, ConfirmationCode="123456", Password="new")
    script >> {} << Rests("password_reset", username="ada") >> CANCEL << Rests("password_reset")


def test_a_new_code() -> None:
    script = begin() >> SENT
    old = script.flow.challenge.answer("123456", "new")
    script >> (lambda asked: asked.answer_resend()) << Calls("ForgotPassword", **IDS) >> SENT << ASKED
    with pytest.raises(InvalidInput, match="another challenge"):
        script.flow.answer(old, stamp(9))


@pytest.mark.parametrize(("operation", "code"), ASKS_AGAIN)
def test_what_is_asked_again(operation: str, code: str) -> None:
    flow = ask_for_password()
    asked = flow.challenge
    assert asked
    answer = asked.answer("1234", "new") if operation == "ConfirmForgotPassword" else asked.answer_resend()
    calling = flow.answer(answer, stamp(2))
    assert calling.request
    assert calling.request.operation == operation
    again = calling.refuse(Refusal(code, "no"), stamp(3))
    assert again.state == asked.reject(code, "no")
    assert isinstance(begin().flow.refuse(Refusal(code, "no"), stamp(1)).state, Failed)  # there is no question yet


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        ("UserNotFoundException", "Username/client id combination not found.", Reason.WRONG_CREDENTIALS),
        ("LimitExceededException", "Attempt limit exceeded, please try after some time.", Reason.LIMIT_EXCEEDED),
        (
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
            Reason.NO_RECOVERY,
        ),
        ("NotAuthorizedException", "User password cannot be reset in the current state.", Reason.NOT_RESETTABLE),
        ("NotAuthorizedException", "User is disabled.", Reason.DISABLED),
        ("CodeDeliveryFailureException", "no", Reason.CODE_NOT_SENT),
    ],
)
def test_a_refusal(code: str, message: str, reason: Reason) -> None:
    begin() >> Refusal(code, message) << Rests("failed", code=code, reason=reason)


def test_a_reply_that_makes_no_sense() -> None:
    with pytest.raises(UnexpectedReply) as caught:
        begin().flow.receive({"CodeDeliveryDetails": {"DeliveryMedium": []}}, stamp(1))
    assert caught.value.field == "CodeDeliveryDetails.DeliveryMedium"


@pytest.mark.parametrize(
    ("given", "field"), [(("", "new"), "code"), (("x", "new"), "code"), (("1234", ""), "new_password")]
)
def test_wrong_answers(given: tuple[str, str], field: str) -> None:
    question: Any = ask_for_password().challenge
    with pytest.raises(InvalidInput) as caught:
        question.answer(*given)
    assert caught.value.field == field


def test_the_question_lasts_as_long_as_the_code() -> None:
    asked = ask_for_password().challenge
    assert isinstance(asked, NewPassword)
    assert asked.get_lifetime(APP) == timedelta(hours=1)
