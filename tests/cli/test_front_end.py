"""The emulator for front ends: files, variables of the environment, and the control token."""

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from authflow.cli._amplify import make_cognito_configuration
from authflow.emulator import Emulator
from tests.cli.test_commands import AUTHFLOW, emulator, get, run
from tests.support.emulator.control import control

Json: TypeAlias = dict[str, Any]
SEED = {
    "pools": [
        {
            "Id": "eu-west-1_Local0001",
            "PoolName": "people",
            "clients": [
                {"ClientName": "web", "ClientId": "localweb"},
                {"ClientName": "service", "ClientId": "localservice", "ClientSecret": "s" * 24},
            ],
        }
    ]
}


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(SEED))
    return path


def test_files_for_a_front_end(tmp_path: Path, seed_file: Path) -> None:
    env, amplify = tmp_path / ".env.local", tmp_path / "amplify.json"
    options = ["--seed-file", str(seed_file), "--env-file", str(env), "--env-prefix", "VITE_"]
    with emulator(*options, "--amplify-file", str(amplify)) as served:
        expected = [
            "# Written by authflow emulator at each start",
            f"VITE_COGNITO_ENDPOINT={served.url}",
            "VITE_COGNITO_REGION=eu-west-1",
            "VITE_COGNITO_USER_POOL_ID=eu-west-1_Local0001",
            "VITE_COGNITO_CLIENT_ID=localweb",
            "VITE_COGNITO_USER_POOL_ID_2=eu-west-1_Local0001",
            "VITE_COGNITO_CLIENT_ID_2=localservice",
            f"VITE_COGNITO_CLIENT_SECRET_2={'s' * 24}",
        ]
        assert env.read_text().splitlines() == expected
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
        configuration = json.loads(amplify.read_text())
        cognito = configuration["Auth"]["Cognito"]
        assert configuration["comment"] == "Written by authflow emulator at each start"
        assert cognito["userPoolEndpoint"] == served.url
        assert (cognito["userPoolId"], cognito["userPoolClientId"]) == ("eu-west-1_Local0001", "localweb")
        env.unlink()
        assert control(served.url, "POST", "/reset") == (200, {})
        assert env.read_text().splitlines() == expected  # the ids are the same again
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env.local", "amplify.json", "seed.json"]


OPTIONS = [("--env-file", ".env.local"), ("--amplify-file", "amplify_outputs.json")]


@pytest.mark.parametrize(("option", "name"), OPTIONS)
def test_a_file_of_somebody_else_stays(tmp_path: Path, seed_file: Path, option: str, name: str) -> None:
    other, ours = tmp_path / name, tmp_path / "ours"
    other.write_text('{"version": "1.4", "auth": {}}')
    options = ["--seed-file", str(seed_file), option, str(other)]
    others = [wanted for wanted, _ in OPTIONS if wanted != option]
    done = run("emulator", "--port", "0", *options, others[0], str(ours))
    reason = f"{other} was not written by authflow emulator; name another file, or delete it"
    assert (done.returncode, done.stderr) == (1, f"authflow: {option}: {reason}\n")
    assert other.read_text() == '{"version": "1.4", "auth": {}}'
    assert not ours.exists()
    other.write_text("")
    for _ in range(2):  # an empty file, and then our own
        with emulator(*options) as served:
            assert served.url in other.read_text()


