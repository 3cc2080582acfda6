"""``authflow sign-in`` in a terminal and with piped input, against an emulator over HTTP."""

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
from tests.support.emulator.lambdas import RIDDLE, Riddles, make_riddle_client
from tests.support.emulator.world import ALL_FLOWS, OTHER_PASSWORD, PASSWORD, TEMPORARY, World
from tests.support.terminal import EmulatorServer, Pipe, environ, terminal

AUTHFLOW = Path(sys.executable).with_name("authflow")
FAMILY_NAME: Any = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        yield EmulatorServer(emulator, url)


@pytest.fixture(scope="module")
def plain(server: EmulatorServer) -> World:
    """A pool whose user ada has a password and no second factor."""
    world = server.world.make_pool()
    world.make_user("ada", email="ada@example.com")
    return world


@pytest.fixture(scope="module")
def tracked(server: EmulatorServer) -> World:
    """A pool that proposes devices, with the user ada."""
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    world = server.world.make_pool(DeviceConfiguration=devices)
    world.make_user("ada")
    return world


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pipe:
    return Pipe(monkeypatch, capsys)


def last_line(text: str) -> str:
    return text.splitlines()[-1]


# --- passwords


def test_a_password_typed_in_a_terminal_signs_in(server: EmulatorServer, plain: World) -> None:
    with terminal(server.command(plain)) as screen:
        screen.answer("Username", "ada")
        screen.answer("Password", PASSWORD)
        assert screen.end() == 0
    assert "signed in as ada\r\n" in screen.text
    assert re.search(r"the access token expires at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", screen.text)
    assert re.search(r"  email +ada@example.com\r\n", screen.text)
    assert PASSWORD not in screen.text
    assert "eyJ" not in screen.text, "a token is shown"


def test_a_wrong_password_from_a_pipe_fails(server: EmulatorServer, plain: World) -> None:
    command = server.command(plain, "--username", "ada")
    text = "Wr0ng-Horse!\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=environ(), check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Password: \nauthflow: wrong_credentials: The username, the password or the code is not right. "
        "Please check them and start again.\n"
    )


def test_the_environment_chooses_the_language(server: EmulatorServer, plain: World, pipe: Pipe) -> None:
    command = server.command(plain, "--username", "ada")
    done = pipe(command, PASSWORD, LANGUAGE="de")
    assert done.stderr == "Passwort: \n"
    assert done.stdout.startswith("angemeldet als ada\ndas Access-Token gilt bis ")
    done = pipe(command, "wrong", LC_ALL="de_AT.UTF-8")
    assert last_line(done.stderr).startswith(
        "authflow: wrong_credentials: Benutzername, Passwort oder Code sind nicht "
    )


@pytest.mark.slow
def test_a_new_password_and_an_attribute_are_asked_for(server: EmulatorServer) -> None:
    world = server.world.make_pool(Schema=[FAMILY_NAME])
    world.invite("grace", TEMPORARY, email="grace@example.com")
    with terminal(server.command(world, "--flow", "password", "--username", "grace")) as screen:
        screen.answer("Password", TEMPORARY)
        assert "Your password is temporary." in screen.read_until("New password: ")
        assert "grace@example.com" not in screen.text
        for first, again in (("weak", "weak"), (OTHER_PASSWORD, PASSWORD), (OTHER_PASSWORD, OTHER_PASSWORD)):
            screen.answer("New password", first)
            screen.answer("New password \\(again\\)", again)
            if first == again:
                screen.answer("Last name", "Hopper")
        assert screen.end() == 0
    assert "That password is too short. Please choose a longer one." in screen.text
    assert "The two entries differ. Please try again." in screen.text
    assert re.search(r"  family_name +Hopper\r\n", screen.text)
    assert not re.search(f"{TEMPORARY}|{PASSWORD}|{OTHER_PASSWORD}|weak", screen.text)


@pytest.mark.slow
def test_the_client_secret_is_asked_for_or_read_from_the_environment(
    server: EmulatorServer, plain: World, pipe: Pipe
) -> None:
    world = plain.make_client(GenerateSecret=True)
    assert world.secret
    command = server.command(world, "--username", "ada")
    with terminal([*command, "--client-secret"]) as screen:
        screen.answer("Client secret", world.secret)
        screen.answer("Password", PASSWORD)
        assert screen.end() == 0
    assert world.secret not in screen.text
    done = pipe(command, PASSWORD, AUTHFLOW_CLIENT_SECRET=world.secret)
    assert done.returncode == 0
    assert world.secret not in done.stdout + done.stderr
    assert last_line(pipe(command, PASSWORD).stderr).startswith("authflow: secret_hash: ")


