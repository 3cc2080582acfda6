"""No value of the library shows a secret to a repr, a log, a serializer or a web framework."""

import copy
import json
import pickle
import pprint
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, fields, is_dataclass
from typing import Any

import pytest
from fastapi.encoders import jsonable_encoder
from pydantic import TypeAdapter

from authflow import Flow, InvalidInput, Secret
from authflow.challenges import TotpSetup
from authflow.core.events import Refused
from authflow.core.machine import Machine
from tests.support.public import list_public_dataclasses
from tests.support.samples import AT
from tests.support.secret_values import EXCEPTED, SECRETS, collect_values

VALUES = collect_values()
FORMS = sorted({form for text in SECRETS for form in (text, text.encode().hex())})


def is_excepted(value: object) -> bool:
    """Return whether the value holds tokens, which are there to be used."""
    return isinstance(value, EXCEPTED) or isinstance(getattr(value, "state", None), EXCEPTED)


HIDING = [*map(Secret, SECRETS), *(value for value in VALUES if not is_excepted(value))]


def dump_with_pydantic(value: object) -> object:
    return TypeAdapter[Any](type(value)).dump_json(value)


SERIALIZERS: dict[str, Callable[[Any], object]] = {
    "asdict": asdict,
    "astuple": astuple,
    "json of asdict": lambda value: json.dumps(asdict(value), default=str),
    "json": lambda value: json.dumps(value, default=str),
    "json of repr": lambda value: json.dumps(value, default=repr),
    "vars": vars,
    "jsonable_encoder": jsonable_encoder,
    "pydantic": dump_with_pydantic,
    "pickle": pickle.dumps,
    "state": lambda value: value.__getstate__(),
}
SHOWN: dict[str, Callable[[Any], str]] = {"repr": repr, "str": str, "format": format, "pprint": pprint.pformat}


def find_secrets(text: str) -> set[str]:
    return {form for form in FORMS if form in text}


def test_there_is_a_value_of_every_public_dataclass() -> None:
    made = {type(value) for value in VALUES}
    assert {kind.__name__ for kind in list_public_dataclasses() - made} == set()


def test_the_values_hold_secrets() -> None:
    revealed = {secret.reveal() for value in VALUES for secret in walk_secrets(value)}
    assert set(SECRETS) - revealed == set()


@pytest.mark.parametrize("way", SHOWN)
def test_no_text_of_a_value_shows_a_secret(way: str) -> None:
    shown = {type(value).__name__: find_secrets(SHOWN[way](value)) for value in HIDING}
    assert {name: secrets for name, secrets in shown.items() if secrets} == {}


@pytest.mark.parametrize("way", SERIALIZERS)
def test_no_serializer_shows_a_secret(way: str) -> None:
    shown = {type(value).__name__: find_secrets(serialize(SERIALIZERS[way], value)) for value in HIDING}
    assert {name: secrets for name, secrets in shown.items() if secrets} == {}


def test_a_copy_equals_the_value() -> None:
    for value in VALUES:
        if isinstance(value, Machine | Refused):  # which are, or hold, objects that equal only themselves
            continue
        assert copy.copy(value) == value
        assert copy.deepcopy(value) == value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_a_secret_or_a_flow_says_what_to_do_instead(protocol: int) -> None:
    flow = next(value for value in VALUES if isinstance(value, Flow))
    with pytest.raises(
        TypeError, match=r"Flow holds secrets and can't be pickled: use authflow\.dumps or authflow\.seal"
    ):
        pickle.dumps(flow, protocol)
    with pytest.raises(TypeError, match="Secret holds secrets and can't be pickled: pass the text"):
        pickle.dumps([Secret("text")], protocol)


def test_secrets_are_values() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert Secret("\ud800").reveal() == "\ud800"
    assert Secret("\ud800") == Secret("\ud800")
    assert f"{Secret('a')!r} {Secret('a')}" == "Secret(…) Secret(…)"
    with pytest.raises(InvalidInput):
        Secret(7)  # type: ignore[arg-type]


def test_a_challenge_keeps_a_text_as_a_secret() -> None:
    question = TotpSetup(session="session-1", asked_at=AT, secret="JBSWY3DP")  # type: ignore[arg-type]  # on purpose
    assert (question.session, question.secret) == (Secret("session-1"), Secret("JBSWY3DP"))


def test_a_proof_is_secret_since_it_is_accepted_again() -> None:
    flows = [value for value in VALUES if isinstance(value, Flow) and value.node.startswith("verifying")]
    assert {str(flow.node) for flow in flows} == {"verifying_password", "verifying_totp"}
    for flow in flows:
        given: Any = flow.request.params().get("ChallengeResponses", {}) if flow.request else {}
        proof = given.get("PASSWORD_CLAIM_SIGNATURE", "no proof")
        assert proof not in json.dumps(asdict(flow), default=str) + repr(flow)


def serialize(serializer: Callable[[Any], object], value: object) -> str:
    """Return what a serializer makes of the value, or all texts of its error."""
    try:
        return str(serializer(value))
    except Exception as error:
        texts: list[str] = []
        seen: BaseException | None = error
        while seen is not None:
            texts.append(f"{seen} {seen.args}")
            seen = seen.__cause__ or seen.__context__
        return " ".join(texts)


def walk_secrets(value: object) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from walk_secrets(item)
    elif is_dataclass(value):
        for member in fields(value):
            yield from walk_secrets(getattr(value, member.name))
