"""Every challenge: what it shows, what its answers send, and which answers it refuses."""

import json
import re
from dataclasses import replace
from typing import Any
from unittest.mock import ANY
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from authflow import (
    Choice,
    Custom,
    Device,
    Failed,
    IllegalTransition,
    InvalidInput,
    Password,
    Reason,
    Refresh,
    Refusal,
    SignedIn,
    Srp,
    UnexpectedReply,
    begin,
)
from authflow.challenges import BaseChallenge, CustomChallenge, SelectChallenge, SmsMfa, WebAuthn
from authflow.core.secret import Secret
from tests.support.openings import find_opening, needs_admin
from tests.support.replies import CHALLENGES, CREDENTIAL, SECRET_BLOCK, SESSION, challenge, password_verifier, tokens
from tests.support.samples import AT, SECRET_APP, stamp
from tests.support.scripted_flow import CANCEL, Calls, GiveAnswer, Rests, ScriptedFlow

CLIENT = SECRET_APP.client_id
HASH = SECRET_APP.secret_hash("ada")
CLAIM: dict[str, Any] = {"PASSWORD_CLAIM_SECRET_BLOCK": SECRET_BLOCK, "PASSWORD_CLAIM_SIGNATURE": ANY, "TIMESTAMP": ANY}
PERMISSIBLE = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
DEVICE = Device("eu-west-1_0a1b", "-group", "secret of the device")


def reach_challenge(name: str, **options: Any) -> ScriptedFlow:
    """Return a flow at this challenge."""
    flow = begin(SECRET_APP, find_opening(name), stamp(), admin=needs_admin(name), **options)
    return ScriptedFlow(flow) >> CHALLENGES[name]


def responds(name: str, session: str | None = SESSION, username: str = "ada", **responses: Any) -> Calls:
    """Return the call of RespondToAuthChallenge that the flow must make."""
    hashed = {"USERNAME": username, **responses, "SECRET_HASH": SECRET_APP.secret_hash(username)}
    params = {"ClientId": CLIENT, "ChallengeName": name, "ChallengeResponses": hashed}
    return Calls("RespondToAuthChallenge", **params | ({"Session": session} if session else {}))


@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "SMS_OTP"])
def test_a_code_in_a_message(name: str) -> None:
    script = reach_challenge(name)
    medium, where = ("EMAIL", "t***@e***") if name == "EMAIL_OTP" else ("SMS", "+*******9878")
    script << Rests(name.lower(), name=name, medium=medium, destination=where, session=SESSION)
    script >> (lambda c: c.answer(" 123456 ")) << responds(name, **{f"{name}_CODE": "123456"})
    script >> tokens() << Rests("signed_in")


def test_a_code_of_an_authenticator_app() -> None:
    script = reach_challenge("SOFTWARE_TOKEN_MFA") << Rests("software_token_mfa", device_name="my phone")
    script >> (lambda c: c.answer("123456")) << responds("SOFTWARE_TOKEN_MFA", SOFTWARE_TOKEN_MFA_CODE="123456")


@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN_MFA"])
def test_a_wrong_code_can_be_tried_again_and_counted(name: str) -> None:
    script = reach_challenge(name)
    for times in (1, 2):
        script >> (lambda c: c.answer("000000")) >> Refusal("CodeMismatchException", "Invalid code")
        rejected = script.flow.challenge and script.flow.challenge.rejected
        assert rejected
        assert (rejected.code, rejected.message, rejected.times) == ("CodeMismatchException", "Invalid code", times)
        script << Rests(name.lower(), session=SESSION)
    script >> (lambda c: c.answer("000000")) >> Refusal("NotAuthorizedException", "Invalid session for the user.")
    script << Rests("failed", reason=Reason.SESSION_EXPIRED)


def test_a_used_totp_code_is_asked_again_and_an_expired_message_code_fails() -> None:
    script = reach_challenge("SOFTWARE_TOKEN_MFA") >> (lambda c: c.answer("000000"))
    script >> Refusal("ExpiredCodeException", "Your software token has already been used once.")
    script << Rests("software_token_mfa")
    script = reach_challenge("SMS_MFA") >> (lambda c: c.answer("000000"))
    script >> Refusal("ExpiredCodeException", "Invalid code provided, please request a code again.")
    script << Rests("failed", reason=Reason.SESSION_EXPIRED)