@pytest.mark.slow
def test_admin_signs_in_by_the_admin_api_and_show_tokens_prints_the_tokens(
    server: EmulatorServer, plain: World, pipe: Pipe
) -> None:
    command = server.command(plain, "--username", "ada", "--flow", "password", "--admin", "--show-tokens")
    done = pipe(command, PASSWORD, AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any")
    assert done.returncode == 0
    token = re.search(r"^access_token: (eyJ\S+)$", done.stdout, re.MULTILINE)
    assert token
    assert plain.call("GetUser", AccessToken=token[1])["Username"] == "ada"
    assert len(re.findall(r"^(?:id|refresh)_token: \S+$", done.stdout, re.MULTILINE)) == 2
    done = pipe(command, PASSWORD)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        last_line(done.stderr)
        == "authflow: AdminInitiateAuth: not sent: NoCredentialsError: boto3 found no AWS credentials"
    )


# --- second factors


@pytest.mark.slow
def test_a_code_by_text_message_signs_in(server: EmulatorServer) -> None:
    world = server.world.make_pool()
    world.make_user("ada", phone_number="+15550109878", phone_number_verified="true")
    mfa.configure(world, "ON", mfa.SMS)
    with terminal(server.command(world, "--username", "ada")) as screen:
        screen.answer("Password", PASSWORD)
        assert "A code was sent by text message to +*******9878." in screen.read_until("^Code: ")
        code = world.get_last_message().code
        for line in ("six", mfa.make_other_code(code), code):
            screen.answer("Code", line)
        assert screen.end() == 0
    assert "Please enter the whole code, which has digits only." in screen.text
    assert "That code is not right. Please check it and try again.\r\n" in screen.text


@pytest.mark.slow
def test_a_second_factor_is_chosen_by_number(server: EmulatorServer) -> None:
    world = server.world.make_pool()
    world.make_user("ada", email="ada@example.com", email_verified="true", phone_number="+15550109878")
    mfa.configure(world, "OPTIONAL", mfa.SMS, mfa.EMAIL)
    mfa.prefer(world, "ada", mfa.SMS, mfa.EMAIL)
    with terminal(server.command(world, "--username", "ada")) as screen:
        screen.answer("Password", PASSWORD)
        offered = screen.read_until("Number: ")
        assert re.search(r"1  Get a code by text message\r\n  2  Get a code by email\r\n", offered)
        for line in ("3", "", "FAX", "2"):
            screen.answer("Number", line)
        screen.read_until("^Code: ")  # the code has been sent
        screen.answer("Code", world.get_last_message().code)
        assert screen.end() == 0
    assert screen.text.count("Please type a number from 1 to 2.") == 3


@pytest.mark.slow
def test_an_authenticator_app_is_set_up_and_used(server: EmulatorServer, pipe: Pipe) -> None:
    world = server.world.make_pool()
    world.make_user("ada")
    mfa.configure(world, "ON", mfa.TOTP)
    command = server.command(world, "--username", "ada")
    with terminal(command) as screen:
        screen.answer("Password", PASSWORD)
        drawing = screen.read_until("^Code: ")
        app = pyotp.TOTP(re.findall("Key to enter in the app: ([A-Z2-7]+)\r\n", drawing)[0])
        code = app.now()
        for entered in (mfa.make_other_code(code), code):
            screen.answer("Code", entered)
            screen.answer(r"Name of the app \(optional\)", "my phone")
        assert screen.end() == 0
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in drawing.splitlines()]
    blocks = [line for line in lines if line and set(line) <= set(" ▀▄█")]
    assert blocks == _qr.draw(f"otpauth://totp/{world.pool_id}:ada?secret={app.secret}&issuer={world.pool_id}", "utf-8")
    assert screen.text.count("Key to enter") == 1, "a wrong code does not show the secret again"
    assert "That code is not right." in screen.text
    done = pipe(command, PASSWORD, code, app.at(int(time.time()), counter_offset=1))
    assert done.returncode == 0
    assert "Enter the code from your authenticator app (my phone)." in done.stderr


