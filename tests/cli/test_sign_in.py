"""``authflow sign-in`` as a person meets it: in a terminal, against an emulator over HTTP."""

import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pyotp
import pytest

from authflow import Authenticator, BackendError, Device, Failed, Reason
from authflow.cli import _qr
from authflow.cli._sign_in import sign_in
from authflow.emulator import Emulator, running
from authflow.machines.remember_device import Kept
from tests.support.emulator import mfa
from tests.support.emulator.lambdas import RIDDLE, Riddles, riddling
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, TEMPORARY, World
from tests.support.terminal import Pipe, Site, environ, terminal

AUTHFLOW = Path(sys.executable).with_name("authflow")
FAMILY_NAME: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        yield Site(emulator, url)


@pytest.fixture(scope="module")
def people(site: Site) -> World:
    """A pool with ada, who has a password and nothing else."""
    world = site.world.pool()
    world.user("ada", email="ada@example.com")
    return world


@pytest.fixture(scope="module")
def tracked(site: Site) -> World:
    """A pool that proposes devices, with ada."""
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    world = site.world.pool(DeviceConfiguration=devices)
    world.user("ada")
    return world


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pipe:
    return Pipe(monkeypatch, capsys)


def last_line(text: str) -> str:
    return text.splitlines()[-1]


# --- passwords


def test_a_password_in_a_terminal(site: Site, people: World) -> None:
    with terminal(site.command(people)) as screen:
        screen.answer("username", "ada")
        screen.answer("password", PASSWORD)
        assert screen.end() == 0
    assert "signed in as ada\r\n" in screen.text
    assert re.search(r"the access token expires at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", screen.text)
    assert re.search(r"  email +ada@example.com\r\n", screen.text)
    assert PASSWORD not in screen.text
    assert "eyJ" not in screen.text, "a token is shown"


def test_a_wrong_password_from_a_pipe(site: Site, people: World) -> None:
    command = site.command(people, "--username", "ada")
    text = "Wr0ng-Horse!\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environ(), check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "password: \nauthflow: wrong_credentials: Incorrect username or password.\n"


@pytest.mark.slow
def test_a_new_password_and_an_attribute(site: Site) -> None:
    world = site.world.pool(Schema=[FAMILY_NAME])
    world.invited("grace", TEMPORARY, email="grace@example.com")
    with terminal(site.command(world, "--flow", "password", "--username", "grace")) as screen:
        screen.answer("password", TEMPORARY)
        assert "Known already: email" in screen.before("new password: ")
        assert "grace@example.com" not in screen.text
        for first, again in (("weak", "weak"), (OTHER_PASSWORD, PASSWORD), (OTHER_PASSWORD, OTHER_PASSWORD)):
            screen.answer("new password", first)
            screen.answer("new password again", again)
            if first == again:
                screen.answer("family_name", "Hopper")
        assert screen.end() == 0
    assert "Not accepted: Password did not conform with policy" in screen.text
    assert "Not possible: new password: the two differ; try again" in screen.text
    assert re.search(r"  family_name +Hopper\r\n", screen.text)
    assert not re.search(f"{TEMPORARY}|{PASSWORD}|{OTHER_PASSWORD}|weak", screen.text)


@pytest.mark.slow
def test_a_client_secret_is_asked_for_or_in_the_environment(site: Site, people: World, pipe: Pipe) -> None:
    world = people.client(GenerateSecret=True)
    assert world.secret
    command = site.command(world, "--username", "ada")
    with terminal([*command, "--client-secret"]) as screen:
        screen.answer("client secret", world.secret)
        screen.answer("password", PASSWORD)
        assert screen.end() == 0
    assert world.secret not in screen.text
    done = pipe(command, PASSWORD, AUTHFLOW_CLIENT_SECRET=world.secret)
    assert done.returncode == 0
    assert world.secret not in done.stdout + done.stderr
    assert last_line(pipe(command, PASSWORD).stderr).startswith("authflow: secret_hash: ")