def test_a_file_of_somebody_else_stays_at_a_reset(tmp_path: Path, seed_file: Path) -> None:
    path = tmp_path / "cognito.json"
    command = [str(AUTHFLOW), "emulator", "--port", "0", "--seed-file", str(seed_file), "--amplify-file", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        lines = iter(process.stdout.readline, "")
        url = next(found[1] for line in lines if (found := re.search(r"emulator at (http://\S+)", line)))
        path.write_text("{}")
        assert control(url, "POST", "/reset") == (200, {})
        assert control(url, "GET", "/pools")[1]["total"] == 1
        process.send_signal(signal.SIGINT)
        assert "warning: --amplify-file: " in process.stderr.read()
    assert path.read_text() == "{}"


@pytest.mark.parametrize(("option", "name"), OPTIONS)
def test_files_without_an_app_client_are_warned_of(tmp_path: Path, option: str, name: str) -> None:
    command = [str(AUTHFLOW), "emulator", "--port", "0", option, str(tmp_path / name)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert "emulator at" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        warnings = process.stderr.read()
    assert warnings.startswith("authflow: warning: there is no app client")
    assert warnings.count("\n") == 1


PEOPLE = {"PoolName": "people", "clients": [{"ClientName": "web"}]}
NAMES = {"username": False, "email": False, "phone": False}


@pytest.mark.parametrize(
    ("pool", "names"),
    [
        ({}, {"username": True}),
        ({"AliasAttributes": ["email", "preferred_username"]}, {"username": True, "email": True}),
        ({"UsernameAttributes": ["email"]}, {"email": True}),
        ({"UsernameAttributes": ["phone_number", "email"]}, {"email": True, "phone": True}),
    ],
    ids=str,
)
def test_amplify_is_told_what_users_sign_in_with(pool: Json, names: Json) -> None:
    assert configure(pool)["loginWith"] == NAMES | names


def test_amplify_is_told_what_the_pool_requires() -> None:
    schema = [{"Name": "given_name", "Required": True}, {"Name": "locale", "Required": False}]
    policies = {
        "PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True},
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
    }
    told = configure({"Schema": schema, "Policies": policies})
    assert told["userAttributes"] == {"given_name": {"required": True}}
    assert told["passwordFormat"] == {
        "minLength": 12,
        "requireLowercase": False,
        "requireUppercase": False,
        "requireNumbers": True,
        "requireSpecialCharacters": False,
    }
    assert told["passwordless"] == {"emailOtpEnabled": True, "smsOtpEnabled": False}
    assert "passwordless" not in configure({})


def configure(pool: Json) -> Json:
    emulator = Emulator()
    [client] = emulator.load({"pools": [{**PEOPLE, **pool}]})
    return make_cognito_configuration(client, emulator.call)


def test_a_file_that_can_not_be_written(tmp_path: Path) -> None:
    done = run("emulator", "--port", "0", "--env-file", str(tmp_path / "none" / ".env"))
    assert done.returncode == 1
    assert done.stderr.startswith("authflow: [Errno 2] No such file or directory")
    assert done.stderr.count("\n") == 1


def test_options_come_from_the_environment(seed_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"SEED_FILE": str(seed_file), "SETTING": "mfa_code_digits=8 cors=false", "CONTROL_TOKEN": "t0ken"}
    for name, value in variables.items():
        monkeypatch.setitem(os.environ, f"AUTHFLOW_{name}", value)
    with emulator() as served:
        assert "eu-west-1_Local0001" in served.lines[0]
        settings = control(served.url, "GET", "/settings")[1]
        assert (settings["mfa_code_digits"], settings["cors"]) == (8, False)
        assert get(f"{served.url}/_authflow/health") == {"status": "ok"}
        for token, status in (("t0ken", 200), ("other", 403), ("", 403)):
            given = {"Authorization": f"Bearer {token}", "Host": "emulator:9229"}
            assert control(served.url, "GET", "/outbox", **given)[0] == status
        assert control(served.url, "GET", "/outbox", Host="emulator:9229")[0] == 403
    monkeypatch.setitem(os.environ, "AUTHFLOW_PORT", "x")
    assert "AUTHFLOW_PORT" in run("emulator").stderr or "--port" in run("emulator").stderr


def test_without_a_token_none_opens_it(seed_file: Path) -> None:
    with emulator("--seed-file", str(seed_file)) as served:
        given = {"Authorization": "Bearer ", "Host": "emulator:9229"}
        assert control(served.url, "GET", "/outbox", **given)[0] == 403
