"""The emulator for front ends: files, variables of the environment, and the control token."""

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.test_commands import emulator, get, run
from tests.support.emulator.control import control

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
        ids = {"userPoolId": "eu-west-1_Local0001", "userPoolClientId": "localweb"}
        configuration = {"Auth": {"Cognito": {**ids, "userPoolEndpoint": served.url}}}
        assert json.loads(amplify.read_text()) == configuration
        env.unlink()
        assert control(served.url, "POST", "/reset") == (200, {})
        assert env.read_text().splitlines() == expected  # the ids are the same again
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env.local", "amplify.json", "seed.json"]


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