@pytest.mark.slow
def test_the_admin_api_and_tokens_on_demand(site: Site, people: World, pipe: Pipe) -> None:
    command = site.command(people, "--username", "ada", "--flow", "password", "--admin", "--show-tokens")
    done = pipe(command, PASSWORD, AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any")
    assert done.returncode == 0
    token = re.search(r"^access_token: (eyJ\S+)$", done.stdout, re.MULTILINE)
    assert token
    assert people.call("GetUser", AccessToken=token[1])["Username"] == "ada"
    assert len(re.findall(r"^(?:id|refresh)_token: \S+$", done.stdout, re.MULTILINE)) == 2
    done = pipe(command, PASSWORD)
    assert (done.returncode, done.stdout) == (1, "")
    assert last_line(done.stderr) == "authflow: AdminInitiateAuth: NoCredentialsError"


# --- second factors


@pytest.mark.slow
def test_a_text_message(site: Site) -> None:
    world = site.world.pool()
    world.user("ada", phone_number="+15550109878", phone_number_verified="true")
    mfa.configure(world, "ON", mfa.SMS)
    with terminal(site.command(world, "--username", "ada")) as screen:
        screen.answer("password", PASSWORD)
        assert "A code was sent in a text message to +*******9878." in screen.before("^code: ")
        code = world.last_message().code
        for typed in ("six", mfa.other_code(code), code):
            screen.answer("code", typed)
        assert screen.end() == 0
    assert "Not possible: code: must be 4 to 10 digits; try again" in screen.text
    assert "Not accepted: Invalid code or auth state for the user; try again\r\n" in screen.text


@pytest.mark.slow
def test_a_choice_of_second_factors(site: Site) -> None:
    world = site.world.pool()
    world.user("ada", email="ada@example.com", email_verified="true", phone_number="+15550109878")
    mfa.configure(world, "OPTIONAL", mfa.SMS, mfa.EMAIL)
    mfa.prefer(world, "ada", mfa.SMS, mfa.EMAIL)
    with terminal(site.command(world, "--username", "ada")) as screen:
        screen.answer("password", PASSWORD)
        offered = screen.before("choice: ")
        assert re.search(r"1  SMS_MFA +a code in a text message\r\n  2  EMAIL_OTP +a code in an email\r\n", offered)
        for typed in ("3", "", "FAX", "2"):
            screen.answer("choice", typed)
        screen.before("^code: ")  # now it is sent
        screen.answer("code", world.last_message().code)
        assert screen.end() == 0
    assert screen.text.count("Not possible: choice: type a number from 1 to 2; try again") == 2
    assert "Not possible: option: was not offered; offered: SMS_MFA, EMAIL_OTP; try again" in screen.text


@pytest.mark.slow
def test_an_authenticator_app_is_set_up_and_used(site: Site, pipe: Pipe) -> None:
    world = site.world.pool()
    world.user("ada")
    mfa.configure(world, "ON", mfa.TOTP)
    command = site.command(world, "--username", "ada")
    with terminal(command) as screen:
        screen.answer("password", PASSWORD)
        drawing = screen.before("Then type the code")
        app = pyotp.TOTP(re.findall("secret: ([A-Z2-7]+)\r\n", drawing)[0])
        code = app.now()
        screen.answer("code", mfa.other_code(code))
        screen.answer("code", code)
        assert screen.end() == 0
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in drawing.splitlines()]
    blocks = [line for line in lines if line and set(line) <= set(" ▀▄█")]
    assert blocks == _qr.drawn(
        f"otpauth://totp/{world.pool_id}:ada?secret={app.secret}&issuer={world.pool_id}", "utf-8"
    )
    assert screen.text.count("secret: ") == 1, "a wrong code does not draw it again"
    assert "Not accepted" in screen.text
    done = pipe(command, PASSWORD, code, app.at(int(time.time()), counter_offset=1))
    assert done.returncode == 0
    assert "A code of your authenticator app is needed." in done.stderr


