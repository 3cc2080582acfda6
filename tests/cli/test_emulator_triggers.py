"""``authflow emulator --triggers MODULE:NAME`` and ``--trigger-url ARN=URL``."""

import sys
from pathlib import Path
from typing import Any

import pytest

from authflow.cli import _serve
from authflow.cli._commands import run
from authflow.emulator import Emulator

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
MODULE = """
import sys

def pre_sign_up(event):
    event["response"]["autoConfirmUser"] = True
    return event

triggers = {"PreSignUp": pre_sign_up}
unknown = {"PreTea": pre_sign_up}
number = 7

class Place:
    triggers = triggers
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    package = tmp_path / "own_triggers"
    package.mkdir()
    (package / "functions.py").write_text(MODULE)
    (package / "broken.py").write_text("import os\nraise RuntimeError('first\\nsecond')\n")
    (package / "incomplete.py").write_text("import not_there_at_all\n")
    yielded = "own_triggers.functions"
    for name in [name for name in sys.modules if name.partition(".")[0] == "own_triggers"]:
        del sys.modules[name]
    return yielded


@pytest.fixture
def emulators(monkeypatch: pytest.MonkeyPatch) -> list[Emulator]:
    """The emulators that the command has made instead of serving one."""
    made: list[Emulator] = []

    def make(**given: Any) -> Emulator:
        made.append(Emulator(**given))
        return made[-1]

    monkeypatch.setattr(_serve, "Emulator", make)
    monkeypatch.setattr(_serve, "serve_http", lambda make, *_: make("http://it"))
    return made


def sign_up(emulator: Emulator, **settings: object) -> bool:
    """Sign up a user, and return whether they are confirmed."""
    pool = emulator.call("CreateUserPool", {"PoolName": "p", **settings})["UserPool"]["Id"]
    client = emulator.call("CreateUserPoolClient", {"UserPoolId": pool, "ClientName": "c"})["UserPoolClient"]
    request = {"ClientId": client["ClientId"], "Username": "ada", "Password": "Corr3ct-horse"}
    return bool(emulator.call("SignUp", request)["UserConfirmed"])


@pytest.mark.parametrize("name", ["triggers", "Place.triggers"])
def test_a_mapping_serves_all_pools(module: str, name: str, emulators: list[Emulator]) -> None:
    assert run(["emulator", "--triggers", f"{module}:{name}"]) == 0
    assert sign_up(emulators[0])


def test_a_function_serves_what_lambda_config_names(module: str, emulators: list[Emulator]) -> None:
    assert run(["emulator", "--triggers", f"{module}:pre_sign_up"]) == 0
    assert not sign_up(emulators[0])
    assert sign_up(emulators[0], LambdaConfig={"PreSignUp": ARN})


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("functions", "'functions' is not package.module:name"),
        (":triggers", "':triggers' is not package.module:name"),
        ("own_triggers.functions:", "'own_triggers.functions:' is not package.module:name"),
        (
            "own_triggers.nowhere:triggers",
            "own_triggers.nowhere can't be imported: ModuleNotFoundError: No module named 'own_triggers.nowhere'",
        ),
        (
            "own_triggers.incomplete:triggers",
            "own_triggers.incomplete can't be imported: ModuleNotFoundError: No module named 'not_there_at_all'",
        ),
        ("own_triggers.broken:triggers", r"own_triggers.broken can't be imported: RuntimeError: first\nsecond"),
        ("own_triggers.functions:tea", "own_triggers.functions has no name tea"),
        ("own_triggers.functions:triggers.tea", "own_triggers.functions has no name triggers.tea"),
        (
            "own_triggers.functions:number",
            "own_triggers.functions:number: the default Lambda triggers are neither a mapping nor callable",
        ),
    ],
)
def test_what_can_not_be_found(module: str, value: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert module
    assert run(["emulator", "--triggers", value]) == 2
    expected = f"authflow: Invalid value for --triggers: {problem} (see authflow emulator --help)\n"
    assert capsys.readouterr().err == expected


def test_a_name_that_is_no_trigger(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emulator", "--triggers", f"{module}:unknown"]) == 2
    error = capsys.readouterr().err
    assert "PreTea is no Lambda trigger; known names: " in error
    assert error.count("\n") == 1


def test_urls(emulators: list[Emulator]) -> None:
    options = ["--trigger-url", f"{ARN}=http://localhost:1/x=y", "--trigger-url", f"{ARN}2=https://localhost"]
    assert run(["emulator", *options]) == 0
    assert set(emulators[0]._service.functions.by_arn) == {ARN, f"{ARN}2"}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (ARN, f"{ARN!r} is not ARN=URL"),
        ("http://localhost", "'http://localhost' is not ARN=URL"),
        ("f=http://localhost", "'f=http://localhost' is not ARN=URL"),
        (f"{ARN}=localhost:9000", "'localhost:9000' is not a URL that begins with http:// or https://"),
        (f"{ARN}=", "'' is not a URL that begins with http:// or https://"),
    ],
)
def test_invalid_urls(value: str, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["emulator", "--trigger-url", value]) == 2
    expected = f"authflow: Invalid value for --trigger-url: {problem} (see authflow emulator --help)\n"
    assert capsys.readouterr().err == expected
