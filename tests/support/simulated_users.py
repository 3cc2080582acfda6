"""Users who sign in to a login service over HTTP, while its workers are killed; see ``test_killed_workers``."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import httpx
import pyotp

from authflow.emulator import Message
from tests.support.emulator.lambdas import RIDDLE
from tests.support.emulator.world import Clock
from tests.support.users import CODE_PURPOSES, NEW_PASSWORD, User

Page = dict[str, Any]
SHOWN: Final = ("outcome", "node", "username", "destination", "parameters", "rejected", "reason", "why", "worker")
MOST_ATTEMPTS: Final = 40
MEDIA: Final = {"SMS_MFA": "SMS", "SMS_OTP": "SMS", "EMAIL_OTP": "EMAIL"}
OUTCOMES: Final = ("signed_in", "challenge", "failed", "invalid_input", "try_again", "taken")  # the best first
ANSWERED: Final = OUTCOMES[:3]
STEP: Final = 30  # seconds for which an authenticator app shows a code
DOUBLE_SUBMISSIONS: Final = 0.3  # share of the answers that are submitted twice
MISTAKES: Final = 0.3  # share of the users who make a mistake


def redact(page: Page) -> Page:
    """Return a page for the output of a failed test: without tokens, secrets and handles."""
    return {name: page[name] for name in SHOWN if name in page}


@dataclass
class RunningClock(Clock):
    """A clock that stands still until ``ahead`` is set; then it shows the system time plus ``ahead``."""

    ahead: timedelta | None = None

    def __call__(self) -> datetime:
        return self.now if self.ahead is None else datetime.now(UTC) + self.ahead


@dataclass
class ServiceClient:
    """Sends the users' requests to the service and counts events.

    Attributes:
        ports: the ports of the service's workers.
        inbox: the messages that were sent, by username.
        count: how often each event happened.
        workers: the process IDs of all workers that have responded.
        posted: notified of each request.
    """

    http: httpx.AsyncClient
    ports: list[int]
    clock: RunningClock
    inbox: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    count: Counter[str] = field(default_factory=Counter)
    workers: set[int] = field(default_factory=set)
    posted: asyncio.Condition = field(default_factory=asyncio.Condition)

    def has_posted(self, requests: int) -> bool:
        return self.count["requests posted"] >= requests

    async def post(self, port: int, path: str, form: Page) -> Page | None:
        """Send a form and return the page; None if the connection was lost, so that the outcome is unknown."""
        self.count["requests posted"] += 1
        async with self.posted:
            self.posted.notify_all()
        try:
            response = await self.http.post(f"http://127.0.0.1:{port}{path}", json=form)
        except httpx.TimeoutException as error:
            raise AssertionError(f"{path}: no response from port {port}: {error!r}") from error
        except httpx.TransportError:
            self.count["connections lost"] += 1
            return None
        assert response.status_code == 200, (path, response.status_code, response.text)
        page: Page = response.json()
        self.workers.add(page["worker"])
        return page

    def wait_for_totp_code(self, secret: str, used: set[int]) -> str:
        """Return an unused code of an authenticator app. If there is none, the clock is moved forward."""
        while True:
            present = int(self.clock().timestamp()) // STEP
            for step in (present, present + 1):
                if step not in used:
                    used.add(step)
                    return pyotp.TOTP(secret).generate_otp(step)
            assert self.clock.ahead is not None
            self.count["waited for a new authenticator code"] += 1
            self.clock.ahead += timedelta(seconds=STEP)
            assert self.clock.ahead < timedelta(minutes=4), "the workers' clocks would be too far behind"


@dataclass
class SimulatedUser:
    """A user who signs in with a browser.

    Attributes:
        pool: the number of the user's pool.
        kind: the kind of the opening.
        preferred: the preferred first factor.
        other_password: the former password, while it is unknown whether Cognito has accepted the new one.
        totp_secrets: the secrets in the authenticator app, newest last, each with the time steps of its used codes.
        mistakes: mistakes that the user will still make, each once.
        tried_codes: the codes that were entered in this attempt.
        old_codes: the number of codes that were sent before this attempt.
        workers: the workers that responded in this attempt.
        pages: the pages with tokens.
        status: what the user is doing, for the output of a failed test.
    """

    user: User
    client: ServiceClient
    random: Random
    pool: int
    kind: str
    preferred: str | None
    other_password: str | None = None
    totp_secrets: dict[str, set[int]] = field(default_factory=dict)
    mistakes: set[str] = field(default_factory=set)
    tried_codes: set[str] = field(default_factory=set)
    old_codes: int = 0
    attempts: int = 0
    workers: set[int] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)
    status: str = "has not started"

    def __post_init__(self) -> None:
        if self.user.totp:
            self.totp_secrets[self.user.totp.secret] = set()
        self.mistakes = {mistake for mistake in ("wrong", "invalid") if self.random.random() < MISTAKES}

    async def run(self, limit: asyncio.Semaphore) -> None:
        """Sign in; sign in a second time if the pool remembers devices."""
        for _ in range(2 if self.user.pool.model.challenges_devices else 1):
            async with limit:
                self.pages.append(await self.sign_in())
                self.client.count["sign-ins with several workers"] += len(self.workers) > 1

    async def sign_in(self) -> Page:
        """Start a sign-in until one succeeds; return the page with the tokens."""
        for _ in range(MOST_ATTEMPTS):
            self.attempts += 1
            page = await self.attempt()
            if page["outcome"] == "signed_in":
                self.other_password = None
                return page
            self.client.count["restarts"] += 1
            await self.prepare_next_attempt(page)
        raise AssertionError(f"{self.user.username} is not signed in after {self.attempts} attempts: {redact(page)}")

    async def attempt(self) -> Page:
        """Try to sign in once; return the last page."""
        self.tried_codes.clear()
        self.old_codes, self.workers = len(self.inbox), set()
        page = await self.begin()
        while page["outcome"] == "challenge":
            self.check_page(page)
            form = self.fill_in(page)
            if form is None:
                return {"outcome": "out of codes"}
            challenge, page = page, await self.answer(form)
            if page["outcome"] == "invalid_input":
                self.client.count["invalid inputs"] += 1
                page = challenge  # its handle is still valid
        return page

    @property
    def inbox(self) -> list[Message]:
        return [message for message in self.client.inbox[self.user.username] if message.purpose in CODE_PURPOSES]

    async def begin(self) -> Page:
        user = self.user
        form = {
            "kind": self.kind,
            "username": self.random.choice(sorted(self.names)),
            "password": user.password,
            "preferred": self.preferred,
            "browser": f"the browser of {user.username}",
        }
        return await self.post_until_answered("begin", form)

    async def answer(self, form: Page) -> Page:
        """Send an answer. Some answers are submitted twice at the same time, to two workers."""
        if self.random.random() >= DOUBLE_SUBMISSIONS:
            return await self.post_until_answered("answer", form)
        self.client.count["double submissions"] += 1
        pages = await asyncio.gather(
            *(self.client.post(port, f"/{self.pool}/answer", form) for port in self.random.sample(self.client.ports, 2))
        )
        arrived = sorted((page for page in pages if page is not None), key=lambda page: OUTCOMES.index(page["outcome"]))
        outcomes = [page["outcome"] for page in arrived]
        accepted = [redact(page) for page in arrived if page["outcome"] in ANSWERED]
        assert len(accepted) <= 1, f"both submissions were accepted: {accepted}"
        self.client.count["double submissions, one refused"] += outcomes[1:] == ["taken"]
        if not arrived or outcomes[0] == "try_again":
            return await self.post_until_answered("answer", form, again=True)
        return self.record_page(arrived[0])

    async def post_until_answered(self, path: str, form: Page, *, again: bool = False) -> Page:
        """Send a form to random workers until one handles it."""
        while True:
            self.status = f"attempt {self.attempts}, {path} {form.get('node', '')}"
            page = await self.client.post(self.random.choice(self.client.ports), f"/{self.pool}/{path}", form)
            if page is not None and page["outcome"] == "try_again":
                self.client.count["told to try again"] += 1
            elif page is not None:
                if again:
                    self.client.count[f"{path} sent again: {page['outcome']}"] += 1
                return self.record_page(page)
            again = True

    def record_page(self, page: Page) -> Page:
        self.workers.add(page["worker"])
        self.status = f"attempt {self.attempts}, got {page['outcome']} {page.get('node', '')}"
        return page

    @property
    def names(self) -> set[str]:
        """The names with which this user can sign in."""
        alias = self.user.model.email and self.user.pool.model.alias
        return {self.user.username, self.user.email} if alias else {self.user.username}

    def check_page(self, page: Page) -> None:
        """Check that a page shows only data of this user."""
        user = self.user
        number = int(user.username.removeprefix("user"))
        own = {f"{user.email[0]}***@e***", f"+*******{number % 10_000:04d}", None}
        assert page["username"] in self.names, redact(page)
        assert page.get("destination") in own, redact(page)
        attributes, parameters = dict(page.get("attributes", ())), dict(page.get("parameters", ()))
        assert attributes.get("email", user.email) == user.email, redact(page)
        assert parameters.get("riddle", "").endswith(f", {user.username}?") or "riddle" not in parameters, redact(page)

    def fill_in(self, page: Page) -> Page | None:
        """Return the form with this user's answer; None if there is no code left to try."""
        form = {"handle": page["handle"], "node": page["node"], "password": self.user.password}
        required = page.get("required_attributes", ())
        answer = self.make_mistake(page) or self.find_answer(page)
        if answer is None:
            return None
        return {**form, "answer": answer, "attributes": dict.fromkeys(required, "Lovelace")}

    def make_mistake(self, page: Page) -> str | None:
        if page["name"] in MEDIA and "invalid" in self.mistakes:
            self.mistakes.discard("invalid")
            return "not a code"
        if "wrong" not in self.mistakes or "options" in page or page["node"].startswith("password"):
            return None
        self.mistakes.discard("wrong")
        self.client.count["wrong answers"] += 1
        if page["name"] == "NEW_PASSWORD_REQUIRED":
            return "weak"
        return "bush" if page["name"] == "CUSTOM_CHALLENGE" else "000000"

    def find_answer(self, page: Page) -> str | None:
        match page["node"]:
            case "sms_mfa" | "email_otp" | "sms_otp":
                return self.find_latest_code(MEDIA[page["name"]])
            case "software_token_mfa":
                secret = list(self.totp_secrets)[-1 - page["rejected"] % len(self.totp_secrets)]
                return self.client.wait_for_totp_code(secret, self.totp_secrets[secret])
            case "totp_setup":
                return self.client.wait_for_totp_code(
                    page["secret"], self.totp_secrets.setdefault(page["secret"], set())
                )
            case "mfa_setup":
                option = self.random.choice(page["options"])
                return self.user.email if option == "EMAIL_OTP" else str(option)
            case "select_mfa_type" | "select_challenge":
                return str(self.random.choice(page["options"]))
            case "new_password_required":
                if self.user.password != NEW_PASSWORD:
                    self.other_password, self.user.password = self.user.password, NEW_PASSWORD
                return NEW_PASSWORD
            case "password" | "password_srp":
                return self.user.password
            case "custom_challenge":
                return RIDDLE["private"]
        raise AssertionError(redact(page))

    def find_latest_code(self, medium: str) -> str | None:
        """Return the newest code of this attempt that was not tried yet; None if there is none."""
        codes = [message.code for message in self.inbox[self.old_codes :] if message.medium == medium]
        code = next((code for code in reversed(codes) if code not in self.tried_codes), None)
        self.tried_codes |= {code} if code else set()
        return code

    async def prepare_next_attempt(self, page: Page) -> None:
        """Check that the outcome allows another attempt, and prepare it."""
        outcome = page.get("reason", page["outcome"])
        self.client.count[f"started again: {outcome}"] += 1
        match outcome:
            case "taken" | "session_expired" | "out of codes" | "device_rejected":
                return
            case "locked":
                await asyncio.sleep(1)
                return
            case "wrong_credentials" if self.other_password:
                self.other_password, self.user.password = self.user.password, self.other_password
                return
        raise AssertionError(f"{self.user.username} can't sign in: {redact(page)}")
