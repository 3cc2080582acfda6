"""Challenges of a remembered device, and requests with the key of a device that Cognito has forgotten."""

from typing import Any
from unittest.mock import ANY

import pytest

from authflow import Custom, Password, Reason, Refresh, Refusal, Srp, begin
from authflow.core.openings import Opening
from authflow.machines.sign_in.table import WITH_DEVICE_KEY
from tests.challenges.test_challenges import CLAIM, DEVICE, reach_challenge, responds
from tests.support.openings import FIRST_FACTORS
from tests.support.replies import CHALLENGES, SESSION, password_verifier, tokens
from tests.support.samples import SECRET_APP, stamp
from tests.support.scripted_flow import Rests, ScriptedFlow

FORGOTTEN = Refusal("ResourceNotFoundException", "Device does not exist.")


def test_a_device_proves_its_secret_with_a_new_ephemeral() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Srp("ada", "pw"), stamp(), device_key=DEVICE.key))
    assert script.flow.request
    first: Any = script.flow.request.params()["AuthParameters"]
    assert first["DEVICE_KEY"] == DEVICE.key
    script >> password_verifier("ada") >> CHALLENGES["DEVICE_SRP_AUTH"] << Rests("device_srp_auth")
    script >> (lambda c: c.answer(DEVICE)) << responds("DEVICE_SRP_AUTH", DEVICE_KEY=DEVICE.key, SRP_A=ANY)
    second: Any = script.flow.request.params()["ChallengeResponses"]
    assert second["SRP_A"] != first["SRP_A"]
    verifier = password_verifier("ada") | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": SESSION}
    script >> verifier << responds("DEVICE_PASSWORD_VERIFIER", **CLAIM, DEVICE_KEY=DEVICE.key)
    script >> tokens(username="ada") << Rests("signed_in")
    assert DEVICE.secret.reveal() not in repr(script.flow)


@pytest.mark.parametrize("name", [name for name in CHALLENGES if name not in FIRST_FACTORS])
def test_device_srp_auth_may_follow_any_answer_outside_of_user_auth(name: str) -> None:
    answers: dict[str, Any] = {
        "SELECT_MFA_TYPE": lambda c: c.answer("SMS_MFA"),
        "MFA_SETUP": lambda c: c.answer_email("ada@example.com"),
        "NEW_PASSWORD_REQUIRED": lambda c: c.answer("N3w-passw0rd", family_name="L"),
    }
    if name != "DEVICE_SRP_AUTH":
        script = reach_challenge(name) >> answers.get(name, lambda c: c.answer("123456"))
        script >> CHALLENGES["DEVICE_SRP_AUTH"] << Rests("device_srp_auth")


@pytest.mark.parametrize(
    "refusal",
    [Refusal("NotAuthorizedException", "Incorrect username or password."), FORGOTTEN],
)
@pytest.mark.parametrize("proving", [False, True])
def test_a_rejected_device_fails_the_flow(refusal: Refusal, proving: bool) -> None:
    script = reach_challenge("DEVICE_SRP_AUTH") >> (lambda c: c.answer(DEVICE))
    if proving:
        script >> (password_verifier("ada") | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": SESSION})
    script >> refusal << Rests("failed", reason=Reason.DEVICE_REJECTED)


def test_an_expired_session_does_not_reject_the_device() -> None:
    script = reach_challenge("DEVICE_SRP_AUTH") >> (lambda c: c.answer(DEVICE))
    script >> Refusal("NotAuthorizedException", "Invalid session for the user, session is expired.")
    script << Rests("failed", reason=Reason.SESSION_EXPIRED)


OPENINGS: dict[str, Opening] = {
    "initiating_srp": Srp("ada", "pw"),
    "initiating_password": Password("ada", "pw"),
    "initiating_custom": Custom("ada"),
    "refreshing": Refresh("token", "ada"),
}


@pytest.mark.parametrize("node", OPENINGS)
def test_a_request_is_repeated_once_without_a_forgotten_device(node: str) -> None:
    script = ScriptedFlow(begin(SECRET_APP, OPENINGS[node], stamp(), device_key=DEVICE.key))
    assert script.flow.request
    with_device = script.flow.request.params()
    script >> FORGOTTEN
    assert (script.flow.node, script.flow.device_key) == (node, None)
    assert script.flow.request
    again: Any = script.flow.request.params()
    assert DEVICE.key in str(with_device)
    assert DEVICE.key not in str(again)
    assert again.keys() == with_device.keys() - {"DeviceKey"}
    script >> FORGOTTEN << Rests("failed", reason=Reason.OTHER)


@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "CUSTOM_CHALLENGE"])
def test_answers_carry_the_device_and_are_repeated_without_it(name: str) -> None:
    script = reach_challenge(name, device_key=DEVICE.key) >> (lambda c: c.answer("123456"))
    answer = "ANSWER" if name == "CUSTOM_CHALLENGE" else f"{name}_CODE"
    username = "ada-sub" if name == "CUSTOM_CHALLENGE" else "ada"
    script << responds(name, username=username, **{answer: "123456"}, DEVICE_KEY=DEVICE.key)
    script >> FORGOTTEN << responds(name, username=username, **{answer: "123456"})
    script >> tokens() << Rests("signed_in")


def test_a_missing_app_client_is_no_forgotten_device() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Srp("ada", "pw"), stamp(), device_key=DEVICE.key))
    script >> Refusal("ResourceNotFoundException", "User pool client 3n4b does not exist.")
    script << Rests("failed", code="ResourceNotFoundException")
    script = ScriptedFlow(begin(SECRET_APP, Srp("ada", "pw"), stamp())) >> FORGOTTEN << Rests("failed")


def test_a_request_without_device_key_is_not_repeated() -> None:
    script = reach_challenge("NEW_PASSWORD_REQUIRED", device_key=DEVICE.key)
    script >> (lambda c: c.answer("N3w-passw0rd", family_name="L")) >> FORGOTTEN << Rests("failed")
    assert script.flow.node not in WITH_DEVICE_KEY
