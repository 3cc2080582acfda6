"""Random walks: flows driven against the emulator by moves drawn from the table, legal and illegal.

After every move: a request exists if and only if the flow is calling; tokens came only after a right proof; a resting
challenge survives its snapshot; and no password, secret, SRP value or token has shown anywhere.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from authflow import (
    AppClient,
    Calling,
    Failed,
    Flow,
    IllegalTransition,
    InvalidInput,
    Password,
    Reason,
    Refresh,
    Refusal,
    SignedIn,
    SnapshotError,
    Srp,
    Stamp,
    begin,
    dumps,
    loads,
)
from authflow.challenges import NewPasswordRequired
from authflow.emulator import Emulator
from authflow.machine import Row, Rulebook
from authflow.sign_in.table import TABLE
from tests.emulator.world import Clock, World

LETTERS: Final = "aZ09éßñΩя漢字🐍ǅ\u0301._-"  # what people type; one of them combines, one has three cases
NAMES = st.text(LETTERS, min_size=1, max_size=12)
PASSWORDS = st.text(LETTERS + "!?:+", max_size=12).map("Pass-w0rd:".__add__)
WRONG = "Wr0ng-passw0rd!"


@dataclass
class Person:
    """What the model knows of a user: it predicts, the emulator decides."""

    username: str
    typed: str
    password: str
    temporary: bool
    required: bool
    enabled: bool = True


@dataclass
class Sign:
    """A flow, and what was put into it."""

    flow: Flow
    person: Person | None
    password: str | None
    rested: int = 0
    earlier: list[Any] = field(default_factory=list)


class Realm:
    """Pools that live as long as the test: making their keys is slow. Their users live for one walk."""

    def __init__(self) -> None:
        self.clock = Clock()
        empty = World(Emulator(self.clock, seed="walk"), self.clock, "", "")
        family_name = {"Name": "family_name", "AttributeDataType": "String", "Required": True, "Mutable": True}
        by_alias = empty.pool(AliasAttributes=["email"])
        by_email = empty.pool(UsernameAttributes=["email"], Schema=[family_name])
        self.worlds = [
            by_alias,
            by_alias.client(GenerateSecret=True, PreventUserExistenceErrors="ENABLED"),
            by_email.client(GenerateSecret=True),
            by_email.client(
                ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
                RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
            ),
        ]
        self.count = 0


class Walk(RuleBasedStateMachine):
    """One walk through one pool."""

    realm: Realm

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Person] = []
        self.signs: list[Sign] = []
        self.tokens: list[tuple[Person, str]] = []
        self.secrets: set[str] = {WRONG}
        self.shown: list[str] = []

    @initialize(
        number=st.integers(min_value=0, max_value=3),
        name=NAMES,
        password=PASSWORDS,
        temporary=st.booleans(),
        aliased=st.booleans(),
    )
    def choose_pool(self, number: int, name: str, password: str, temporary: bool, aliased: bool) -> None:
        self.world = self.realm.worlds[number]
        self.app = AppClient(self.world.pool_id, self.world.client_id, self.world.secret)
        self.by_email = number >= 2
        if self.world.secret:
            self.secrets.add(self.world.secret)
        self.create_user(name, password, temporary, aliased)

    def teardown(self) -> None:
        for person in self.people:
            self.world.admin("AdminDeleteUser", person.username)

    def stamp(self) -> Stamp:
        self.realm.count += 1
        return Stamp(self.realm.clock.now, self.realm.count.to_bytes(64, "big"))

    # The world changes

    @precondition(lambda self: len(self.people) < 3)
    @rule(name=NAMES, password=PASSWORDS, temporary=st.booleans(), aliased=st.booleans())
    def create_user(self, name: str, password: str, temporary: bool, aliased: bool) -> None:
        number = len(self.people)
        name, email = f"{number}.{name}", f"person{number}@example.com"
        attributes = {"email": email, "email_verified": "true"}
        username = self.world.invited(email if self.by_email else name, password, **attributes)
        if not temporary:
            self.world.admin("AdminSetUserPassword", username, Password=password, Permanent=True)
        typed = email if aliased or self.by_email else username
        self.people.append(Person(username, typed, password, temporary, required=self.by_email))
        self.secrets.add(password)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), password=PASSWORDS)
    def change_password(self, data: st.DataObject, password: str) -> None:
        person = data.draw(st.sampled_from(self.people))
        self.world.admin("AdminSetUserPassword", person.username, Password=password, Permanent=True)
        person.password, person.temporary = password, False
        self.secrets.add(password)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), enabled=st.sampled_from([True, True, False]))
    def enable_or_disable_user(self, data: st.DataObject, enabled: bool) -> None:
        person = data.draw(st.sampled_from(self.people))
        person.enabled = enabled
        self.world.admin("AdminEnableUser" if person.enabled else "AdminDisableUser", person.username)

    @rule(seconds=st.sampled_from([1, 100, 200, 4000, 31 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.realm.clock.now += timedelta(seconds=seconds)

    # Flows begin

    @precondition(lambda self: len(self._calling()) < 3)
    @rule(
        data=st.data(),
        opening=st.sampled_from([Srp, Password]),
        right=st.sampled_from([True, True, False]),
        admin=st.booleans(),
    )
    def begin_as(self, data: st.DataObject, opening: type[Srp | Password], right: bool, admin: bool) -> None:
        person = data.draw(st.sampled_from(self.people))
        password = person.password if right else WRONG
        self._begin(opening(person.typed, password), admin, person, password)

    @precondition(lambda self: len(self._calling()) < 3)
    @rule(name=NAMES, opening=st.sampled_from([Srp, Password]))
    def begin_as_nobody(self, name: str, opening: type[Srp | Password]) -> None:
        self._begin(opening(f"nobody-{name}", WRONG), False, None, WRONG)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), by_auth_flow=st.booleans(), forged=st.booleans())
    def begin_refresh(self, data: st.DataObject, by_auth_flow: bool, forged: bool) -> None:
        person, token = data.draw(st.sampled_from(self.tokens))
        opening = Refresh(token + "x" if forged else token, person.username, by_auth_flow=by_auth_flow)
        self._begin(opening, False, None if forged else person, None)

    def _begin(self, opening: Any, admin: bool, person: Person | None, password: str | None) -> None:
        sign = Sign(begin(self.app, opening, self.stamp(), admin=admin), person, password)
        self.signs.append(sign)
        self._note(sign)

    # Flows go on: mostly by what comes next, now and then by giving up

    @precondition(lambda self: self._open())
    @rule(data=st.data(), times=st.integers(min_value=1, max_value=5))
    def move(self, data: st.DataObject, times: int) -> None:
        sign = data.draw(st.sampled_from(self._open()))
        for _ in range(times):
            if accepted := sign.flow.book.rules.accepted(sign.flow.node):
                self._move(sign, accepted, data)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def move_the_latest_to_its_end(self, data: st.DataObject) -> None:
        sign = self._open()[-1]
        while accepted := sign.flow.book.rules.accepted(sign.flow.node):
            self._move(sign, accepted, data)

    def _move(self, sign: Sign, accepted: tuple[str, ...], data: st.DataObject) -> None:
        if data.draw(st.integers(min_value=0, max_value=15)) == 15:
            assert "cancel" in accepted
            self._cancel(sign)
        elif "answer" in accepted:
            self._answer(sign, data.draw(PASSWORDS), data.draw(st.sampled_from([False, False, True])))
        else:
            assert "refused" in accepted
            self._call(sign)

    def _call(self, sign: Sign) -> None:
        request = sign.flow.request
        assert request
        sign.earlier.append(request)
        try:
            reply = self.world.emulator.backend().call(request)
        except Refusal as refusal:
            self.shown.append(repr(refusal))
            sign.flow = sign.flow.refuse(refusal, self.stamp())
        else:
            sign.flow = sign.flow.receive(reply, self.stamp())
        self._note(sign)
        self._judge(sign)

    def _answer(self, sign: Sign, password: str, weak: bool) -> None:
        assert isinstance(sign.flow.challenge, NewPasswordRequired)
        given = dict.fromkeys(sign.flow.challenge.required_attributes, "Lovelace")
        sign.password = "weak" if weak else password + "aB"
        sign.flow = sign.flow.answer(sign.flow.challenge.reply(sign.password, **given), self.stamp())
        self.secrets |= {sign.password} - {"weak"}
        self._note(sign)

    def _cancel(self, sign: Sign) -> None:
        sign.flow = sign.flow.cancel(self.stamp())
        assert isinstance(sign.flow.state, Failed)
        assert sign.flow.state.reason is Reason.CANCELLED

    # What must not work

    @precondition(lambda self: self.signs)
    @rule(data=st.data(), event=st.sampled_from(["receive", "refuse", "answer", "cancel", "dumps"]))
    def illegal(self, data: st.DataObject, event: str) -> None:
        flow = data.draw(st.sampled_from(self.signs)).flow
        calling, asking = isinstance(flow.state, Calling), flow.challenge is not None
        legal = {"receive": calling, "refuse": calling, "answer": asking, "cancel": calling or asking}
        if event == "dumps" and (calling or isinstance(flow.state, SignedIn)):
            with pytest.raises(SnapshotError):
                dumps(flow)
        elif not legal.get(event, True):
            with pytest.raises(IllegalTransition) as caught:
                self._do(flow, event)
            self.shown.append(str(caught.value))

    def _do(self, flow: Flow, event: str) -> None:
        stamp = self.stamp()
        match event:
            case "receive":
                flow.receive({}, stamp)
            case "refuse":
                flow.refuse(Refusal("X"), stamp)
            case "answer":
                flow.answer(NewPasswordRequired(session="s", asked_at=stamp.at).reply("pw"), stamp)
            case "cancel":
                flow.cancel(stamp)

    @precondition(lambda self: any(sign.earlier for sign in self.signs))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        sign = data.draw(st.sampled_from([sign for sign in self.signs if sign.earlier]))
        request = data.draw(st.sampled_from(sign.earlier))
        if request.operation.endswith("RespondToAuthChallenge") and isinstance(sign.flow.state, SignedIn):
            with pytest.raises(Refusal):
                self.world.emulator.backend().call(request)

    @precondition(lambda self: len(self._asking()) > 1)
    @rule()
    def swap_answers(self) -> None:
        first, second = self._asking()[:2]
        assert first.flow.challenge
        answer = first.flow.challenge.reply("N3w-passw0rd!", family_name="x")
        with pytest.raises(InvalidInput):
            second.flow.answer(answer, self.stamp())

    # What always holds

    @invariant()
    def a_request_exists_if_and_only_if_the_flow_is_calling(self) -> None:
        for sign in self.signs:
            assert (sign.flow.request is not None) == isinstance(sign.flow.state, Calling) == (not sign.flow.resting)

    @invariant()
    def a_challenge_survives_its_snapshot(self) -> None:
        for sign in self._asking():
            text = dumps(sign.flow)
            assert loads(text, self.app) == sign.flow
            self.shown.append(text)

    @invariant()
    def no_secret_shows(self) -> None:
        shown = "\n".join(self.shown)
        self.shown.clear()
        for secret in self.secrets:
            assert secret not in shown

    def _calling(self) -> list[Sign]:
        return [sign for sign in self.signs if isinstance(sign.flow.state, Calling)]

    def _open(self) -> list[Sign]:
        return self._calling() + self._asking()

    def _asking(self) -> list[Sign]:
        return [sign for sign in self.signs if sign.flow.challenge is not None]

    def _note(self, sign: Sign) -> None:
        """Keep what shows of a flow, and the secrets that must not show."""
        state = sign.flow.state
        self.shown += [repr(sign.flow), repr(sign.flow.request), repr(state)]
        if isinstance(state, Calling) and state.secrets:
            ephemeral = state.secrets.ephemeral
            self.secrets |= {str(ephemeral.private), f"{ephemeral.private:x}", f"{ephemeral.public:x}"}
        if isinstance(state, SignedIn):
            self.secrets |= {state.tokens.access_token, state.tokens.id_token, state.tokens.refresh_token}

    def _judge(self, sign: Sign) -> None:
        """Tokens only for a right proof of somebody who may sign in."""
        if not isinstance(sign.flow.state, SignedIn):
            return
        person, tokens = sign.person, sign.flow.state.tokens
        assert person is not None, "nobody has no tokens"
        assert person.enabled
        if sign.earlier[-1].operation.endswith("RespondToAuthChallenge") and person.temporary:
            person.password, person.temporary = str(sign.password), False
        if sign.password is not None:
            assert sign.password == person.password
            assert not person.temporary
        assert tokens.username == person.username, "whatever was typed, the canonical name"
        assert tokens.expires_at == self.realm.clock.now + timedelta(hours=1)
        self.tokens.append((person, tokens.refresh_token))


@pytest.mark.slow
def test_walks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    walked: Counter[Row] = Counter()
    successor = Rulebook.successor

    def noted(rules: Rulebook, node: str, trigger: str) -> str:
        destination = successor(rules, node, trigger)
        walked[next(row for row in TABLE if row.trigger == trigger and node in row.sources)] += 1
        return destination

    monkeypatch.setattr(Rulebook, "successor", noted)
    monkeypatch.setattr(Walk, "realm", Realm(), raising=False)
    caplog.set_level(logging.DEBUG, "authflow")
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=250, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    with capsys.disabled():
        print("\nrows walked:", ", ".join(f"{row.trigger} {walked[row]}" for row in TABLE))
    assert all(walked[row] for row in TABLE)
    assert not caplog.records, "the library logs nothing"