@pytest.mark.slow
def test_an_email_address_is_set_up(site: Site) -> None:
    world = site.world.pool()
    world.user("ada")
    mfa.configure(world, "ON", mfa.EMAIL, mfa.TOTP)
    with terminal(site.command(world, "--username", "ada")) as screen:
        screen.answer("password", PASSWORD)
        screen.answer("choice", "SMS_MFA")
        screen.answer("choice", "EMAIL_OTP")
        screen.answer("email address", "ada@example.com")
        assert "in an email to a***@e***" in screen.before("^code: ")
        screen.answer("code", world.last_message().code)
        assert screen.end() == 0
    assert "Not possible: choice: must be one of SOFTWARE_TOKEN_MFA, EMAIL_OTP; try again" in screen.text


@pytest.mark.slow
def test_what_can_not_be_set_up_here(site: Site, pipe: Pipe) -> None:
    world = site.world.pool()
    world.user("ada")
    mfa.configure(world, "ON", mfa.SMS)
    done = pipe(site.command(world, "--username", "ada"), PASSWORD)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"authflow: .*administrator set up SMS_MFA.*sign in again", last_line(done.stderr))


@pytest.mark.slow
def test_a_remembered_installation_needs_no_code(site: Site, pipe: Pipe, tmp_path: Path) -> None:
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True}
    world = site.world.pool(DeviceConfiguration=devices)
    world.user("ada", phone_number="+15550109878", phone_number_verified="true")
    mfa.configure(world, "ON", mfa.SMS)
    directory = tmp_path / "devices"
    command = site.command(world, "--username", "ada", "--devices", str(directory))
    with terminal(command) as screen:
        screen.answer("password", PASSWORD)
        screen.before("^code: ")  # now it is sent
        screen.answer("code", world.last_message().code)
        assert screen.end() == 0
    assert "This installation is remembered as a device of yours.\r\n" in screen.text
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    done = pipe(command, PASSWORD)
    assert (done.returncode, "code" in done.stderr) == (0, False)
    [device] = world.admin("AdminListDevices", "ada")["Devices"]
    world.admin("AdminForgetDevice", "ada", DeviceKey=device["DeviceKey"])
    done = pipe(command, PASSWORD)
    assert last_line(done.stderr) == "authflow: the input ended where this was asked: code", "Cognito forgot it"


# --- other first factors


@pytest.mark.slow
def test_custom_challenges(site: Site, people: World) -> None:
    riddles = Riddles(wanted=2)
    world = riddling(people, riddles)
    with terminal(site.command(world, "--flow", "custom", "--client-metadata", "a=b=c")) as screen:
        screen.answer("username", "ada")
        assert f"  riddle: {RIDDLE['public']}\r\n" in screen.before("answer: ")
        for typed in ("", "stone", RIDDLE["private"], RIDDLE["private"]):
            screen.answer("answer", typed)
        assert screen.end() == 0
    assert "Not possible: answer: must not be empty; try again" in screen.text
    assert riddles.told("VerifyAuthChallengeResponse_Authentication")[0]["clientMetadata"] == {"a": "b=c"}


@pytest.mark.slow
def test_a_password_before_custom_challenges(site: Site, people: World, pipe: Pipe) -> None:
    world = riddling(people, Riddles())
    done = pipe(site.command(world, "--flow", "custom-srp", "--username", "ada"), PASSWORD, RIDDLE["private"])
    assert done.returncode == 0
    assert done.stdout.startswith("signed in as ada\n")


