"""What a sign-in can hold can be written and read: the limits are the same on both sides, and are checked on entry."""

import json
import secrets
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authflow import (
    AuthflowError,
    Context,
    Custom,
    Flow,
    InvalidInput,
    MemoryFlowStore,
    Password,
    Refusal,
    SnapshotError,
    UnexpectedReply,
    begin,
    dumps,
    loads,
    seal,
    stamp_now,
    unseal,
)
from authflow.snapshots._format import LONGEST
from tests.support.replies import SESSION, challenge
from tests.support.samples import APP

KEY = secrets.token_bytes(32)
LONG = st.sampled_from([0, 1, 2_000, 40_000, 140_000, 300_000])
CHARACTERS = st.sampled_from(["a", '"', "\\", "\x00", "あ", "🐍", "\ud800"])
TEXTS = st.builds(lambda length, character: character * length, LONG, CHARACTERS)


def require_kept(flow: Flow) -> None:
    """Write the flow in every way, and read it."""
    assert loads(dumps(flow), flow.app) == flow
    assert unseal(seal(flow, KEY), KEY, flow.app) == flow
    store = MemoryFlowStore()
    assert store.take(store.put(flow)) == flow


def ask(name: str = "SMS_MFA", *, context: Context | None = None, **parameters: Any) -> Flow:
    """Return a flow at a challenge."""
    opening = Custom("ada") if name == "CUSTOM_CHALLENGE" else Password("ada", "pw")
    return begin(APP, opening, stamp_now(), context=context).receive(challenge(name, **parameters), stamp_now())


@given(TEXTS, TEXTS, TEXTS)
def test_a_flow_that_was_accepted_can_be_kept(message: str, parameter: str, metadata: str) -> None:
    try:
        flow = ask("CUSTOM_CHALLENGE", context=Context(client_metadata={"m": metadata}), p=parameter)
    except (InvalidInput, UnexpectedReply):
        return
    require_kept(flow)
    question: Any = flow.challenge
    require_kept(flow.answer(question.answer("x"), stamp_now()).refuse(Refusal("X", message), stamp_now()))


@given(TEXTS)
def test_a_rejection_can_be_kept(message: str) -> None:
    flow = ask()
    question: Any = flow.challenge
    again = flow.answer(question.answer("123456"), stamp_now()).refuse(
        Refusal("CodeMismatchException", message), stamp_now()
    )
    require_kept(again)


def test_as_many_attributes_as_cognito_allows() -> None:
    attributes = {f"custom:{number}": "あ" * 2048 for number in range(50)}
    flow = ask("NEW_PASSWORD_REQUIRED", userAttributes=json.dumps(attributes, ensure_ascii=False))
    require_kept(flow)


def test_the_longest_of_everything() -> None:
    context = Context(client_metadata={"m": "\x00" * 5_400})
    parameters: dict[str, Any] = {f"{number:x}": "" for number in range(10_000)}
    flow = begin(APP, Custom('"' * 128), stamp_now(), context=context, holder="\x00" * 1024)
    flow = flow.receive(challenge("CUSTOM_CHALLENGE", "\x00" * 4096, **parameters), stamp_now())
    assert 0.6 * LONGEST < len(dumps(flow)) <= LONGEST
    require_kept(flow)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Context(client_metadata={"locale": "\ud800"}),
        lambda: Context(client_metadata={"\ud800": "de"}),
        lambda: Context(client_metadata={"m": "x" * 40_000}),
        lambda: Context(http_headers={"Cookie": "\x00" * 6_000}),
        lambda: begin(APP, Password("ada", "pw"), stamp_now(), holder="x" * 1025),
    ],
)
def test_a_context_that_could_not_be_kept_is_refused(make: Any) -> None:
    with pytest.raises(InvalidInput):
        make()


@pytest.mark.parametrize(
    "parameters", [{"\ud800": "x"}, {"p": "\ud800"}, {"p": "\x00" * 30_000}, {f"{n}": "x" * 100 for n in range(2_000)}]
)
def test_a_challenge_that_could_not_be_kept_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedReply) as caught:
        ask("CUSTOM_CHALLENGE", **parameters)
    assert len(str(caught.value)) < 250


def test_writing_raises_what_reading_would() -> None:
    flow = ask()
    for broken in ("\ud800", "x" * 300_000):
        unusual = begin(APP, Custom("ada"), stamp_now()).receive(challenge("CUSTOM_CHALLENGE"), stamp_now())
        state: Any = unusual.state
        object.__setattr__(state, "parameters", (("p", broken * 6),))
        for write in (dumps, lambda value: seal(value, KEY)):
            with pytest.raises(SnapshotError) as caught:
                write(unusual)
            assert caught.value.code == "malformed"
    require_kept(flow)


@pytest.mark.parametrize("text", ["\x1b[2J\r\nforged", "\u202egnp", "\ud800", "x" * 5_000, "\x00" * 5_000])
def test_texts_from_the_endpoint_are_escaped_and_cut(text: str) -> None:
    errors: list[AuthflowError] = [Refusal(text, text)]
    for name, reply in {
        "unknown challenge": challenge(text[:90]),
        "parameter": challenge("CUSTOM_CHALLENGE", **{text: "\ud800"}),
        "option": challenge("SELECT_MFA_TYPE", MFAS_CAN_CHOOSE=json.dumps(["SMS_MFA", text])),
    }.items():
        try:
            flow = begin(APP, Custom("ada"), stamp_now()).receive(reply, stamp_now())
            question: Any = flow.challenge
            question.answer("PIGEON")
        except (InvalidInput, UnexpectedReply) as error:
            errors.append(error)
        else:
            raise AssertionError(name)
    for shown in map(str, errors):
        assert shown.isprintable()
        assert len(shown) <= 2_200
    assert SESSION not in str(errors)