@pytest.mark.slow
def test_an_email_address_is_set_up_as_second_factor(server: EmulatorServer) -> None:
    world = server.world.make_pool()
    world.make_user("ada")
    mfa.configure(world, "ON", mfa.EMAIL, mfa.TOTP)
    with terminal(server.command(world, "--username", "ada")) as screen:
        screen.answer("Password", PASSWORD)
        screen.answer("Number", "SMS_MFA")
        screen.answer("Number", "email")
        screen.answer("Email address", "ada@example.com")
        assert "by email to a***@e***" in screen.read_until("^Code: ")
        screen.answer("Code", world.get_last_message().code)
        assert screen.end() == 0
    assert "Please type a number from 1 to 2." in screen.text


@pytest.mark.slow
def test_a_factor_that_can_not_be_set_up_here_needs_an_administrator(server: EmulatorServer, pipe: Pipe) -> None:
    world = server.world.make_pool()
    world.make_user("ada")
    mfa.configure(world, "ON", mfa.SMS)
    done = pipe(server.command(world, "--username", "ada"), PASSWORD)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(
        r"authflow: .*administrator to add your phone number, then sign in again\.", last_line(done.stderr)
    )


@pytest.mark.slow
def test_a_remembered_installation_needs_no_code(server: EmulatorServer, pipe: Pipe, tmp_path: Path) -> None:
    devices = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True}
    world = server.world.make_pool(DeviceConfiguration=devices)
    world.make_user("ada", phone_number="+15550109878", phone_number_verified="true")
    mfa.configure(world, "ON", mfa.SMS)
    directory = tmp_path / "devices"
    command = server.command(world, "--username", "ada", "--devices", str(directory))
    with terminal(command) as screen:
        screen.answer("Password", PASSWORD)
        screen.read_until("^Code: ")  # the code has been sent
        screen.answer("Code", world.get_last_message().code)
        assert screen.end() == 0
    assert "This installation is now a remembered device.\r\n" in screen.text
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    done = pipe(command, PASSWORD)
    assert (done.returncode, "code" in done.stderr) == (0, False)
    [device] = world.call_admin("AdminListDevices", "ada")["Devices"]
    world.call_admin("AdminForgetDevice", "ada", DeviceKey=device["DeviceKey"])
    done = pipe(command, PASSWORD)
    assert last_line(done.stderr) == "authflow: the input ended before this was answered: Code", (
        "the device is forgotten"
    )


# --- other first factors


@pytest.mark.slow
def test_custom_challenges_are_answered(server: EmulatorServer, plain: World) -> None:
    riddles = Riddles(wanted=2)
    world = make_riddle_client(plain, riddles)
    with terminal(server.command(world, "--flow", "custom", "--client-metadata", "a=b=c")) as screen:
        screen.answer("Username", "ada")
        assert f"\r\nriddle: {RIDDLE['public']}\r\n" in screen.read_until("Answer: ")
        for line in ("", "stone", RIDDLE["private"], RIDDLE["private"]):
            screen.answer("Answer", line)
        assert screen.end() == 0
    assert "Please check this entry: it is missing, too long, or has characters that are not allowed." in screen.text
    assert riddles.list_requests("VerifyAuthChallengeResponse_Authentication")[0]["clientMetadata"] == {"a": "b=c"}


@pytest.mark.slow
def test_custom_srp_asks_for_the_password_first(server: EmulatorServer, plain: World, pipe: Pipe) -> None:
    world = make_riddle_client(plain, Riddles())
    done = pipe(server.command(world, "--flow", "custom-srp", "--username", "ada"), PASSWORD, RIDDLE["private"])
    assert done.returncode == 0
    assert done.stdout.startswith("signed in as ada\n")


@pytest.mark.slow
def test_a_first_factor_is_chosen_by_name(server: EmulatorServer, pipe: Pipe) -> None:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}
    world = server.world.make_pool(Policies=factors).make_client(ExplicitAuthFlows=[*ALL_FLOWS, "ALLOW_USER_AUTH"])
    world.make_user("ada", email="ada@example.com", email_verified="true")
    command = server.command(world, "--flow", "choice", "--username", "ada")
    with terminal(command) as screen:
        screen.answer("Number", "EMAIL_OTP")
        screen.read_until("^Code: ")  # the code has been sent
        screen.answer("Code", world.get_last_message().code)
        assert screen.end() == 0
    assert pipe(command, "PASSWORD_SRP", PASSWORD).returncode == 0
    assert pipe([*command, "--preferred", "PASSWORD"], PASSWORD).returncode == 0


