"""Every challenge name at every step of every opening: legal, or UnexpectedReply.

``LEGAL`` is written out by hand, from the API pages of InitiateAuth and RespondToAuthChallenge and the developer
guide's pages on authentication flows, MFA, devices and choice-based sign-in. It does not use the table.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from authflow import (
    Choice,
    Custom,
    Device,
    Failed,
    Flow,
    Opening,
    Password,
    Refresh,
    Refusal,
    Srp,
    UnexpectedReply,
    begin,
)
from authflow.machines.sign_in.table import ASKS_AGAIN
from tests.support.replies import CHALLENGES, CREDENTIAL, SESSION, challenge, password_verifier, tokens
from tests.support.samples import APP, stamp

REPLIES: dict[str, dict[str, Any]] = {
    **CHALLENGES,
    "PASSWORD_VERIFIER": password_verifier() | {"Session": SESSION},
    "DEVICE_PASSWORD_VERIFIER": password_verifier() | {"ChallengeName": "DEVICE_PASSWORD_VERIFIER"},
    "FREE_BEER": challenge("FREE_BEER"),
    "tokens": tokens(),
}
NOT_CHALLENGES = {"associating_totp": {"SecretCode": "JBSWY3DP"}, "verifying_totp": {"Status": "SUCCESS"}}

OPENINGS: dict[str, tuple[Opening, bool]] = {
    "Srp": (Srp("ada", "pw"), False),
    "Password": (Password("ada", "pw"), False),
    "Password, admin": (Password("ada", "pw"), True),
    "Srp, admin": (Srp("ada", "pw"), True),
    "Custom": (Custom("ada"), False),
    "Custom, SRP first": (Custom("ada", "pw"), False),
    "Choice": (Choice("ada"), False),
    "Choice, PASSWORD": (Choice("ada", "PASSWORD", "pw"), False),
    "Choice, EMAIL_OTP": (Choice("ada", "EMAIL_OTP"), False),
    "Choice, PASSWORD_SRP": (Choice("ada", "PASSWORD_SRP", "pw"), False),
    "Choice, PASSWORD_SRP later": (Choice("ada", "PASSWORD_SRP"), False),
    "Choice, only SRP": (Choice("ada", only=("PASSWORD_SRP",)), False),
    "Refresh": (Refresh("refresh-1"), False),
    "Refresh, REFRESH_TOKEN_AUTH": (Refresh("refresh-1", by_auth_flow=True), False),
}

SECOND = {
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "NEW_PASSWORD_REQUIRED",
    "tokens",
}
WITH_DEVICE = SECOND | {"DEVICE_SRP_AUTH"}
FIRST = SECOND | {"SMS_OTP", "SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP", "WEB_AUTHN"}
SETUP: dict[str, set[str]] = {"associating_totp": set(), "verifying_totp": set()}
DEVICE_STEPS = {"answering_device": {"DEVICE_PASSWORD_VERIFIER"}}
PASSWORD_STEPS = {"answering": WITH_DEVICE, "completing_setup": WITH_DEVICE, "verifying_device": SECOND}
PASSWORD_STEPS |= SETUP | DEVICE_STEPS
SRP_STEPS = PASSWORD_STEPS | {"initiating_srp": {"PASSWORD_VERIFIER"}, "verifying_password": WITH_DEVICE}
ROUND = WITH_DEVICE | {"CUSTOM_CHALLENGE"}
CUSTOM_STEPS = {"answering": ROUND, "completing_setup": ROUND, "verifying_device": SECOND | {"CUSTOM_CHALLENGE"}}
CUSTOM_STEPS |= SETUP | DEVICE_STEPS
# No first factor is asked for after another factor, and the password that is sent only if nothing else was chosen
CHOSEN = {
    "answering PASSWORD": FIRST,
    "answering EMAIL_OTP": FIRST - {"PASSWORD"},
    "answering WEB_AUTHN": FIRST - {"PASSWORD"},
}
CHOICE_STEPS = SETUP | {
    "initiating_choice": FIRST,
    **CHOSEN,
    "answering": SECOND,
    "answering_srp": {"PASSWORD_VERIFIER"},
    "verifying_password": SECOND,
    "completing_setup": SECOND,
}


def without(*steps: str) -> dict[str, set[str]]:
    """Return the steps of Choice where some options are not permitted."""
    return {step: names for step, names in CHOICE_STEPS.items() if step not in steps}


LEGAL: dict[str, dict[str, set[str]]] = {
    "Srp": SRP_STEPS,
    "Password": PASSWORD_STEPS | {"initiating_password": WITH_DEVICE},
    "Password, admin": PASSWORD_STEPS | {"initiating_password": WITH_DEVICE | {"ADMIN_NO_SRP_AUTH"}},
    "Srp, admin": SRP_STEPS,
    "Custom": CUSTOM_STEPS | {"initiating_custom": ROUND},
    "Custom, SRP first": CUSTOM_STEPS
    | {"initiating_custom": ROUND | {"PASSWORD_VERIFIER"}, "verifying_password": ROUND},
    "Choice": CHOICE_STEPS,
    "Choice, PASSWORD": CHOICE_STEPS,
    "Choice, EMAIL_OTP": CHOICE_STEPS | {"initiating_choice": FIRST - {"PASSWORD"}},
    "Choice, PASSWORD_SRP": without("answering PASSWORD")
    | {"initiating_choice": FIRST - {"PASSWORD"} | {"PASSWORD_VERIFIER"}},
    "Choice, PASSWORD_SRP later": CHOICE_STEPS | {"initiating_choice": FIRST - {"PASSWORD"}},
    "Choice, only SRP": without(*CHOSEN)
    | {"initiating_choice": FIRST - {"PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"}},
    "Refresh": {"refreshing": {"tokens"}},
    "Refresh, REFRESH_TOKEN_AUTH": {"refreshing": {"tokens"}},
}
EVERYWHERE = {
    ("NEW_PASSWORD_REQUIRED", "InvalidPasswordException"),
    ("NEW_PASSWORD_REQUIRED", "PasswordHistoryPolicyViolationException"),
    ("NEW_PASSWORD_REQUIRED", "InvalidParameterException"),
    ("NEW_PASSWORD_REQUIRED", "AliasExistsException"),
    ("MFA_SETUP", "InvalidParameterException"),
    ("MFA_SETUP", "AliasExistsException"),
    ("SMS_MFA", "CodeMismatchException"),
    ("EMAIL_OTP", "CodeMismatchException"),
    ("SOFTWARE_TOKEN_MFA", "CodeMismatchException"),
    ("SOFTWARE_TOKEN_MFA", "ExpiredCodeException"),
    ("totp_rejected", "CodeMismatchException"),
    ("totp_rejected", "EnableSoftwareTokenMFAException"),
    ("totp_rejected", "InvalidParameterException"),
}
EVERY = pytest.mark.parametrize("name", OPENINGS)


def explore(name: str) -> Iterator[Flow]:
    """Yield flows at every step and challenge that a sign-in can reach, with one flow for each pair of a node and the
    challenge that it answers."""
    opening, admin = OPENINGS[name]
    waiting, seen = [begin(APP, opening, stamp(), admin=admin)], set[object]()
    while waiting:
        flow = waiting.pop()
        asked = getattr(flow.state, "asked", None)
        if (key := (name_step(flow), asked and asked.name)) in seen:
            continue
        seen.add(key)
        yield flow
        waiting += [after for _, after in receive_all(flow)] if flow.request else list(answer_all(flow))


def name_step(flow: Flow) -> str:
    """Return the node, and the option if a person has chosen a first factor."""
    asked, request = getattr(flow.state, "asked", None), getattr(flow.state, "request", None)
    if asked is None or asked.name != "SELECT_CHALLENGE":
        return str(flow.node)
    return f"{flow.node} {dict(request.challenge_responses)['ANSWER']}"  # type: ignore[union-attr]


def receive_all(flow: Flow) -> Iterator[tuple[str, Flow]]:
    """Yield the names of the replies that the flow accepts, with the flow after each."""
    if flow.node in NOT_CHALLENGES:
        yield "", flow.receive(NOT_CHALLENGES[flow.node], stamp(1))
    for name, reply in REPLIES.items():
        try:
            yield name, flow.receive(reply, stamp(1))
        except UnexpectedReply:
            continue


def answer_all(flow: Flow) -> Iterator[Flow]:
    """Yield the flow after each kind of answer."""
    question: Any = flow.challenge
    match question and question.asking_trigger:
        case None:
            return
        case "MFA_SETUP":
            answers = [question.answer_totp(), question.answer_email("ada@example.com")]
        case "SELECT_CHALLENGE":
            answers = [question.answer(option, *["pw"] * ("PASSWORD" in option)) for option in question.options]
        case "SELECT_MFA_TYPE":
            answers = [question.answer("SMS_MFA")]
        case "NEW_PASSWORD_REQUIRED":
            answers = [question.answer("N3w-passw0rd", family_name="L")]
        case "WEB_AUTHN":
            answers = [question.answer(CREDENTIAL)]
        case "DEVICE_SRP_AUTH":
            answers = [question.answer(Device("eu-west-1_0f3c", "-Gr0up", "s3cret"))]
        case _:
            answers = [question.answer("123456")]
    for answer in answers:
        yield flow.answer(answer, stamp(2))


@EVERY
def test_each_step_accepts_what_cognito_may_send_and_nothing_else(name: str) -> None:
    accepted: dict[str, set[str]] = {}
    for flow in explore(name):
        if flow.request:
            names = {reply for reply, _ in receive_all(flow)} - {""}
            assert accepted.setdefault(name_step(flow), names) == names, flow
    assert accepted == LEGAL[name]


@EVERY
def test_each_refusal_that_asks_again_does_so(name: str) -> None:
    opening, _ = OPENINGS[name]
    walked = set()
    for flow in explore(name):
        asked: Any = getattr(flow.state, "asked", None)
        for trigger, code in ASKS_AGAIN if asked else ():
            after = flow.refuse(Refusal(code, "no"), stamp(3))
            if flow.node == "associating_totp":  # it asks for a secret, and answers nothing
                assert isinstance(after.state, Failed)
            elif trigger == asked.asking_trigger:
                walked.add((trigger, code))
                assert after.challenge == asked.reject(code, "no")
            elif (asked.asking_trigger, code) not in ASKS_AGAIN:
                assert isinstance(after.state, Failed)
    expected = set() if isinstance(opening, Refresh) else set(EVERYWHERE)
    if "SMS_OTP" in LEGAL[name].get("initiating_choice", ()):
        expected.add(("SMS_OTP", "CodeMismatchException"))
    assert walked == expected


def test_the_entries_are_those_of_the_table() -> None:
    assert EVERYWHERE | {("SMS_OTP", "CodeMismatchException")} == set(ASKS_AGAIN)