def test_a_code_is_not_asked_again_for_a_session_of_no_use() -> None:
    script = reach_challenge("SMS_MFA") >> (lambda c: c.answer("000000"))
    script >> Refusal("CodeMismatchException", "Invalid session provided")
    script << Rests("failed", reason=Reason.SESSION_EXPIRED)


@pytest.mark.parametrize("parameter", ["MFAS_CAN_CHOOSE", "MFAS_CAN_SELECT"])
def test_select_mfa_type(parameter: str) -> None:
    script = ScriptedFlow(begin(SECRET_APP, Password("ada", "pw"), stamp()))
    script >> challenge("SELECT_MFA_TYPE", **{parameter: '["SMS_MFA","PIGEON","EMAIL_OTP"]'})
    script << Rests("select_mfa_type", options=("SMS_MFA", "EMAIL_OTP"), unknown=("PIGEON",))
    script >> (lambda c: c.answer("EMAIL_OTP")) << responds("SELECT_MFA_TYPE", ANSWER="EMAIL_OTP")
    script >> CHALLENGES["EMAIL_OTP"] << Rests("email_otp")


@pytest.mark.parametrize("parameter", ["MFAS_CAN_SETUP", "MFA_CAN_SETUP"])
def test_totp_set_up(parameter: str) -> None:
    script = ScriptedFlow(begin(SECRET_APP, Password("ada", "pw"), stamp()))
    script >> challenge("MFA_SETUP", **{parameter: '["SOFTWARE_TOKEN_MFA","SMS_MFA"]'})
    script << Rests("mfa_setup", options=("SOFTWARE_TOKEN_MFA",), elsewhere=("SMS_MFA",))
    script >> (lambda c: c.answer_totp()) << Calls("AssociateSoftwareToken", Session=SESSION)
    script >> {"SecretCode": "JBSWY3DP", "Session": "session-2-" + SESSION}
    script << Rests("totp_setup", secret="JBSWY3DP", session="session-2-" + SESSION)
    script >> (lambda c: c.answer("123456", "my phone"))
    script << Calls(
        "VerifySoftwareToken", Session="session-2-" + SESSION, UserCode="123456", FriendlyDeviceName="my phone"
    )
    script >> {"Status": "SUCCESS", "Session": "session-3-" + SESSION} << responds("MFA_SETUP", "session-3-" + SESSION)
    script >> tokens() << Rests("signed_in")


@pytest.mark.parametrize(
    "rejection",
    [
        Refusal("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"),
        Refusal("CodeMismatchException", "Invalid code received for user"),
        Refusal("InvalidParameterException", "Invalid friendly device name."),
        {"Status": "ERROR"},
        {"Status": "ERROR", "Session": SESSION},
    ],
)
def test_a_wrong_first_code_keeps_the_secret(rejection: Any) -> None:
    script = reach_challenge("MFA_SETUP") >> (lambda c: c.answer_totp()) >> {"SecretCode": "JBSWY3DP"}
    script >> (lambda c: c.answer("000000")) >> rejection << Rests("totp_setup", secret="JBSWY3DP", session=SESSION)
    assert script.flow.challenge
    assert script.flow.challenge.rejected
    script >> (lambda c: c.answer("123456")) >> {"Status": "SUCCESS"} << responds("MFA_SETUP")
    script >> CHALLENGES["SOFTWARE_TOKEN_MFA"] << Rests("software_token_mfa")


def test_email_set_up() -> None:
    script = reach_challenge("MFA_SETUP") >> (lambda c: c.answer_email("ada@example.com"))
    script << responds("MFA_SETUP", EMAIL="ada@example.com")
    script >> CHALLENGES["EMAIL_OTP"] << Rests("email_otp")


