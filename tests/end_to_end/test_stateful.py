"""Random walks: flows driven against the emulator by moves drawn from the table, legal and illegal.

After every move: a request exists if and only if the flow is calling; what comes next is what the model says; tokens
come only when the model says that all is proven; a resting challenge survives its snapshot; and no password, secret,
SRP value, code or token has shown anywhere.
"""

import logging
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from authflow import (
    Calling,
    Choice,
    Device,
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
    begin,
    dumps,
)
from authflow.challenges import (
    DeviceSrp,
    MfaSetup,
    NewPasswordRequired,
    SelectChallenge,
    SelectMfaType,
    SoftwareTokenMfa,
    TotpSetup,
)
from authflow.core.requests import AdminInitiateAuth
from authflow.core.transitions import Row, TransitionTable
from authflow.machines.sign_in.table import TABLE
from tests.support.model import EMAIL, SMS, TOTP, SignModel, UserModel
from tests.support.people import WRONG, Person, register
from tests.support.walking import ALL, ANY_POOL, KINDS, NAMES, PASSWORDS, PREFERENCES, SETTINGS, Realm, Sign, Walker


class Walk(Walker):
    """One walk through one pool."""

    @initialize(secret=st.booleans(), data=st.data())
    def begin_here(self, secret: bool, data: st.DataObject) -> None:
        if self.any_pool:
            self.site = self.realm.site_of(data.draw(ANY_POOL))
        self.app = self.site.app(secret)
        if self.app.client_secret:
            self.secrets.add(self.app.client_secret)
        self._create(data)

    # The world changes

    @precondition(lambda self: len(self.people) < 3)
    @rule(data=st.data())
    def create_user(self, data: st.DataObject) -> None:
        self._create(data)

    def _create(self, data: st.DataObject) -> None:
        pool = self.site.model
        able = data.draw(st.sets(st.sampled_from(ALL))) | ({SMS} if pool.codes_first else set())
        enabled = frozenset(able & set(pool.factors)) if pool.mfa != "OFF" else frozenset()
        model = UserModel(
            temporary=data.draw(st.sampled_from([False, False, True] if pool.codes_first else [False, True])),
            email=EMAIL in able,
            phone=SMS in able,
            totp=TOTP in able and TOTP in pool.factors,
            enabled_factors=enabled,
            preferred=data.draw(st.sampled_from([None, *sorted(enabled)])),
        )
        password = data.draw(PASSWORDS)
        person = register(self.site, model, password, suffix=data.draw(NAMES))
        self.people.append(person)
        self.secrets |= {password, *([person.totp.secret] if person.totp else [])}

    @precondition(lambda self: self.people)
    @rule(
        data=st.data(),
        event=st.sampled_from(["password", "enable", "enable", "disable", "time", "time"]),
        password=PASSWORDS,
        seconds=st.sampled_from([1, 100, 200, 4000, 31 * 86_400]),
    )
    def something_happens(self, data: st.DataObject, event: str, password: str, seconds: int) -> None:
        person = data.draw(st.sampled_from(self.people))
        if event == "time":
            self._let_time_pass(seconds)
        elif event == "password":
            self._change_password(person, password)
        else:
            self._enable(person, enabled=event == "enable")

    def _change_password(self, person: Person, password: str) -> None:
        self.site.world.admin("AdminSetUserPassword", person.username, Password=password, Permanent=True)
        person.password, person.model.temporary = password, False
        self.secrets.add(password)
        self.stale.discard(person.username)
        self._disturb(person)

    def _enable(self, person: Person, *, enabled: bool) -> None:
        self.site.world.admin("AdminEnableUser" if enabled else "AdminDisableUser", person.username)
        (self.disabled.discard if enabled else self.disabled.add)(person.username)
        if not enabled:
            self._disturb(person)

    def _let_time_pass(self, seconds: int) -> None:
        self.realm.clock.now += timedelta(seconds=seconds)
        for person in self.people:
            self._disturb(person)
        if seconds >= 4000:
            self.wrong.clear()
        if seconds > 7 * 86_400:
            self.stale |= {person.username for person in self.people if person.model.temporary}

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def forget_device(self, data: st.DataObject) -> None:
        username = data.draw(st.sampled_from(sorted(self.devices)))
        self.site.world.admin("AdminForgetDevice", username, DeviceKey=self.devices[username].key)
        person = next(person for person in self.people if person.username == username)
        self._disturb(person)
        self.forgotten = self.devices.pop(username)
        for sign in self.signs:
            sign.model.device &= sign.person is not person
        self._begin_with(person, "password", forgotten=True)

    def _disturb(self, person: Person) -> None:
        for sign in self.signs:
            sign.disturbed |= sign.person is person

    # Flows begin

    @precondition(lambda self: self.people and len(self._calling()) < 3)
    @rule(
        data=st.data(),
        kind=st.sampled_from(KINDS),
        at_once=st.booleans(),
        preferred=st.sampled_from(PREFERENCES),
        right=st.sampled_from([True, True, True, False]),
        admin=st.booleans(),
        alias=st.booleans(),
    )
    def begin_as(
        self,
        data: st.DataObject,
        kind: str,
        at_once: bool,
        preferred: str | None,
        right: bool,
        admin: bool,
        alias: bool,
    ) -> None:
        person = data.draw(st.sampled_from(self.people))
        kind = "choice" if self.site.model.codes_first and kind != "custom" else kind
        self._begin_with(person, kind, preferred=preferred, right=right, admin=admin, alias=alias)
        if at_once:
            self._move_to_the_end(data)

    def _begin_with(self, person: Person, kind: str, *, forgotten: bool = False, **how: Any) -> None:
        right, admin = how.get("right", True), how.get("admin", False) or kind == "admin_no_srp"
        preferred = how.get("preferred") if kind == "choice" else None
        opened = "password" if kind == "admin_no_srp" else kind
        opening = person.opening(opened, right=right, alias=how.get("alias", False), preferred=preferred)
        device = self.devices.get(person.username) if kind != "choice" else None
        model = SignModel(kind, preferred, device=device is not None, riddles_left=self.site.model.riddles)
        if kind in ("srp", "password", "custom_srp"):
            model.proven.add("first")
        if kind == "admin_no_srp":
            model.preferred = "ADMIN_NO_SRP_AUTH"
        key = self.forgotten.key if forgotten else device.key if device else None
        flow = begin(self.app, opening, self.stamp(), admin=admin, device_key=key)
        asks_password = kind not in ("custom", "choice", "admin_no_srp")
        sign = Sign(flow, person, model, right=right or not asks_password)
        sign.disturbed = person.username in self.disabled | self.stale or self.wrong[person.username] >= 4
        if not sign.right:
            self.wrong[person.username] += 1
        self.signs.append(sign)
        self._note(sign)

    @precondition(lambda self: len(self._calling()) < 3)
    @rule(name=NAMES, opening=st.sampled_from([Srp, Password, Choice]))
    def begin_as_nobody(self, name: str, opening: type[Srp | Password | Choice]) -> None:
        name = f"nobody-{name}"
        opened = Choice(name) if opening is Choice else opening(name, WRONG)
        sign = Sign(begin(self.app, opened, self.stamp()), None, SignModel("nobody"), right=False, disturbed=True)
        self.signs.append(sign)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), by_auth_flow=st.booleans(), forged=st.booleans())
    def begin_refresh(self, data: st.DataObject, by_auth_flow: bool, forged: bool) -> None:
        person, token, key = data.draw(st.sampled_from(self.tokens))
        opening = Refresh(token + "x" if forged else token, person.username, by_auth_flow=by_auth_flow)
        flow = begin(self.app, opening, self.stamp(), device_key=key)
        model = SignModel("refresh", proven={"first", "second"})
        self.signs.append(Sign(flow, None if forged else person, model, disturbed=True))

    # Flows go on: mostly by what comes next, now and then by a wrong answer or by giving up

    @precondition(lambda self: self._open())
    @rule(data=st.data(), times=st.integers(min_value=1, max_value=5))
    def move(self, data: st.DataObject, times: int) -> None:
        sign = data.draw(st.sampled_from(self._open()))
        for _ in range(times):
            if not self._ended(sign):
                self._move(sign, data)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def go_on_to_the_end(self, data: st.DataObject) -> None:
        self._move_to_the_end(data)

    def _move_to_the_end(self, data: st.DataObject) -> None:
        sign = self._open()[-1]
        while not self._ended(sign):
            self._move(sign, data)

    def _move(self, sign: Sign, data: st.DataObject) -> None:
        accepted = sign.flow.machine.transitions.list_triggers(sign.flow.node)
        if data.draw(st.integers(min_value=0, max_value=23)) == 23:
            assert "cancel" in accepted
            self._cancel(sign)
        elif sign.flow.challenge is not None:
            assert any(trigger.startswith("answer") for trigger in accepted)
            self._answer(sign, data)
        else:
            assert "refused" in accepted
            self._call(sign)

    def _call(self, sign: Sign) -> None:
        request: Any = sign.flow.request
        assert request
        sign.earlier.append(request)
        if sign.model.opening == "admin_no_srp" and isinstance(request, AdminInitiateAuth):
            # Only a client of old leaves the password out; Cognito asks for it then.
            left = tuple(pair for pair in request.auth_parameters if pair[0] != "PASSWORD")
            request = replace(request, auth_flow="ADMIN_NO_SRP_AUTH", auth_parameters=left)
        before = sign.flow
        try:
            reply = self.realm.emulator.backend().call(request)
        except Refusal as refusal:
            self.shown.append(repr(refusal))
            sign.flow = sign.flow.refuse(refusal, self.stamp())
        else:
            sign.flow = sign.flow.receive(reply, self.stamp())
        self._note(sign)
        self._judge(sign, before)

    def _answer(self, sign: Sign, data: st.DataObject) -> None:
        challenge, person = sign.flow.challenge, sign.person
        assert challenge is not None
        if person is None:
            self._cancel(sign)
            return
        wrong = data.draw(st.integers(min_value=0, max_value=3)) >= (2 if isinstance(challenge, TotpSetup) else 3)
        if isinstance(challenge, DeviceSrp):
            device = self.devices.get(person.username) or Device("eu-west-1_0", "-g", "no secret")
            answer: Any = challenge.answer(replace(device, secret="wr0ng") if wrong else device)
            sign.disturbed |= wrong or person.username not in self.devices
        else:
            answer = self._reply(sign, data, wrong)
        if answer is None:
            self._cancel(sign)
            return
        sign.flow = sign.flow.answer(answer, self.stamp())
        self._note(sign)

    def _reply(self, sign: Sign, data: st.DataObject, wrong: bool) -> Any:
        challenge, person = sign.flow.challenge, sign.person
        assert challenge is not None
        assert person is not None
        sign.chosen = None
        if isinstance(challenge, SelectMfaType | SelectChallenge | MfaSetup):
            if not challenge.options:
                return None
            sign.chosen = data.draw(st.sampled_from(challenge.options))
            return person.answer(challenge, sign.chosen)
        if wrong and (answer := person.wrong_answer(challenge)):
            self.wrong[person.username] += 1
            sign.disturbed |= self.wrong[person.username] >= 4 or challenge.name in ("CUSTOM_CHALLENGE",)
            sign.right &= not challenge.name.startswith(("PASSWORD", "ADMIN"))
            sign.given = "wrong"
            return answer
        sign.given = "right"
        if isinstance(challenge, NewPasswordRequired):
            new = data.draw(PASSWORDS) + "aB"
            sign.given = new
            self.secrets.add(new)
            return challenge.answer(new, **dict.fromkeys(challenge.required_attributes, "Lovelace"))
        if isinstance(challenge, SoftwareTokenMfa | TotpSetup):
            for other in self.signs:  # the answer moves the clock by half a minute
                other.disturbed |= other is not sign
            if challenge.rejected and challenge.rejected.times > 3:
                return None
        return person.answer(challenge)

    def _cancel(self, sign: Sign) -> None:
        sign.flow = sign.flow.cancel(self.stamp())
        assert isinstance(sign.flow.state, Failed)
        assert sign.flow.state.reason is Reason.CANCELLED
        assert sign.flow.cancel(self.stamp()) == sign.flow

    # What must not work

    @precondition(lambda self: self.signs)
    @rule(data=st.data(), event=st.sampled_from(["receive", "refuse", "answer", "dumps"]))
    def illegal(self, data: st.DataObject, event: str) -> None:
        flow = data.draw(st.sampled_from(self.signs)).flow
        calling, asking = isinstance(flow.state, Calling), flow.challenge is not None
        legal = {"receive": calling, "refuse": calling, "answer": asking}
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
                flow.answer(NewPasswordRequired(session="s", asked_at=stamp.at).answer("pw"), stamp)

    @precondition(lambda self: any(sign.earlier for sign in self.signs))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        sign = data.draw(st.sampled_from([sign for sign in self.signs if sign.earlier]))
        request = data.draw(st.sampled_from(sign.earlier))
        if request.operation.endswith("RespondToAuthChallenge") and isinstance(sign.flow.state, SignedIn):
            with pytest.raises(Refusal):
                self.realm.emulator.backend().call(request)

    @precondition(lambda self: len(self._asking()) > 1)
    @rule()
    def swap_answers(self) -> None:
        first, second = self._asking()[:2]
        assert first.flow.challenge
        assert second.flow.challenge
        answer = NewPasswordRequired(session=first.flow.challenge.session, asked_at=self.stamp().at).answer("pw")
        with pytest.raises((InvalidInput, IllegalTransition)):
            second.flow.answer(answer, self.stamp())


@pytest.mark.slow
def test_walks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    walked: Counter[Row] = Counter()
    successor = TransitionTable.find_successor

    def noted(rules: TransitionTable, node: str, trigger: str) -> str:
        destination = successor(rules, node, trigger)
        walked.update(row for row in TABLE if rules.rows == TABLE and row.trigger == trigger and node in row.sources)
        return destination

    monkeypatch.setattr(TransitionTable, "find_successor", noted)
    monkeypatch.setattr(Walk, "realm", Realm(), raising=False)
    caplog.set_level(logging.DEBUG, "authflow")
    for place in Walk.realm.sites:
        monkeypatch.setattr(Walk, "site", place, raising=False)
        run_state_machine_as_test(Walk, settings=SETTINGS)
    monkeypatch.setattr(Walk, "any_pool", True)
    run_state_machine_as_test(Walk, settings=SETTINGS)
    with capsys.disabled():
        print("\nrows walked:", ", ".join(f"{row.trigger} {walked[row]}" for row in TABLE))
    assert [row for row in TABLE if not walked[row]] == []
    assert not caplog.records, "the library logs nothing"
