"""The recipes in the documentation are safe as they stand: people copy them."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import authflow
from authflow import AsyncAuthenticator, AsyncMemoryFlowStore, Authenticator, Flow, MemoryFlowStore, Refusal, Srp
from authflow.challenges import EmailOtp
from authflow.core.requests import Request
from tests.support.replies import CHALLENGES, password_verifier
from tests.support.samples import APP

DOCS = Path(__file__).parents[2] / "docs"
HOLDER, OTHER = "browser-of-ada", "browser-of-mallory"


class Cognito:
    """A backend that asks for a code after the password, and refuses every code."""

    def __init__(self) -> None:
        self.codes: list[object] = []

    def call(self, request: Request) -> Any:
        given: Any = request.params().get("ChallengeResponses", {})
        if "EMAIL_OTP_CODE" in given:
            self.codes.append(given["EMAIL_OTP_CODE"])
            raise Refusal("CodeMismatchException", "no")
        return password_verifier() if request.operation == "InitiateAuth" else CHALLENGES["EMAIL_OTP"]


class AsyncCognito(Cognito):
    """The same for an event loop."""

    async def call(self, request: Request) -> Any:
        return super().call(request)


def load(file: str, marker: str, /, **names: Any) -> dict[str, Any]:
    """Run the block of a page that has a marker, and return its names."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / file).read_text(encoding="utf-8"), re.DOTALL)
    [block] = [block for block in blocks if marker in block]
    package: Any = authflow
    scope: dict[str, Any] = {name: getattr(package, name) for name in package.__all__}
    scope |= {"asyncio": asyncio, "EmailOtp": EmailOtp, "Page": str, **names}
    exec(compile(block, file, "exec"), scope)  # noqa: S102 - our own documentation
    return scope


def make_blocking(file: str, marker: str) -> tuple[Cognito, Callable[[str], str], Callable[[str, str, str], str]]:
    cognito, store = Cognito(), MemoryFlowStore()
    auth = Authenticator(APP, cognito)
    scope = load(file, marker, auth=auth, store=store, page=store.put)
    return cognito, lambda holder: store.put(auth.begin(Srp("ada", "pw"), holder=holder)), scope["post_code"]


def make_async(file: str, marker: str) -> tuple[Cognito, Callable[[str], str], Callable[[str, str, str], str]]:
    cognito, store = AsyncCognito(), AsyncMemoryFlowStore()
    auth = AsyncAuthenticator(APP, cognito)

    async def show(flow: Flow) -> str:
        return await store.put(flow)

    async def begin(holder: str) -> str:
        return await store.put(await auth.begin(Srp("ada", "pw"), holder=holder))

    scope = load(file, marker, auth=auth, store=store, page=show)
    post: Any = scope["post_code"]
    return cognito, lambda holder: asyncio.run(begin(holder)), lambda *given: asyncio.run(post(*given))


RECIPES = {
    "reliability.md": (make_blocking, "reliability.md", "def begin_sign_in"),
    "stores.md, asyncio": (make_async, "stores.md", "asyncio.timeout"),
    "stores.md, holder": (make_blocking, "stores.md", "def post_password"),
}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_does_not_answer_in_another_browser(recipe: str) -> None:
    make, file, marker = RECIPES[recipe]
    cognito, begin, post_code = make(file, marker)
    handle = begin(HOLDER)
    assert "start again" in post_code(handle, "123456", OTHER)
    assert cognito.codes == []


@pytest.mark.parametrize("recipe", ["reliability.md", "stores.md, asyncio"])
def test_a_recipe_answers_in_the_same_browser(recipe: str) -> None:
    make, file, marker = RECIPES[recipe]
    cognito, begin, post_code = make(file, marker)
    handle = begin(HOLDER)
    assert post_code(handle, "12", HOLDER) == "Please try again."
    assert post_code(handle, "123456", HOLDER)
    assert cognito.codes == ["123456"]


def test_the_recipe_ends_a_sign_in_after_five_wrong_codes() -> None:
    cognito, begin, post_code = make_blocking("reliability.md", "def begin_sign_in")
    handle = begin(HOLDER)
    for _ in range(5):
        handle = post_code(handle, "123456", HOLDER)
    assert "Too many" in post_code(handle, "123456", HOLDER)
    assert len(cognito.codes) == 5