def test_a_factor_that_can_not_be_set_up_here_is_listed_as_elsewhere() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Password("ada", "pw"), stamp()))
    (
        script
        >> challenge("MFA_SETUP", MFAS_CAN_SETUP='["SMS_MFA"]')
        << Rests("mfa_setup", options=(), elsewhere=("SMS_MFA",))
    )
    answers: list[GiveAnswer] = [lambda c: c.answer_totp(), lambda c: c.answer_email("ada@example.com")]
    for give_answer in answers:
        with pytest.raises(InvalidInput, match="was not offered; offered: nothing"):
            give_answer(script.flow.challenge)
    script >> CANCEL << Rests("failed", reason=Reason.CANCELLED)


def test_the_uri_of_an_authenticator_app_is_escaped() -> None:
    script = reach_challenge("MFA_SETUP") >> (lambda c: c.answer_totp()) >> {"SecretCode": "JBSWY3DP"}
    setup: Any = script.flow.challenge
    uri = setup.uri("Zoë & Söhne/Ltd", "ada+1@example.com?x=1")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Zoë & Söhne/Ltd:ada+1@example.com?x=1"
    assert parse_qs(parts.query) == {"secret": ["JBSWY3DP"], "issuer": ["Zoë & Söhne/Ltd"]}
    assert re.fullmatch(r"[\w:/%?=&.+-]+", uri, re.ASCII)
    assert "+" not in parts.query, "authenticator apps do not decode + as a space"
    with pytest.raises(InvalidInput, match="issuer"):
        setup.uri("a:b", "ada")
    assert "JBSWY3DP" not in repr(script.flow)


@pytest.mark.parametrize("reply", [{}, {"SecretCode": ""}, {"SecretCode": 5}, {"SecretCode": "A" * 1001}])
def test_a_malformed_totp_secret_is_refused(reply: Any) -> None:
    script = reach_challenge("MFA_SETUP") >> (lambda c: c.answer_totp())
    with pytest.raises(UnexpectedReply) as caught:
        script >> reply
    assert caught.value.flow is script.flow


def test_rounds_of_custom_challenges() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Custom("ada@example.com"), stamp()))
    parameters = {"USERNAME": "ada@example.com", "SECRET_HASH": SECRET_APP.secret_hash("ada@example.com")}
    script << Calls("InitiateAuth", ClientId=CLIENT, AuthFlow="CUSTOM_AUTH", AuthParameters=parameters)
    script >> challenge("CUSTOM_CHALLENGE", "round-1-" + SESSION, USERNAME="ada-sub", question="2 + 2?", hint="even")
    script << Rests("custom_challenge", parameters=(("question", "2 + 2?"), ("hint", "even")))
    first: Any = script.flow.challenge
    (
        script
        >> (lambda c: c.answer("five"))
        << responds("CUSTOM_CHALLENGE", "round-1-" + SESSION, "ada-sub", ANSWER="five")
    )
    script >> challenge("CUSTOM_CHALLENGE", "round-2-" + SESSION, USERNAME="ada-sub", question="again")
    with pytest.raises(InvalidInput, match="another challenge"):
        script.flow.answer(first.answer("four"), stamp(9))
    script >> (lambda c: c.answer("four")) >> Refusal("NotAuthorizedException", "Incorrect username or password.")
    script << Rests("failed", reason=Reason.WRONG_CREDENTIALS)


def test_custom_auth_with_srp_first() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Custom("ada", "pw"), stamp()))
    assert script.flow.request
    assert script.flow.request.params()["AuthParameters"] == {
        "USERNAME": "ada",
        "CHALLENGE_NAME": "SRP_A",
        "SRP_A": ANY,
        "SECRET_HASH": HASH,
    }
    script >> password_verifier() << responds("PASSWORD_VERIFIER", None, "ada-sub", **CLAIM)
    script >> CHALLENGES["CUSTOM_CHALLENGE"] << Rests("custom_challenge")


def test_password_verifier_without_srp_a_is_refused() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Custom("ada"), stamp()))
    with pytest.raises(UnexpectedReply, match="no SRP_A was sent"):
        script >> password_verifier()


def choice(**options: Any) -> ScriptedFlow:
    return ScriptedFlow(begin(SECRET_APP, Choice("ada", **options), stamp()))


