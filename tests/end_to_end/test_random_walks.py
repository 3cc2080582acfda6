"""Random walks: sign-ins against the emulator, with random legal and illegal steps.

After every step the test checks that a request exists if and only if the flow is calling; that the next challenge is
the one that the model predicts; that tokens are issued only when the model says so; that a challenge survives a
snapshot; and that no password, secret, SRP value, code or token appears in any text.
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
from authflow.core.secret import Secret
from authflow.core.transitions import Row, TransitionTable
from authflow.machines.sign_in.table import TABLE, TRANSITIONS, Trigger
from tests.support.model import EMAIL, SMS, TOTP, SignInModel, UserModel
from tests.support.random_walk import (
    ALL,
    ANY_POOL,
    KINDS,
    NAMES,
    PASSWORDS,
    PREFERENCES,
    SETTINGS,
    BaseWalk,
    SharedPools,
    SignIn,
)
from tests.support.users import WRONG_PASSWORD, User, create_user


class Walk(BaseWalk):
    """One walk in one pool."""

    @initialize(secret=st.booleans(), data=st.data())
    def choose_pool(self, secret: bool, data: st.DataObject) -> None:
        if self.any_pool:
            self.pool = self.shared.make_temporary_pool(data.draw(ANY_POOL))
        self.app = self.pool.make_app(secret)
        if self.app.client_secret:
            self.secrets.add(self.app.client_secret.reveal())
        self._add_user(data)

    # Changes to users and the clock

    @precondition(lambda self: len(self.users) < 3)
    @rule(data=st.data())
    def add_user(self, data: st.DataObject) -> None:
        self._add_user(data)

    def _add_user(self, data: st.DataObject) -> None:
        pool = self.pool.model
        factors = data.draw(st.sets(st.sampled_from(ALL))) | ({SMS} if pool.codes_first else set())
        enabled = frozenset(factors & set(pool.factors)) if pool.mfa != "OFF" else frozenset()
        model = UserModel(
            temporary=data.draw(st.sampled_from([False, False, True] if pool.codes_first else [False, True])),
            email=EMAIL in factors,
            phone=SMS in factors,
            totp=TOTP in factors and TOTP in pool.factors,
            enabled_factors=enabled,
            preferred=data.draw(st.sampled_from([None, *sorted(enabled)])),
        )
        password = data.draw(PASSWORDS)
        user = create_user(self.pool, model, password, suffix=data.draw(NAMES))
        self.users.append(user)
        self.secrets |= {password, *([user.totp.secret] if user.totp else [])}

    @precondition(lambda self: self.users)
    @rule(
        data=st.data(),
        event=st.sampled_from(["password", "enable", "enable", "disable", "time", "time"]),
        password=PASSWORDS,
        seconds=st.sampled_from([1, 100, 200, 4000, 31 * 86_400]),
    )
    def change_user_or_clock(self, data: st.DataObject, event: str, password: str, seconds: int) -> None:
        user = data.draw(st.sampled_from(self.users))
        if event == "time":
            self._let_time_pass(seconds)
        elif event == "password":
            self._change_password(user, password)
        else:
            self._enable(user, enabled=event == "enable")

    def _change_password(self, user: User, password: str) -> None:
        self.pool.world.call_admin("AdminSetUserPassword", user.username, Password=password, Permanent=True)
        user.password, user.model.temporary = password, False
        self.secrets.add(password)
        self.stale.discard(user.username)
        self._disturb(user)

    def _enable(self, user: User, *, enabled: bool) -> None:
        self.pool.world.call_admin("AdminEnableUser" if enabled else "AdminDisableUser", user.username)
        (self.disabled.discard if enabled else self.disabled.add)(user.username)
        if not enabled:
            self._disturb(user)

    def _let_time_pass(self, seconds: int) -> None:
        self.shared.clock.now += timedelta(seconds=seconds)
        for user in self.users:
            self._disturb(user)
        if seconds >= 4000:
            self.wrong.clear()
        if seconds > 7 * 86_400:
            self.stale |= {user.username for user in self.users if user.model.temporary}

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def forget_device(self, data: st.DataObject) -> None:
        username = data.draw(st.sampled_from(sorted(self.devices)))
        self.pool.world.call_admin("AdminForgetDevice", username, DeviceKey=self.devices[username].key)
        user = next(user for user in self.users if user.username == username)
        self._disturb(user)
        self.forgotten = self.devices.pop(username)
        for sign_in in self.sign_ins:
            sign_in.model.device &= sign_in.user is not user
        self._begin_with(user, "password", forgotten=True)

    # New sign-ins

    @precondition(lambda self: self.users and len(self._calling_sign_ins()) < 3)
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
        user = data.draw(st.sampled_from(self.users))
        kind = "choice" if self.pool.model.codes_first and kind != "custom" else kind
        self._begin_with(user, kind, preferred=preferred, right=right, admin=admin, alias=alias)
        if at_once:
            self._finish(data)

    def _begin_with(self, user: User, kind: str, *, forgotten: bool = False, **how: Any) -> None:
        right, admin = how.get("right", True), how.get("admin", False) or kind == "admin_no_srp"
        preferred = how.get("preferred") if kind == "choice" else None
        opened = "password" if kind == "admin_no_srp" else kind
        opening = user.make_opening(opened, right=right, alias=how.get("alias", False), preferred=preferred)
        device = self.devices.get(user.username) if kind != "choice" else None
        model = SignInModel(kind, preferred, device=device is not None, riddles_left=self.pool.model.riddles)
        if kind in ("srp", "password", "custom_srp"):
            model.proven.add("first")
        if kind == "admin_no_srp":
            model.preferred = "ADMIN_NO_SRP_AUTH"
        key = self.forgotten.key if forgotten else device.key if device else None
        flow = begin(self.app, opening, self.make_stamp(), admin=admin, device_key=key)
        asks_password = kind not in ("custom", "choice", "admin_no_srp")
        sign_in = SignIn(flow, user, model, is_right=right or not asks_password)
        sign_in.is_disturbed = user.username in self.disabled | self.stale or self.wrong[user.username] >= 4
        self.sign_ins.append(sign_in)
        if not sign_in.is_right:
            self._count_wrong(user)
        self._record(sign_in)

    @precondition(lambda self: len(self._calling_sign_ins()) < 3)
    @rule(name=NAMES, opening=st.sampled_from([Srp, Password, Choice]))
    def begin_with_unknown_username(self, name: str, opening: type[Srp | Password | Choice]) -> None:
        name = f"nobody-{name}"
        opened = Choice(name) if opening is Choice else opening(name, WRONG_PASSWORD)
        sign_in = SignIn(
            begin(self.app, opened, self.make_stamp()), None, SignInModel("nobody"), is_right=False, is_disturbed=True
        )
        self.sign_ins.append(sign_in)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), by_auth_flow=st.booleans(), forged=st.booleans())
    def begin_refresh(self, data: st.DataObject, by_auth_flow: bool, forged: bool) -> None:
        user, token, key = data.draw(st.sampled_from(self.tokens))
        opening = Refresh(token + "x" if forged else token, user.username, by_auth_flow=by_auth_flow)
        flow = begin(self.app, opening, self.make_stamp(), device_key=key)
        model = SignInModel("refresh", proven={"first", "second"})
        self.sign_ins.append(SignIn(flow, None if forged else user, model, is_disturbed=True))

    # Steps of sign-ins: mostly the expected one, sometimes a wrong answer or a cancellation

    @precondition(lambda self: self._open_sign_ins())
    @rule(data=st.data(), times=st.integers(min_value=1, max_value=5))
    def take_steps(self, data: st.DataObject, times: int) -> None:
        sign_in = data.draw(st.sampled_from(self._open_sign_ins()))
        for _ in range(times):
            if not self._has_ended(sign_in):
                self._take_step(sign_in, data)

    @precondition(lambda self: self._open_sign_ins())
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self._finish(data)

    def _finish(self, data: st.DataObject) -> None:
        sign_in = self._open_sign_ins()[-1]
        while not self._has_ended(sign_in):
            self._take_step(sign_in, data)

    def _take_step(self, sign_in: SignIn, data: st.DataObject) -> None:
        accepted = sign_in.flow.machine.transitions.list_triggers(sign_in.flow.node)
        if data.draw(st.integers(min_value=0, max_value=23)) == 23:
            assert "cancel" in accepted
            self._cancel(sign_in)
        elif sign_in.flow.challenge is not None:
            assert any(trigger.startswith("answer") for trigger in accepted)
            self._answer(sign_in, data)
        else:
            assert "refused" in accepted
            self._call(sign_in)

    def _call(self, sign_in: SignIn) -> None:
        request: Any = sign_in.flow.request
        assert request
        sign_in.earlier.append(request)
        if sign_in.model.opening == "admin_no_srp" and isinstance(request, AdminInitiateAuth):
            # Only old clients leave out the password. Cognito then asks for it with ADMIN_NO_SRP_AUTH.
            parameters = tuple(pair for pair in request.auth_parameters if pair[0] != "PASSWORD")
            request = replace(request, auth_flow="ADMIN_NO_SRP_AUTH", auth_parameters=parameters)
        before = sign_in.flow
        try:
            reply = self.shared.emulator.backend().call(request)
        except Refusal as refusal:
            self.shown.append(repr(refusal))
            sign_in.flow = sign_in.flow.refuse(refusal, self.make_stamp())
        else:
            sign_in.flow = sign_in.flow.receive(reply, self.make_stamp())
        self._record(sign_in)
        self._check_outcome(sign_in, before)

    def _answer(self, sign_in: SignIn, data: st.DataObject) -> None:
        challenge, user = sign_in.flow.challenge, sign_in.user
        assert challenge is not None
        if user is None:
            self._cancel(sign_in)
            return
        # Few walks come to TotpSetup, so the first code there is always wrong: its row is not left to chance
        wrong = data.draw(st.integers(min_value=0, max_value=3)) == 3
        wrong |= isinstance(challenge, TotpSetup) and challenge.rejected is None
        if isinstance(challenge, DeviceSrp):
            device = self.devices.get(user.username) or Device("eu-west-1_0", "-g", "no secret")
            answer: Any = challenge.answer(replace(device, secret=Secret("wr0ng")) if wrong else device)
            sign_in.is_disturbed |= wrong or user.username not in self.devices
        else:
            answer = self._make_answer(sign_in, data, wrong)
        if answer is None:
            self._cancel(sign_in)
            return
        sign_in.flow = sign_in.flow.answer(answer, self.make_stamp())
        self._record(sign_in)

    def _make_answer(self, sign_in: SignIn, data: st.DataObject, wrong: bool) -> Any:
        challenge, user = sign_in.flow.challenge, sign_in.user
        assert challenge is not None
        assert user is not None
        sign_in.chosen = None
        if isinstance(challenge, SelectMfaType | SelectChallenge | MfaSetup):
            if not challenge.options:
                return None
            sign_in.chosen = data.draw(st.sampled_from(challenge.options))
            return user.answer(challenge, sign_in.chosen)
        if wrong and (answer := user.make_wrong_answer(challenge)):
            self._count_wrong(user)
            sign_in.is_disturbed |= challenge.name == "CUSTOM_CHALLENGE"
            sign_in.is_right &= not challenge.name.startswith(("PASSWORD", "ADMIN"))
            sign_in.given = "wrong"
            return answer
        sign_in.given = "right"
        if isinstance(challenge, NewPasswordRequired):
            new = data.draw(PASSWORDS) + "aB"
            sign_in.given = new
            self.secrets.add(new)
            return challenge.answer(new, **dict.fromkeys(challenge.required_attributes, "Lovelace"))
        if isinstance(challenge, SoftwareTokenMfa | TotpSetup):
            for other in self.sign_ins:  # the answer moves the clock forward by 30 seconds
                other.is_disturbed |= other is not sign_in
            if challenge.rejected and challenge.rejected.times > 3:
                return None
        return user.answer(challenge)

    def _cancel(self, sign_in: SignIn) -> None:
        sign_in.flow = sign_in.flow.cancel(self.make_stamp())
        assert isinstance(sign_in.flow.state, Failed)
        assert sign_in.flow.state.reason is Reason.CANCELLED
        assert sign_in.flow.cancel(self.make_stamp()) == sign_in.flow

    # Steps that must fail

    @precondition(lambda self: self.sign_ins)
    @rule(data=st.data(), event=st.sampled_from(["receive", "refuse", "answer", "dumps"]))
    def send_illegal_event(self, data: st.DataObject, event: str) -> None:
        flow = data.draw(st.sampled_from(self.sign_ins)).flow
        calling, asking = isinstance(flow.state, Calling), flow.challenge is not None
        legal = {"receive": calling, "refuse": calling, "answer": asking}
        if event == "dumps" and (calling or isinstance(flow.state, SignedIn)):
            with pytest.raises(SnapshotError):
                dumps(flow)
        elif not legal.get(event, True):
            with pytest.raises(IllegalTransition) as caught:
                self._send_event(flow, event)
            self.shown.append(str(caught.value))

    def _send_event(self, flow: Flow, event: str) -> None:
        stamp = self.make_stamp()
        match event:
            case "receive":
                flow.receive({}, stamp)
            case "refuse":
                flow.refuse(Refusal("X"), stamp)
            case "answer":
                flow.answer(NewPasswordRequired(session=Secret("s"), asked_at=stamp.at).answer("pw"), stamp)

    @precondition(lambda self: any(sign_in.earlier for sign_in in self.sign_ins))
    @rule(data=st.data())
    def replay_request(self, data: st.DataObject) -> None:
        sign_in = data.draw(st.sampled_from([sign_in for sign_in in self.sign_ins if sign_in.earlier]))
        request = data.draw(st.sampled_from(sign_in.earlier))
        if not request.operation.endswith("RespondToAuthChallenge") or not isinstance(sign_in.flow.state, SignedIn):
            return
        if request.params().get("Session"):  # a proof without a Session works again
            with pytest.raises(Refusal):
                self.shared.emulator.backend().call(request)

    @precondition(lambda self: len(self._asking_sign_ins()) > 1)
    @rule()
    def answer_another_flow(self) -> None:
        first, second = self._asking_sign_ins()[:2]
        assert first.flow.challenge
        assert second.flow.challenge
        answer = NewPasswordRequired(session=first.flow.challenge.session, asked_at=self.make_stamp().at).answer("pw")
        with pytest.raises((InvalidInput, IllegalTransition)):
            second.flow.answer(answer, self.make_stamp())


@pytest.mark.slow
def test_random_walks_reach_every_row_and_meet_the_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    walked: Counter[Row] = Counter()
    tables = tuple(TRANSITIONS.values())
    find_successor = TransitionTable.find_successor

    def count_rows(rules: TransitionTable, node: str, trigger: str) -> str:
        destination = find_successor(rules, node, trigger)
        walked.update(row for row in TABLE if rules in tables and row.trigger == trigger and node in row.sources)
        return destination

    monkeypatch.setattr(TransitionTable, "find_successor", count_rows)
    monkeypatch.setattr(Walk, "shared", SharedPools(), raising=False)
    caplog.set_level(logging.DEBUG, "authflow")
    for pool in Walk.shared.pools:
        monkeypatch.setattr(Walk, "pool", pool, raising=False)
        run_state_machine_as_test(Walk, settings=SETTINGS)
    monkeypatch.setattr(Walk, "any_pool", True)
    run_state_machine_as_test(Walk, settings=SETTINGS)
    with capsys.disabled():
        print("\nrows walked:", ", ".join(f"{row.trigger} {walked[row]}" for row in TABLE))
    # passkeys are tested in test_passkeys.py, from both of the row's sources: these users have none
    assert [row.trigger for row in TABLE if not walked[row]] == [Trigger.WEB_AUTHN]
    assert not caplog.records, "the library logs nothing"
