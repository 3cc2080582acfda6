"""People at their browsers, who sign in over HTTP whatever happens to the service; see ``test_stop_and_go``."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import httpx
import pyotp

from authflow.emulator import Message
from authflow.emulator._messages.delivery import masked
from tests.support.emulator.lambdas import RIDDLE
from tests.support.emulator.world import Clock
from tests.support.people import CODES, NEW_PASSWORD, Person

Page = dict[str, Any]
SHOWN: Final = ("told", "node", "username", "destination", "parameters", "rejected", "reason", "why", "worker")
MOST_ATTEMPTS: Final = 40
MEDIA: Final = {"SMS_MFA": "SMS", "SMS_OTP": "SMS", "EMAIL_OTP": "EMAIL"}
WORST: Final = ("welcome", "asked", "failed", "mistyped", "again", "taken")  # what may be told, the best first
ANSWERED: Final = WORST[:3]
STEP: Final = 30  # seconds that a code of an authenticator is shown
DOUBLE_CLICKS: Final = 0.3  # of all answers
CLUMSY: Final = 0.3  # of all people


def shown(page: Page) -> Page:
    """What a failing test may show of a page: no tokens, secrets and handles."""
    return {name: page[name] for name in SHOWN if name in page}


@dataclass
class GoingClock(Clock):
    """Stands still until it is started; then it goes as fast as ours, and can be moved on."""

    ahead: timedelta | None = None

    def __call__(self) -> datetime:
        return self.now if self.ahead is None else datetime.now(UTC) + self.ahead


@dataclass
class Town:
    """Where people live: the way to the service, what was sent to them, and what the test counts.

    Attributes:
        ports: of the service's workers.
        inbox: the codes that were sent, by username.
        count: what happened how often.
        posted: notified of each request.
    """

    http: httpx.AsyncClient
    ports: list[int]
    clock: GoingClock
    inbox: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    count: Counter[str] = field(default_factory=Counter)
    workers: set[int] = field(default_factory=set)
    posted: asyncio.Condition = field(default_factory=asyncio.Condition)

    def has_posted(self, requests: int) -> bool:
        return self.count["requests posted"] >= requests

    async def post(self, port: int, path: str, form: Page) -> Page | None:
        """Send a form; None if the connection was lost on the way, so that nobody knows what came of it."""
        self.count["requests posted"] += 1
        async with self.posted:
            self.posted.notify_all()
        try:
            response = await self.http.post(f"http://127.0.0.1:{port}{path}", json=form)
        except httpx.TimeoutException as error:
            raise AssertionError(f"{path}: no answer from port {port}: {error!r}") from error
        except httpx.TransportError:
            self.count["connections lost"] += 1
            return None
        assert response.status_code == 200, (path, response.status_code, response.text)
        page: Page = response.json()
        self.workers.add(page["worker"])
        return page

    def code(self, secret: str, used: set[int]) -> str:
        """What an authenticator shows; each code is used once, so somebody who needs another one waits for it."""
        while True:
            present = int(self.clock().timestamp()) // STEP
            for step in (present, present + 1):
                if step not in used:
                    used.add(step)
                    return pyotp.TOTP(secret).generate_otp(step)
            assert self.clock.ahead is not None
            self.count["waited for another code of an authenticator"] += 1
            self.clock.ahead += timedelta(seconds=STEP)
            assert self.clock.ahead < timedelta(minutes=4), "the workers' clocks would be too far behind"


@dataclass
class Visitor:
    """A person who signs in.

    Attributes:
        pool: the number of the person's pool.
        kind, preferred: how the sign-in begins.
        spare: the password that holds if the new one does not: whether it was taken is unknown for a while.
        entries: the secrets in the authenticator, newest last, and the steps whose codes were used.
        clumsy: mistakes that will be made, each once.
        typed: codes of this attempt that were typed already.
        received: how many codes there were before it.
        servers: the workers whose pages it had.
        pages: those with the tokens.
        where: what the person does now, for a test that fails.
    """

    person: Person
    town: Town
    random: Random
    pool: int
    kind: str
    preferred: str | None
    spare: str | None = None
    entries: dict[str, set[int]] = field(default_factory=dict)
    clumsy: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    received: int = 0
    attempts: int = 0
    servers: set[int] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)
    where: str = "has not begun"

    def __post_init__(self) -> None:
        if self.person.totp:
            self.entries[self.person.totp.secret] = set()
        self.clumsy = {mistake for mistake in ("wrong", "mistyped") if self.random.random() < CLUMSY}

    async def day(self, turn: asyncio.Semaphore) -> None:
        """Come in; whoever may have a remembered device comes twice."""
        for _ in range(2 if self.person.site.model.challenges_devices else 1):
            async with turn:
                self.pages.append(await self.come_in())
                self.town.count["served by several workers"] += len(self.servers) > 1

    async def come_in(self) -> Page:
        """Sign in, from the start as often as need be; return the page with the tokens."""
        for _ in range(MOST_ATTEMPTS):
            self.attempts += 1
            page = await self.attempt()
            if page["told"] == "welcome":
                self.spare = None
                return page
            self.town.count["restarts"] += 1
            await self.reconsider(page)
        raise AssertionError(f"{self.person.username} is not in after {self.attempts} attempts: {shown(page)}")

    async def attempt(self) -> Page:
        """Sign in once, as far as it goes."""
        self.typed.clear()
        self.received, self.servers = len(self.inbox), set()
        page = await self.begin()
        while page["told"] == "asked":
            self.check(page)
            form = self.form(page)
            if form is None:
                return {"told": "out of codes"}
            asked, page = page, await self.answer(form)
            if page["told"] == "mistyped":
                self.town.count["mistyped"] += 1
                page = asked  # which is still open, and its handle good
        return page

    @property
    def inbox(self) -> list[Message]:
        return [message for message in self.town.inbox[self.person.username] if message.purpose in CODES]

    async def begin(self) -> Page:
        person = self.person
        form = {
            "kind": self.kind,
            "username": self.random.choice(sorted(self.names)),
            "password": person.password,
            "preferred": self.preferred,
            "browser": f"the browser of {person.username}",
        }
        return await self.sent("begin", form)

    async def answer(self, form: Page) -> Page:
        """Send an answer; some click twice, and both clicks go to different workers."""
        if self.random.random() >= DOUBLE_CLICKS:
            return await self.sent("answer", form)
        self.town.count["double-clicks"] += 1
        pages = await asyncio.gather(
            *(self.town.post(port, f"/{self.pool}/answer", form) for port in self.random.sample(self.town.ports, 2))
        )
        came = sorted((page for page in pages if page is not None), key=lambda page: WORST.index(page["told"]))
        told = [page["told"] for page in came]
        assert sum(one in ANSWERED for one in told) <= 1, f"both clicks were answered: {[shown(page) for page in came]}"
        self.town.count["double-clicks, one taken"] += told[1:] == ["taken"]
        if not came or told[0] == "again":
            return await self.sent("answer", form, again=True)
        return self.noted(came[0])

    async def sent(self, path: str, form: Page, *, again: bool = False) -> Page:
        """Send a form until there is an answer, each time to any worker."""
        while True:
            self.where = f"attempt {self.attempts}, {path} {form.get('node', '')}"
            page = await self.town.post(self.random.choice(self.town.ports), f"/{self.pool}/{path}", form)
            if page is not None and page["told"] == "again":
                self.town.count["told to try again"] += 1
            elif page is not None:
                if again:
                    self.town.count[f"{path} sent again: {page['told']}"] += 1
                return self.noted(page)
            again = True

    def noted(self, page: Page) -> Page:
        self.servers.add(page["worker"])
        self.where = f"attempt {self.attempts}, was told {page['told']} {page.get('node', '')}"
        return page

    @property
    def names(self) -> set[str]:
        """What this person may type as a name."""
        alias = self.person.model.email and self.person.site.model.alias
        return {self.person.username, self.person.email} if alias else {self.person.username}

    def check(self, page: Page) -> None:
        """A page shows what belongs to this person, and nothing of others."""
        person = self.person
        number = person.username.removeprefix("person")
        own = {masked(person.email), masked(f"+1555{int(number):07d}"), None}
        assert page["username"] in self.names, shown(page)
        assert page.get("destination") in own, shown(page)
        attributes, parameters = dict(page.get("attributes", ())), dict(page.get("parameters", ()))
        assert attributes.get("email", person.email) == person.email, shown(page)
        assert parameters.get("riddle", "").endswith(f", {person.username}?") or "riddle" not in parameters, shown(page)

    def form(self, page: Page) -> Page | None:
        """What this person fills in; None without another code to try."""
        form = {"handle": page["handle"], "node": page["node"], "password": self.person.password}
        required = page.get("required_attributes", ())
        typed = self.mistake(page) or self.right(page)
        if typed is None:
            return None
        return {**form, "typed": typed, "attributes": dict.fromkeys(required, "Lovelace")}

    def mistake(self, page: Page) -> str | None:
        asked_for_code = page["name"] in MEDIA
        if asked_for_code and "mistyped" in self.clumsy:
            self.clumsy.discard("mistyped")
            return "not a code"
        if "wrong" not in self.clumsy or "options" in page or page["node"].startswith("password"):
            return None
        self.clumsy.discard("wrong")
        self.town.count["wrong answers"] += 1
        if page["name"] == "NEW_PASSWORD_REQUIRED":
            return "weak"
        return "bush" if page["name"] == "CUSTOM_CHALLENGE" else "000000"

    def right(self, page: Page) -> str | None:
        match page["node"]:
            case "sms_mfa" | "email_otp" | "sms_otp":
                return self.latest(MEDIA[page["name"]])
            case "software_token_mfa":
                secret = list(self.entries)[-1 - page["rejected"] % len(self.entries)]
                return self.town.code(secret, self.entries[secret])
            case "totp_setup":
                return self.town.code(page["secret"], self.entries.setdefault(page["secret"], set()))
            case "mfa_setup":
                option = self.random.choice(page["options"])
                return self.person.email if option == "EMAIL_OTP" else str(option)
            case "select_mfa_type" | "select_challenge":
                return str(self.random.choice(page["options"]))
            case "new_password_required":
                if self.person.password != NEW_PASSWORD:
                    self.spare, self.person.password = self.person.password, NEW_PASSWORD
                return NEW_PASSWORD
            case "password" | "password_srp":
                return self.person.password
            case "custom_challenge":
                return RIDDLE["private"]
        raise AssertionError(shown(page))

    def latest(self, medium: str) -> str | None:
        """The newest code that was sent since this attempt began, of those not yet typed."""
        codes = [message.code for message in self.inbox[self.received :] if message.medium == medium]
        code = next((code for code in reversed(codes) if code not in self.typed), None)
        self.typed |= {code} if code else set()
        return code

    async def reconsider(self, page: Page) -> None:
        """Get ready for another attempt, if what was told is a reason for one."""
        told = page.get("reason", page["told"])
        self.town.count[f"began anew: {told}"] += 1
        match told:
            case "taken" | "session_expired" | "out of codes" | "device_rejected":
                return
            case "locked":
                await asyncio.sleep(1)
                return
            case "wrong_credentials" if self.spare:
                self.spare, self.person.password = self.person.password, self.spare
                return
        raise AssertionError(f"{self.person.username} is kept out: {shown(page)}")
