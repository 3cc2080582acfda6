"""``authflow emulator --setting NAME=VALUE``."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from authflow.cli import _serve
from authflow.cli._commands import run
from authflow.emulator import Emulator, Settings
from authflow.emulator._control.settings import parse_settings

NAMES = ", ".join(field.name for field in fields(Settings))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("mfa_code_digits=8", "mfa_code_digits", 8),
        ("totp_setup_signs_in=false", "totp_setup_signs_in", False),
        ("first_sign_in_without_mfa=True", "first_sign_in_without_mfa", True),
        ("email_setup_parameter=email", "email_setup_parameter", "email"),
        ("email_setup_parameter=a=b", "email_setup_parameter", "a=b"),
        ("proof_validity=2.5", "proof_validity", timedelta(seconds=2.5)),
        ("proof_validity=None", "proof_validity", None),
    ],
)
def test_values_have_the_type_of_their_field(text: str, name: str, value: object) -> None:
    assert parse_settings([text]) == Settings(**{name: value})  # type: ignore[arg-type]  # one of each type


def test_the_last_value_for_a_name_counts() -> None:
    chosen = parse_settings(["mfa_code_digits=8", "totp_setup_signs_in=false", "mfa_code_digits=4"])
    assert chosen == Settings(mfa_code_digits=4, totp_setup_signs_in=False)
    assert parse_settings([]) == Settings()


def test_every_setting_can_be_written() -> None:
    for field in fields(Settings):
        value = field.default
        text = str(value.total_seconds()) if isinstance(value, timedelta) else str(value)
        assert parse_settings([f"{field.name}={text}"]) == Settings()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mfa_code_digits", "'mfa_code_digits' is not NAME=VALUE"),
        ("tea=1", "there is no setting 'tea'"),
        ("__class__=1", "there is no setting '__class__'"),
        ("mfa_code_digits=", "mfa_code_digits must be an integer"),
        ("mfa_code_digits=8.5", "mfa_code_digits must be an integer"),
        ("mfa_code_digits=-1", "mfa_code_digits must be an integer"),
        ("totp_setup_signs_in=maybe", "totp_setup_signs_in must be true or false"),
        ("email_setup_parameter=", "email_setup_parameter must be a text"),
        ("proof_validity=soon", "proof_validity must be a number of seconds or none"),
        ("proof_validity=-1", "proof_validity must be a number of seconds or none"),
        ("proof_validity=nan", "proof_validity must be a number of seconds or none"),
        ("proof_validity=inf", "proof_validity must be a number of seconds or none"),
    ],
)
def test_an_error_is_one_line_that_lists_the_names(text: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emulator", "--setting", text]) == 2
    expected = f"Invalid value for --setting: {problem}; the settings are: {NAMES} (see authflow emulator --help)"
    assert capsys.readouterr().err == f"authflow: {expected}\n"


def test_the_emulator_gets_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Settings] = []

    def make(**given: Any) -> Emulator:
        made.append(given["settings"])
        return Emulator(**given)

    monkeypatch.setattr(_serve, "Emulator", make)
    monkeypatch.setattr(_serve, "serve_http", lambda make, *_: make("http://it"))
    assert run(["emulator", "--setting", "mfa_code_digits=8", "--setting", "proof_validity=5"]) == 0
    assert made == [Settings(mfa_code_digits=8, proof_validity=timedelta(seconds=5))]