# --- interruptions and errors


def test_ctrl_c_cancels_with_exit_code_130(server: EmulatorServer, plain: World) -> None:
    world = make_riddle_client(plain, Riddles())
    with terminal(server.command(world, "--flow", "custom", "--username", "ada")) as screen:
        screen.read_until("Answer: ")
        screen.press("\x03")
        assert screen.end() == 130
    assert screen.text.endswith("\r\nauthflow: cancelled: You have cancelled. You can start again at any time.\r\n")
    with terminal(server.command(world, "--username", "ada")) as screen:
        screen.read_until("Password: ")
        screen.press("\x03")
        assert screen.end() == 130


@pytest.mark.slow
def test_ctrl_d_ends_with_exit_code_1(server: EmulatorServer, plain: World) -> None:
    with terminal(server.command(plain, "--username", "ada")) as screen:
        screen.read_until("Password: ")
        screen.press("\x04")
        assert screen.end() == 1
    assert screen.text.endswith("authflow: the input ended before this was answered: Password\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["hunter2"], 2, "unexpected argument; passwords and secrets are asked for (see authflow sign-in --help)"),
        (["--region"], 2, "Option '--region' requires an argument. (see authflow sign-in --help)"),
        (["--admin=yes"], 2, "Option '--admin' does not take a value. (see authflow sign-in --help)"),
        (["--preferred", "PASSWORD"], 2, "--preferred needs --flow choice (see authflow sign-in --help)"),
        (
            ["--client-metadata", "k3y"],
            2,
            "Invalid value for '--client-metadata': must be KEY=VALUE (see authflow sign-in --help)",
        ),
        (["--flow", "custom", "--username", "a" * 129], 1, "--username: has 129 characters, at most 128 are allowed"),
        (
            ["--pool-id", "nonsense"],
            1,
            "pool_id: must be a region, an underscore and a name, such as eu-west-1_Ab12Cd34E",
        ),
        (["--endpoint-url", "nonsense"], 1, "endpoint_url: is not a URL"),
        (["--devices", __file__], 2, None),
    ],
)
def test_invalid_options_are_one_line_on_stderr(
    server: EmulatorServer, pipe: Pipe, options: list[str], code: int, message: str | None
) -> None:
    done = pipe([*server.command(replace(server.world, pool_id="eu-west-1_a", client_id="b")), *options])
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("authflow: ")
    assert "hunter2" not in done.stderr
    assert message is None or done.stderr == f"authflow: {message}\n"


@pytest.mark.slow
def test_a_refused_connection_is_an_error(server: EmulatorServer, pipe: Pipe) -> None:
    command = server.command(replace(server.world, pool_id="eu-west-1_a", client_id="b"), "--username", "ada")
    done = pipe([*command, "--endpoint-url", "http://127.0.0.1:9"], PASSWORD)
    assert done.returncode == 1
    assert last_line(done.stderr).startswith("authflow: InitiateAuth: not sent: ConnectionRefusedError: ")


# --- devices


DEVICE = Device("key", "group", "secret")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Kept(DEVICE, remembered=True), "is now a remembered device"),
        (Kept(DEVICE, remembered=False), "is now a known device, but it does not replace the second factor"),
        (Failed("LimitExceededException", "", Reason.OTHER), "was not remembered: That did not work."),
        (BackendError("ConfirmDevice: ReadTimeoutError"), "was not remembered: ConfirmDevice: ReadTimeoutError"),
    ],
)
def test_a_failure_to_remember_the_device_does_not_cost_the_sign_in(
    server: EmulatorServer,
    tracked: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: Kept | Failed | BackendError,
    message: str,
) -> None:
    monkeypatch.setattr(Authenticator, "remember_device", Mock(side_effect=[result_of_remembering(outcome)]))
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    assert sign_in(server.settings(tracked, devices=tmp_path)) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("signed in as ada\n")
    assert f"This installation {message}" in shown.err


def result_of_remembering(outcome: Kept | Failed | BackendError) -> Any:
    return outcome if isinstance(outcome, BackendError) else SimpleNamespace(state=outcome)