@pytest.mark.parametrize(
    ("options", "parameters", "session"),
    [
        ({}, {}, None),
        ({"preferred": "EMAIL_OTP"}, {"PREFERRED_CHALLENGE": "EMAIL_OTP"}, None),
        (
            {"preferred": "PASSWORD", "password": "pw"},
            {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "pw"},
            None,
        ),
        (
            {"preferred": "PASSWORD_SRP", "password": "pw"},
            {"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": ANY},
            None,
        ),
        ({"session": SESSION}, {}, SESSION),
        (
            {"target_acr_values": "Level2", "access_token": "at", "max_age": 0},
            {"TARGET_ACR_VALUES": "Level2", "ACCESS_TOKEN": "at", "MAX_AGE": "0"},
            None,
        ),
    ],
)
def test_the_first_request_of_choice(options: dict[str, Any], parameters: dict[str, Any], session: str | None) -> None:
    top = {"Session": session} if session else {}
    choice(**options) << Calls(
        "InitiateAuth",
        ClientId=CLIENT,
        AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": "ada", **parameters, "SECRET_HASH": HASH},
        **top,
    )


def test_the_proof_of_choice_carries_the_session_of_the_reply() -> None:
    script = choice(preferred="PASSWORD_SRP", password="pw") >> (password_verifier() | {"Session": SESSION})
    script << responds("PASSWORD_VERIFIER", SESSION, "ada-sub", **CLAIM)


