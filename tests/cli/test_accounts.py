"""``authflow sign-up`` and ``authflow reset-password``, as commands in a terminal, against an emulator over HTTP."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authflow.emulator import Emulator, running
from tests.support.emulator.world import OTHER_PASSWORD, PASSWORD, World
from tests.support.terminal import EmulatorServer, Screen, terminal

AUTHFLOW = str(Path(sys.executable).with_name("authflow"))


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    emulator = Emulator()
    with running(lambda _: emulator) as url:
        yield EmulatorServer(emulator, url)


@pytest.fixture
def world(server: EmulatorServer) -> World:
    """A pool that confirms sign-ups by email, with a client that has a secret."""
    return server.world.make_pool(AutoVerifiedAttributes=["email"])


def make_command(server: EmulatorServer, world: World, name: str, *options: str) -> list[str]:
    client = ["--pool-id", world.pool_id, "--client-id", world.client_id]
    return [AUTHFLOW, name, *client, "--endpoint-url", server.url, "--region", "eu-west-1", *options]


def enter_twice(screen: Screen, password: str) -> None:
    screen.answer("New password", password)
    screen.answer(r"New password \(again\)", password)


def read_code(world: World, name: str = "ada") -> str:
    return [message.code for message in world.emulator.outbox if message.username == name][-1]


def sign_up(server: EmulatorServer, world: World) -> None:
    command = make_command(server, world, "sign-up", "--username", "ada", "--attribute", "email=ada@example.com")
    with terminal(command) as screen:
        enter_twice(screen, PASSWORD)
        screen.answer("Number", "1")
        screen.answer("Code", read_code(world))
        assert screen.end() == 0
    assert "A code was sent to a***@e*** to confirm your account." in screen.text
    assert "Your account was created." in screen.text


def test_sign_up(server: EmulatorServer, world: World) -> None:
    sign_up(server, world)
    assert world.call_admin("AdminGetUser", "ada")["UserStatus"] == "CONFIRMED"
    assert PASSWORD not in str(world.emulator.outbox)


def test_a_wrong_code_and_a_new_one(server: EmulatorServer, world: World) -> None:
    command = make_command(server, world, "sign-up", "--username", "ada", "--attribute", "email=ada@example.com")
    with terminal(command) as screen:
        enter_twice(screen, PASSWORD)
        screen.answer("Number", "1")
        screen.answer("Code", f"{(int(read_code(world)) + 1) % 1_000_000:06}")
        screen.read_until("That code is not right")
        screen.answer("Number", "2")
        screen.answer("Number", "1")
        screen.answer("Code", read_code(world))
        assert screen.end() == 0


def test_a_sign_up_is_resumed(server: EmulatorServer, world: World) -> None:
    attributes = [{"Name": "email", "Value": "ada@example.com"}]
    world.call("SignUp", ClientId=world.client_id, Username="ada", Password=PASSWORD, UserAttributes=attributes)
    with terminal(make_command(server, world, "sign-up", "--resume")) as screen:
        screen.answer("Username", "ada")
        screen.answer("Number", "1")
        screen.answer("Code", read_code(world))
        assert screen.end() == 0


def test_a_pool_that_sends_no_code(server: EmulatorServer) -> None:
    world = server.world.make_pool()
    with terminal(make_command(server, world, "sign-up", "--username", "ada")) as screen:
        enter_twice(screen, PASSWORD)
        assert screen.end() == 0
    assert "An administrator has to confirm your account before you can sign in." in screen.text


def test_a_taken_name(server: EmulatorServer, world: World) -> None:
    world.make_user("ada")
    with terminal(make_command(server, world, "sign-up", "--username", "ada")) as screen:
        enter_twice(screen, PASSWORD)
        assert screen.end() == 1
    assert "authflow: username_exists: This name is taken already." in screen.text
    assert "User already exists" not in screen.text  # no text of Cognito's


def test_reset_password(server: EmulatorServer, world: World) -> None:
    world.make_user("ada", email="ada@example.com", email_verified="true")
    with terminal(make_command(server, world, "reset-password", "--username", "ada")) as screen:
        screen.answer("Number", "1")
        screen.answer("Code", read_code(world))
        enter_twice(screen, "short")
        screen.answer("Number", "1")
        screen.answer("Code", read_code(world))
        enter_twice(screen, OTHER_PASSWORD)
        assert screen.end() == 0
    assert "You have a new password. Please sign in with it." in screen.text
    assert "AccessToken" in world.get_tokens("ada", OTHER_PASSWORD)


def test_who_can_not_reset(server: EmulatorServer, world: World) -> None:
    world.make_user("ada")
    with terminal(make_command(server, world, "reset-password", "--username", "ada")) as screen:
        assert screen.end() == 1
    assert "authflow: no_recovery: This account has no verified email address" in screen.text


def test_ctrl_c(server: EmulatorServer, world: World) -> None:
    with terminal(make_command(server, world, "reset-password")) as screen:
        screen.read_until("Username: ")
        screen.press("\x03")
        assert screen.end() == 130


@pytest.mark.parametrize("option", [["--no-password"], ["--attribute", "email=a@example.com"]])
def test_resume_creates_nobody(server: EmulatorServer, world: World, option: list[str]) -> None:
    with terminal(make_command(server, world, "sign-up", "--resume", *option)) as screen:
        assert screen.end() == 2
    assert "--resume creates no user" in screen.text


def test_a_password_is_no_argument(server: EmulatorServer, world: World) -> None:
    for name in ("sign-up", "reset-password"):
        with terminal([*make_command(server, world, name), PASSWORD]) as screen:
            assert screen.end() == 2
        assert PASSWORD not in screen.text
