"""Each example runs and prints what its text promises."""

import asyncio
import os
import re
import subprocess
import sys
from contextlib import ExitStack, closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from authflow import AppClient, Authenticator, MemoryFlowStore, Srp
from authflow.emulator import Emulator, running
from tests.support.redis_server import PROGRAM

needs_redis = pytest.mark.skipif(
    PROGRAM is None, reason="redis-server is not installed (Debian: apt-get install redis-server)"
)
EXAMPLES = Path(__file__).parents[2] / "examples"


def run_process(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / name)]
    env = {**os.environ, "LC_ALL": "C", **env}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


def run(name: str) -> list[str]:
    """Run an example and return the lines that it prints."""
    process = run_process(name)
    assert process.stderr == ""
    assert process.returncode == 0
    return process.stdout.splitlines()


def test_script() -> None:
    challenge, signed_in = run("script.py")
    assert challenge == "a new password is required"
    assert re.fullmatch(r"signed in as ada, until \d\d:\d\d UTC", signed_in)


def test_two_requests() -> None:
    assert run("two_requests.py") == [
        "challenge: new_password_required",
        "after a weak password: new_password_required",
        "from another browser: this page can't answer that challenge: please start again",
        "welcome ada",
        "expired or already answered: please start again",
    ]


def test_custom_backend() -> None:
    assert run("custom_backend.py") == [
        "NotAuthorizedException: Incorrect username or password.",
        "signed in as ada",
    ]


def test_async_login() -> None:
    assert run("async_login.py") == [
        "user-0 submits the code twice",
        "one page says: welcome user-0",
        "the other says: expired or already answered: please start again",
        "signed in exactly once: 20 of 20 users",
    ]


def load(name: str) -> Any:
    """Import an example."""
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_another_browser_can_not_continue_a_sign_in_of_async_login() -> None:
    example, emulator = load("async_login"), Emulator()

    async def attack(url: str) -> tuple[str, str]:
        """Begin with the password in one browser, and enter the code in another."""
        async with example.service(example.make_app(url), url) as login:
            page = await login.post_password("user-0", example.PASSWORD, "attacker")
            code = emulator.outbox[-1].code
            refused = await login.post_code(page.handle, code, "owner")
            return refused.text, (await login.post_code(page.handle, code, "attacker")).text

    with running(lambda _: emulator) as url:
        assert asyncio.run(attack(url)) == ("please start again in this browser", "welcome user-0")


@needs_redis
def test_the_browser_of_an_attacker_is_not_remembered_by_many_processes() -> None:
    example, emulator = load("many_processes"), Emulator()
    with example.redis_server() as port, running(lambda _: emulator) as url, ExitStack() as stack:
        login = stack.enter_context(closing(example.Login(example.Config(example.make_app(url), url, port, bytes(32)))))
        page = login.post_password("user-0", example.PASSWORD, "attacker")
        refused = login.post_code(page.handle, emulator.outbox[-1].code, "owner")
        assert refused.text == "please start again in this browser"
        assert (
            login.post_password("user-0", example.PASSWORD, "attacker").text == "please enter the code from the email"
        )


def run_recipe(password: str) -> tuple[str, MemoryFlowStore, str]:
    """Post a code by the recipe of docs/reliability.md, and return the page, the store and the handle."""
    text = (EXAMPLES.parent / "docs" / "reliability.md").read_text("utf-8")
    recipe = next(code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def post_code" in code)
    emulator = Emulator()
    cognito = emulator.boto3_client()
    policy: Any = {"PasswordPolicy": {"MinimumLength": 6}}
    pool = cognito.create_user_pool(PoolName="people", Policies=policy)["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", TemporaryPassword="Temporary-1")
    store = MemoryFlowStore()
    auth = Authenticator(AppClient(pool, client), emulator.backend())
    names: dict[str, Any] = {"Page": str, "page": repr, "store": store, "auth": auth}
    exec(recipe, names)  # noqa: S102 - the project's own documentation
    handle = store.put(names["begin_sign_in"](Srp("ada", password), "browser"))
    return names["post_code"](handle, "123456", "browser"), store, handle


def test_a_code_is_no_new_password_in_the_recipe() -> None:
    page, store, handle = run_recipe("Temporary-1")
    assert page == "Please start again."
    assert store.take(handle).node == "new_password_required"


def test_the_recipe_puts_back_a_failed_flow() -> None:
    page, store, handle = run_recipe("wrong")
    assert page == "Please start again."
    assert store.take(handle).node == "failed"


@needs_redis
@pytest.mark.slow
def test_many_processes() -> None:
    assert run("many_processes.py") == [
        f"user-{number}, 3 processes: submitted twice: expired or already answered; welcome user-{number}; "
        f"later, without a code: welcome user-{number}"
        for number in range(6)
    ]


def test_many_processes_without_redis(tmp_path: Path) -> None:
    process = run_process("many_processes.py", PATH=str(tmp_path))
    assert process.stderr == "redis-server is not installed (Debian: apt-get install redis-server)\n"
    assert (process.stdout, process.returncode) == ("", 1)