def test_select_challenge() -> None:
    script = choice() >> CHALLENGES["SELECT_CHALLENGE"]
    options = ("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "WEB_AUTHN")
    script << Rests("select_challenge", options=options, unknown=())
    script >> (lambda c: c.answer("EMAIL_OTP")) << responds("SELECT_CHALLENGE", ANSWER="EMAIL_OTP")
    script >> CHALLENGES["EMAIL_OTP"] << Rests("email_otp")


@pytest.mark.parametrize(
    "pasted",
    [
        "123456",
        "123 456",
        " 123-456\n",
        "123\u00a0456",
        "1\u200b23456",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "123\u2013456",
        "123.456",
        "123\u2212456",
        "\u201c123456\u201d.",
        "(123\u00b7456)\u2028",
    ],
)
@pytest.mark.parametrize("name", ["SMS_MFA", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN_MFA"])
def test_a_code_as_people_paste_it(name: str, pasted: str) -> None:
    reach_challenge(name) >> (lambda c: c.answer(pasted)) << responds(name, **{f"{name}_CODE": "123456"})


def test_the_first_code_of_an_authenticator_app_as_people_paste_it() -> None:
    script = reach_challenge("MFA_SETUP") >> (lambda c: c.answer_totp()) >> {"SecretCode": "JBSWY3DP"}
    script >> (lambda c: c.answer("123 456")) << Calls("VerifySoftwareToken", Session=SESSION, UserCode="123456")


def test_select_challenge_has_one_choice_for_each_thing() -> None:
    question = SelectChallenge(session=Secret(SESSION), asked_at=AT, options=("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"))
    assert question.choices == ("PASSWORD_SRP", "EMAIL_OTP")
    assert replace(question, options=("PASSWORD", "SMS_OTP")).choices == ("PASSWORD", "SMS_OTP")


def test_a_passkey() -> None:
    options = '{"challenge":"Y2hhbGxlbmdl","rpId":"example.com"}'
    script = choice(preferred="WEB_AUTHN") >> CHALLENGES["WEB_AUTHN"] << Rests("web_authn", options=options)
    script >> (lambda c: c.answer(CREDENTIAL)) << responds("WEB_AUTHN", CREDENTIAL=json.dumps(CREDENTIAL))
    script >> tokens() << Rests("signed_in")
    again = choice(preferred="WEB_AUTHN") >> CHALLENGES["WEB_AUTHN"] >> (lambda c: c.answer(json.dumps(CREDENTIAL)))
    with pytest.raises(UnexpectedReply, match="a factor was given already"):
        again >> CHALLENGES["WEB_AUTHN"]
    script = choice(preferred="WEB_AUTHN") >> CHALLENGES["WEB_AUTHN"] >> (lambda c: c.answer(CREDENTIAL))
    script >> Refusal("NotAuthorizedException", "no") << Rests("failed")


@pytest.mark.parametrize("credential", [None, CREDENTIAL])
def test_a_passkey_is_chosen(credential: dict[str, Any] | None) -> None:
    script = choice() >> CHALLENGES["SELECT_CHALLENGE"] >> (lambda c: c.answer("WEB_AUTHN", credential=credential))
    sent = {"CREDENTIAL": json.dumps(credential)} if credential else {}
    script << responds("SELECT_CHALLENGE", ANSWER="WEB_AUTHN", **sent)
    script >> (tokens() if credential else CHALLENGES["WEB_AUTHN"])
    script << Rests("signed_in" if credential else "web_authn")


def test_a_credential_is_for_passkeys_only() -> None:
    script = choice() >> CHALLENGES["SELECT_CHALLENGE"]
    with pytest.raises(InvalidInput, match="must not be given with EMAIL_OTP"):
        script >> (lambda c: c.answer("EMAIL_OTP", credential=CREDENTIAL))


@pytest.mark.parametrize("options", ["", "[]", "{", '"text"'])
def test_options_of_a_passkey_that_are_no_object(options: str) -> None:
    with pytest.raises(UnexpectedReply) as caught:
        choice() >> challenge("WEB_AUTHN", CREDENTIAL_REQUEST_OPTIONS=options)
    assert caught.value.field == "ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS"


@pytest.mark.parametrize(
    ("credential", "problem"),
    [
        ("", "must be what toJSON"),
        ("[]", "must be what toJSON"),
        (b"{}", "must be what toJSON"),
        ({"response": {1j: 2}}, "must be what toJSON"),
        ({**CREDENTIAL, "response": "text"}, "must be what toJSON"),
        ({**CREDENTIAL, "rawId": ""}, "has no rawId"),
        ({**CREDENTIAL, "response": {"clientDataJSON": "e30", "authenticatorData": "AA"}}, "has no response.signature"),
        ({**CREDENTIAL, "more": "x" * 131_072}, "at most 131072 are allowed"),
    ],
)
def test_what_is_no_credential(credential: Any, problem: str) -> None:
    question = WebAuthn(session=Secret(SESSION), asked_at=AT, options="{}")
    with pytest.raises(InvalidInput, match=problem) as caught:
        question.answer(credential)
    assert caught.value.field == "credential"


def test_an_answer_fits_no_other_question_even_if_the_session_is_repeated() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Custom("ada"), stamp())) >> challenge("CUSTOM_CHALLENGE", q="first")
    assert script.flow.challenge
    answer = CustomChallenge.answer(script.flow.challenge, "x")  # it is one
    script >> (lambda _: answer) >> challenge("CUSTOM_CHALLENGE", q="second")
    with pytest.raises(InvalidInput, match="belongs to another challenge"):
        script >> (lambda _: answer)


def test_an_answer_made_before_a_refusal_still_fits() -> None:
    script = reach_challenge("SMS_MFA")
    assert isinstance(script.flow.challenge, SmsMfa)
    answer = script.flow.challenge.answer("123456")
    script >> (lambda _: answer) >> Refusal("CodeMismatchException", "no") >> (lambda _: answer)
    script << responds("SMS_MFA", SMS_MFA_CODE="123456")


def test_select_challenge_offers_what_the_opening_permits() -> None:
    script = choice(only=("PASSWORD_SRP", "WEB_AUTHN")) >> CHALLENGES["SELECT_CHALLENGE"]
    script << Rests("select_challenge", options=("PASSWORD_SRP", "WEB_AUTHN"), unknown=("PASSWORD", "EMAIL_OTP"))


def test_a_password_that_is_proven_is_not_asked_for_in_clear() -> None:
    opening = Choice("ada", "PASSWORD_SRP", "pw")
    assert opening.only == ("PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
    script = ScriptedFlow(begin(SECRET_APP, opening, stamp()))
    with pytest.raises(UnexpectedReply, match="is PASSWORD, the opening permits only PASSWORD_SRP"):
        script >> CHALLENGES["PASSWORD"]
    allowed = ScriptedFlow(begin(SECRET_APP, Choice("ada", "PASSWORD_SRP", "pw", only=PERMISSIBLE), stamp()))
    allowed >> CHALLENGES["PASSWORD"] << Rests("password")


def test_a_code_after_a_password_is_no_first_factor() -> None:
    script = choice(preferred="PASSWORD", password="pw", only=("PASSWORD",)) >> CHALLENGES["EMAIL_OTP"]
    script << Rests("email_otp")
    script = choice(only=("PASSWORD",)) >> CHALLENGES["SELECT_CHALLENGE"] >> (lambda c: c.answer("PASSWORD", "pw"))
    script >> CHALLENGES["EMAIL_OTP"] << Rests("email_otp")
    script = choice(only=("PASSWORD",), session=SESSION) >> CHALLENGES["EMAIL_OTP"] << Rests("email_otp")


def test_select_challenge_with_a_password() -> None:
    script = choice() >> CHALLENGES["SELECT_CHALLENGE"] >> (lambda c: c.answer("PASSWORD", "pw"))
    script << responds("SELECT_CHALLENGE", ANSWER="PASSWORD", PASSWORD="pw")


def test_select_challenge_with_srp() -> None:
    script = choice() >> CHALLENGES["SELECT_CHALLENGE"] >> (lambda c: c.answer("PASSWORD_SRP", "pw"))
    script << responds("SELECT_CHALLENGE", ANSWER="PASSWORD_SRP", SRP_A=ANY)
    script >> (password_verifier() | {"Session": SESSION}) << responds("PASSWORD_VERIFIER", SESSION, "ada-sub", **CLAIM)


def test_a_password_challenge() -> None:
    reach_challenge("PASSWORD") >> (lambda c: c.answer("pw")) << responds("PASSWORD", PASSWORD="pw")


def test_the_password_challenge_of_the_admin_api() -> None:
    script = reach_challenge("ADMIN_NO_SRP_AUTH") >> (lambda c: c.answer("pw"))
    script << Calls(
        "AdminRespondToAuthChallenge",
        ClientId=CLIENT,
        ChallengeName="ADMIN_NO_SRP_AUTH",
        Session=SESSION,
        ChallengeResponses={"USERNAME": "ada", "PASSWORD": "pw", "SECRET_HASH": HASH},
        UserPoolId=SECRET_APP.pool_id,
    )


def test_a_password_challenge_by_srp() -> None:
    script = reach_challenge("PASSWORD_SRP") >> (lambda c: c.answer("pw")) << responds("PASSWORD_SRP", SRP_A=ANY)
    script >> (password_verifier() | {"Session": SESSION}) << responds("PASSWORD_VERIFIER", SESSION, "ada-sub", **CLAIM)


INVALID_ANSWERS: dict[str, tuple[str, str, Any]] = {
    "letters": ("SMS_MFA", "code", lambda c: c.answer("12a456")),
    "too short": ("SMS_MFA", "code", lambda c: c.answer("123")),
    "too long": ("EMAIL_OTP", "code", lambda c: c.answer("12345678901")),
    "other digits": ("EMAIL_OTP", "code", lambda c: c.answer("١٢٣٤٥٦")),
    "empty": ("SMS_OTP", "code", lambda c: c.answer("")),
    "no text": ("SMS_OTP", "code", lambda c: c.answer(123456)),
    "seven digits": ("SOFTWARE_TOKEN_MFA", "code", lambda c: c.answer("1234567")),
    "not offered": ("SELECT_MFA_TYPE", "option", lambda c: c.answer("EMAIL_OTP")),
    "offered, but unknown": ("SELECT_MFA_TYPE", "option", lambda c: c.answer("PIGEON")),
    "no option": ("SELECT_MFA_TYPE", "option", lambda c: c.answer(None)),
    "no address": ("MFA_SETUP", "address", lambda c: c.answer_email("ada")),
    "half an address": ("MFA_SETUP", "address", lambda c: c.answer_email("ada@")),
    "no answer": ("CUSTOM_CHALLENGE", "answer", lambda c: c.answer("")),
    "not a choice": ("SELECT_CHALLENGE", "option", lambda c: c.answer("SMS_OTP")),
    "no password": ("SELECT_CHALLENGE", "password", lambda c: c.answer("PASSWORD")),
    "an empty password": ("SELECT_CHALLENGE", "password", lambda c: c.answer("PASSWORD_SRP", "")),
    "a superfluous password": ("SELECT_CHALLENGE", "password", lambda c: c.answer("EMAIL_OTP", "pw")),
    "still no password": ("PASSWORD", "password", lambda c: c.answer("")),
    "no device": ("DEVICE_SRP_AUTH", "device", lambda c: c.answer("device")),
}


@pytest.mark.parametrize("case", INVALID_ANSWERS)
def test_an_invalid_answer_is_refused_before_anything_is_sent(case: str) -> None:
    name, field, give_answer = INVALID_ANSWERS[case]
    script = reach_challenge(name)
    before = script.flow
    with pytest.raises(InvalidInput) as caught:
        give_answer(script.flow.challenge)
    assert caught.value.field == field
    assert script.flow is before


@pytest.mark.parametrize("name", ["ada@example.com", "+4912345678", "Zoë", "漢字", "e\u0301", "a_b-c.d", "😀"])
def test_a_username_has_any_visible_characters(name: str) -> None:
    assert Srp(name, "pw").username == name


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("preferred", lambda: Choice("ada", "PIGEON")),
        ("password", lambda: Choice("ada", "PASSWORD", "")),
        ("password", lambda: Choice("ada", "EMAIL_OTP", "pw")),
        ("password", lambda: Choice("ada", password="pw")),
        ("only", lambda: Choice("ada", only=("SMS_MFA",))),
        ("only", lambda: Choice("ada", only="PASSWORD")),  # type: ignore[arg-type]
        ("only", lambda: Choice("ada", "PASSWORD", "pw", only=("PASSWORD_SRP",))),
        ("session", lambda: Choice("ada", session="")),
        ("max_age", lambda: Choice("ada", max_age=-1)),
        ("max_age", lambda: Choice("ada", max_age=True)),
        ("username", lambda: Choice("")),
        ("username", lambda: Srp("ada ", "pw")),
        ("username", lambda: Password("a da", "pw")),
        ("username", lambda: Custom("ada\n")),
        ("username", lambda: Choice("ada\u200b")),
        ("username", lambda: Refresh("r", "ada\u00a0")),
        ("username", lambda: Custom("")),
        ("password", lambda: Custom("ada", "")),
        ("key", lambda: Device("k" * 56, "g", "s")),
        ("secret", lambda: Device("k", "g", "")),
        ("holder", lambda: begin(SECRET_APP, Srp("a", "b"), stamp(), holder="")),
        ("holder", lambda: begin(SECRET_APP, Srp("ada", "b"), stamp(), holder="ada")),
    ],
)
def test_an_invalid_opening_is_refused(field: str, make: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == field


@pytest.mark.parametrize("name", CHALLENGES)
def test_every_challenge_can_be_cancelled_and_accepts_no_reply(name: str) -> None:
    script = reach_challenge(name)
    assert isinstance(script.flow.state, BaseChallenge)
    with pytest.raises(IllegalTransition):
        script.flow.receive(tokens(), stamp(9))
    script >> CANCEL << Rests("failed", reason=Reason.CANCELLED)


def test_a_completed_sign_in_can_be_cancelled() -> None:
    script = ScriptedFlow(begin(SECRET_APP, Password("ada", "pw"), stamp())) >> tokens()
    assert isinstance(script.flow.state, SignedIn)
    script >> CANCEL
    assert isinstance(script.flow.state, Failed)


@pytest.mark.parametrize("available", [[5], "PASSWORD", {"a": 1}])
def test_malformed_available_challenges_are_refused(available: Any) -> None:
    with pytest.raises(UnexpectedReply, match="AvailableChallenges"):
        choice() >> challenge("SELECT_CHALLENGE", available=available)
