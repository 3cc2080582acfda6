"""A form is enough to ask a question, and answer_from takes what was entered into it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authflow import Action, Device, Form, InvalidInput, Password, Refusal, begin, loads, view
from authflow.challenges import (
    CHALLENGES,
    ConfirmSignUp,
    NewPassword,
    NewPasswordRequired,
    SelectChallenge,
    SmsMfa,
    SoftwareTokenMfa,
    TotpSetup,
)
from authflow.core.form import Kind
from authflow.core.secret import Secret
from authflow.machines.remember_device import begin as begin_remembering
from authflow.snapshots.plain import dumps
from tests.support.openings import find_opening, needs_admin
from tests.support.questions import ASKED, SEED, Example, make_examples, make_unanswerable
from tests.support.replies import CHALLENGES as REPLIES
from tests.support.replies import challenge, tokens
from tests.support.samples import APP, AT, SECRET_APP, stamp

EXAMPLES = make_examples()


def identify(value: Any) -> str:
    return f"{type(value.question).__name__}-{value.action}" if isinstance(value, Example) else type(value).__name__


def test_the_examples_have_every_challenge() -> None:
    made = {type(each.question) for each in EXAMPLES} | {type(each) for each in make_unanswerable()}
    assert made == {*CHALLENGES, ConfirmSignUp, NewPassword}


@pytest.mark.parametrize("example", EXAMPLES, ids=identify)
def test_what_was_entered_makes_the_same_answer_as_the_method(example: Example) -> None:
    noise = {"csrf_token": "x", "option": "PASSWORD", "session": "other"}
    assert example.question.answer_from({**noise, **example.entered}, example.action) == example.answer


@pytest.mark.parametrize("example", EXAMPLES, ids=identify)
def test_each_action_can_be_chosen_and_names_each_field_that_is_missing(example: Example) -> None:
    action = example.question.form().find_action(example.action)
    required = [field.name for field in action.fields if field.required]
    assert required == [name for name in example.entered if name != "device_name"]
    for name in required:
        for blank in ("", None):
            with pytest.raises(InvalidInput) as caught:
                example.question.answer_from({**example.entered, name: blank}, example.action)
            assert caught.value.field == name


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.entered], ids=identify)
@pytest.mark.parametrize(
    "value", [5, ["a"], {"a": "b"}, "x" * 200_000, "\ud800"], ids=lambda value: type(value).__name__
)
def test_a_value_that_is_not_valid_is_named_as_the_form_names_it(example: Example, value: Any) -> None:
    for name in example.entered:
        with pytest.raises(InvalidInput) as caught:
            example.question.answer_from({**example.entered, name: value}, example.action)
        assert caught.value.field == name
        assert "200000" in str(caught.value) or str(value) not in str(caught.value)


@pytest.mark.parametrize("action", ["PASSWORD", "WEB_AUTHN", "answer", "__class__", "from", "", 5])
def test_an_action_that_was_not_offered_is_refused(action: Any) -> None:
    question = SelectChallenge(**ASKED, options=("PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"))
    with pytest.raises(InvalidInput, match=r"must be one of: PASSWORD_SRP, EMAIL_OTP$") as caught:
        question.answer_from({"password": "pw"}, action)
    assert caught.value.field == "action"


@pytest.mark.parametrize("question", make_unanswerable(), ids=identify)
def test_a_question_that_no_person_can_answer_has_no_action(question: Any) -> None:
    assert question.form().actions == ()
    with pytest.raises(InvalidInput, match="none can be chosen"):
        question.answer_from({})


@pytest.mark.parametrize("values", [None, "code", ["code"]])
def test_what_is_no_mapping_is_refused(values: Any) -> None:
    with pytest.raises(InvalidInput, match="values: must be a Mapping"):
        SmsMfa(**ASKED).answer_from(values)


DIGITS = st.text(st.sampled_from("0123456789０１２３４５６７８９ -.\u200b\t"), max_size=70)  # noqa: RUF001 - full width


@settings(deadline=None)  # the machine may be busy
@given(st.sampled_from([SmsMfa(**ASKED), SoftwareTokenMfa(**ASKED)]), st.text(max_size=12) | DIGITS)
def test_a_code_that_is_accepted_fits_the_field(question: SmsMfa | SoftwareTokenMfa, text: str) -> None:
    [field] = question.form().find_action().fields
    try:
        question.answer(text)
    except InvalidInput:
        return
    assert re.fullmatch(field.pattern or "", text)
    assert (field.min_length or 0) <= len(text) <= (field.max_length or 0)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())), st.none() | st.text())
def test_whatever_is_posted_makes_an_answer_or_names_a_field_of_the_form(values: Any, action: Any) -> None:
    for example in EXAMPLES:
        form = example.question.form()
        names = {field.name for each in form.actions for field in each.fields} | {"action"}
        try:
            answer = example.question.answer_from(values, action)
        except InvalidInput as error:
            problem = (error.field in names, form.find_problem(error).partition(".")[0])
        else:
            problem = (answer.digest == example.question.digest, "invalid")
        assert problem == (True, "invalid")


def test_attributes_have_kinds_and_names_of_their_own() -> None:
    names = ("email", "phone_number", "birthdate", "custom:team", "new_password")
    password, *attributes = NewPasswordRequired(**ASKED, required_attributes=names).form().find_action().fields
    assert (password.name, password.kind, password.autocomplete) == ("new_password", Kind.PASSWORD, "new-password")
    assert [field.name for field in attributes] == [f"attributes.{name}" for name in names]
    assert [field.kind for field in attributes] == [Kind.EMAIL, Kind.TEL, Kind.TEXT, Kind.TEXT, Kind.TEXT]
    assert re.fullmatch(attributes[2].pattern or "", "1815-12-10")


def test_an_attribute_that_was_not_asked_for_is_never_taken_from_a_form() -> None:
    question = NewPasswordRequired(**ASKED)
    given = {"new_password": "pw", "attributes.custom:role": "admin", "custom:role": "admin"}
    assert question.answer_from(given) == question.answer("pw")


def test_the_secret_of_an_app_is_in_the_form_only_with_an_issuer() -> None:
    question = TotpSetup(**ASKED, secret=Secret(SEED))
    assert SEED not in str(question.form().to_json())
    form = question.form("Example", "ada")
    uri, secret, *entered = form.find_action().fields
    assert (uri.kind, uri.shown) == (Kind.QR, question.uri("Example", "ada"))
    assert (secret.kind, secret.shown) == (Kind.TEXT, SEED)
    assert [field.name for field in entered] == ["code", "device_name"]
    assert SEED not in repr(form)
    with pytest.raises(InvalidInput, match="account"):
        question.form("Example")
    posted = {"code": "123456", "secret": "x", "uri": "y"}
    assert question.answer_from(posted) == question.answer("123456")


def test_the_main_action_is_the_default_beside_others() -> None:
    form = Form(message="m", actions=(Action(name="resend", message="r"), Action(name="answer", message="a")))
    assert form.find_action().name == "answer"
    assert form.find_action("resend").name == "resend"


# --- view


TEXT = st.text(st.characters(categories=["L", "N"]), min_size=8, max_size=30).map("s3cret".__add__)


@settings(deadline=None)  # the machine may be busy
@given(st.sampled_from(sorted(REPLIES)), st.lists(TEXT, min_size=6, max_size=6, unique=True))
def test_a_view_is_json_without_any_secret(name: str, texts: list[str]) -> None:
    session, password, seed, identity, refresh, cognito = texts
    begun = begin(SECRET_APP, find_opening(name, "ada", password), stamp(), admin=needs_admin(name))
    asked = begun.receive(REPLIES[name] | {"Session": session}, stamp())
    flows = [begun, asked, begun.receive(tokens(refresh, IdToken=identity), stamp(1))]
    if name == "MFA_SETUP":
        question: Any = asked.challenge
        flows.append(asked.answer(question.answer_totp(), stamp(2)))
        flows.append(flows[-1].receive({"SecretCode": seed, "Session": session}, stamp(3)))
    refused = begun.refuse(Refusal("NotAuthorizedException", cognito), stamp(5))
    for flow in [*flows, refused, loads(dumps(asked), SECRET_APP), asked.cancel(stamp(4))]:
        shown = json.dumps(view(flow), allow_nan=False)
        assert json.loads(shown) == view(flow)
        assert not [text for text in (*texts, "1sh0u1dn0tbes33n", "refresh-1") if json.dumps(text)[1:-1] in shown]


def test_a_view_says_what_is_asked_until_when_and_what_was_refused() -> None:
    flow = begin(APP, Password("ada", "pw"), stamp()).receive(challenge("SMS_MFA"), stamp())
    shown = view(flow)
    assert {name: shown[name] for name in ("machine", "node", "rejection", "outcome")} == {
        "machine": "sign_in",
        "node": "sms_mfa",
        "rejection": None,
        "outcome": None,
    }
    assert shown["expires_at"] == (AT + timedelta(minutes=3)).isoformat()
    assert shown["form"]["actions"][0]["fields"][0] == {
        "name": "code",
        "kind": "code",
        "message": "challenge.sms_mfa.code.label",
        "required": True,
        "autocomplete": "one-time-code",
        "inputmode": "numeric",
        "pattern": "[^A-Za-z]*",
        "min_length": 4,
        "max_length": 64,
    }
    question: Any = flow.challenge
    calling = flow.answer(question.answer("123456"), stamp(1))
    assert (view(calling)["form"], view(calling)["outcome"]) == (None, None)
    again = calling.refuse(Refusal("CodeMismatchException", "no"), stamp(2))
    assert view(again)["rejection"] == {"message": "rejected.code", "times": 1}
    failed = calling.refuse(Refusal("NotAuthorizedException", "User is disabled."), stamp(2))
    assert view(failed)["outcome"] == {"name": "failed", "message": "reason.disabled", "reason": "disabled"}


def test_a_view_shows_the_secret_of_an_app_to_whoever_names_an_issuer() -> None:
    flow = begin(APP, Password("ada", "pw"), stamp()).receive(REPLIES["MFA_SETUP"], stamp())
    question: Any = flow.challenge
    flow = flow.answer(question.answer_totp(), stamp(1)).receive({"SecretCode": SEED, "Session": "s" * 20}, stamp(2))
    assert SEED not in str(view(flow))
    assert f"otpauth://totp/Example:ada?secret={SEED}" in str(view(flow, "Example"))


def test_a_view_of_a_remembered_device_has_an_outcome_and_no_secret() -> None:
    metadata = {"DeviceKey": "eu-west-1_new", "DeviceGroupKey": "-Gr0up"}
    signed_in = begin(APP, Password("ada", "pw"), stamp()).receive(tokens(NewDeviceMetadata=metadata), stamp())
    assert view(signed_in)["outcome"] == {"name": "signed_in", "message": "outcome.signed_in"}
    flow = begin_remembering(APP, signed_in.tokens, stamp(1)).receive({}, stamp(2))
    shown = view(flow)
    assert (shown["machine"], shown["outcome"]) == (
        "remember_device",
        {"name": "kept", "message": "outcome.kept"},
    )
    kept: Any = flow.state
    assert isinstance(kept.device, Device)
    assert kept.device.secret.reveal() not in str(shown)