@pytest.mark.slow
def test_a_choice_of_first_factors(site: Site, pipe: Pipe) -> None:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    world = site.world.pool(Policies=factors).client(ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_USER_AUTH"])
    world.user("ada", email="ada@example.com", email_verified="true")
    command = site.command(world, "--flow", "choice", "--username", "ada")
    with terminal(command) as screen:
        screen.answer("choice", "EMAIL_OTP")
        screen.before("^code: ")  # now it is sent
        screen.answer("code", world.last_message().code)
        assert screen.end() == 0
    assert pipe(command, "PASSWORD_SRP", PASSWORD).returncode == 0
    assert pipe([*command, "--preferred", "PASSWORD"], PASSWORD).returncode == 0


# --- the end of it


def test_ctrl_c(site: Site, people: World) -> None:
    world = riddling(people, Riddles())
    with terminal(site.command(world, "--flow", "custom", "--username", "ada")) as screen:
        screen.before("answer: ")
        screen.press("\x03")
        assert screen.end() == 130
    assert screen.text.endswith("\r\nauthflow: cancelled\r\n")
    with terminal(site.command(world, "--username", "ada")) as screen:
        screen.before("password: ")
        screen.press("\x03")
        assert screen.end() == 130


@pytest.mark.slow
def test_ctrl_d(site: Site, people: World) -> None:
    with terminal(site.command(people, "--username", "ada")) as screen:
        screen.before("password: ")
        screen.press("\x04")
        assert screen.end() == 1
    assert screen.text.endswith("authflow: the input ended where this was asked: password\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["hunter2"], 2, "an argument too many; passwords and secrets are asked for (see authflow --help)"),
        (["--preferred", "PASSWORD"], 2, "--preferred goes with --flow choice (see authflow --help)"),
        (
            ["--client-metadata", "k3y"],
            2,
            "Invalid value for '--client-metadata': must be KEY=VALUE (see authflow --help)",
        ),
        (["--flow", "custom", "--username", "a" * 129], 1, "--username: has 129 characters, at most 128 are allowed"),
        (["--pool-id", "nonsense"], 1, "pool_id: must look like eu-west-1_Ab12Cd34E: a region, an underscore, a name"),
        (["--endpoint-url", "nonsense"], 1, "endpoint_url: is not a URL"),
        (["--devices", __file__], 2, None),
    ],
)
def test_what_can_not_be(site: Site, pipe: Pipe, options: list[str], code: int, says: str | None) -> None:
    done = pipe([*site.command(replace(site.world, pool_id="eu-west-1_a", client_id="b")), *options])
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("authflow: ")
    assert "hunter2" not in done.stderr
    assert says is None or done.stderr == f"authflow: {says}\n"


@pytest.mark.slow
def test_nobody_listens(site: Site, pipe: Pipe) -> None:
    command = site.command(replace(site.world, pool_id="eu-west-1_a", client_id="b"), "--username", "ada")
    done = pipe([*command, "--endpoint-url", "http://127.0.0.1:9"], PASSWORD)
    assert (done.returncode, last_line(done.stderr)) == (1, "authflow: InitiateAuth: EndpointConnectionError")


# --- devices


DEVICE = Device("key", "group", "secret")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Kept(DEVICE, remembered=True), "is remembered as a device of yours"),
        (Kept(DEVICE, remembered=False), "is known as a device of yours, but it does not stand for a second factor"),
        (Failed("LimitExceededException", "", Reason.OTHER), "is not remembered: LimitExceededException"),
        (BackendError("ConfirmDevice: ReadTimeoutError"), "is not remembered: ConfirmDevice: ReadTimeoutError"),
    ],
)
def test_whatever_becomes_of_the_device_the_person_is_signed_in(
    site: Site,
    tracked: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: Kept | Failed | BackendError,
    says: str,
) -> None:
    monkeypatch.setattr(Authenticator, "remember_device", Mock(side_effect=[remembering(outcome)]))
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    assert sign_in(site.settings(tracked, devices=tmp_path)) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("signed in as ada\n")
    assert f"This installation {says}" in shown.err


def remembering(outcome: Kept | Failed | BackendError) -> Any:
    return outcome if isinstance(outcome, BackendError) else SimpleNamespace(state=outcome)
