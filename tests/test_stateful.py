"""Random walks: flows driven against the emulator by moves drawn from the table, legal and illegal.

After every move: a request exists if and only if the flow is calling; what comes next is what the model says; tokens
come only when the model says that all is proven; a resting challenge survives its snapshot; and no password, secret,
SRP value, code or token has shown anywhere.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
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
    Stamp,
    begin,
    dumps,
    loads,
    remember_device,
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
from authflow.emulator import Emulator
from authflow.machine import Row, Rulebook
from authflow.requests import AdminInitiateAuth
from authflow.sign_in.table import TABLE
from tests.emulator.world import Clock
from tests.model import EMAIL, SMS, TOKENS, TOTP, PoolModel, SignModel, UserModel, expected
from tests.people import WRONG, Person, Site, register, site

LETTERS: Final = "aZ09éßñΩя漢字🐍ǅ\u0301._-"  # what people type; one of them combines, one has three cases
NAMES = st.text(LETTERS, min_size=1, max_size=12)
PASSWORDS = st.text(LETTERS + "!?:+", max_size=12).map("Pass-w0rd:".__add__)
ALL = (SMS, TOTP, EMAIL)
POOLS: Final = (
    PoolModel(requires_name=True),
    PoolModel(codes_first=True),
    PoolModel("OPTIONAL", ALL),
    PoolModel("OPTIONAL", (SMS, TOTP), challenges_devices=True, riddles=2),
    PoolModel("ON", ALL, challenges_devices=True, asks_to_remember=True),
    PoolModel("ON", (TOTP,), requires_name=True),
    PoolModel("OFF", challenges_devices=True),
)
# The same walks in each run: that all rows are walked must not depend on luck. Nothing is shrunk: that takes minutes.
SETTINGS: Final = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
KINDS = ["srp", "password", "custom", "custom_srp", "choice", "admin_no_srp"]
PREFERENCES = [None, "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"]


@dataclass
class Sign:
    """A flow, and what was put into it.

    ``disturbed``: something happened after which Cognito may refuse what else it would not.
    """

    flow: Flow
    person: Person | None
    model: SignModel
    right: bool = True
    disturbed: bool = False
    chosen: str | None = None
    given: str | None = None
    earlier: list[Any] = field(default_factory=list)


class Realm:
    """Pools that live as long as the test: making their keys is slow. Their users live for one walk."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.emulator = Emulator(self.clock, seed="walk")
        self.sites = [
            site(
                self.emulator,
                self.clock,
                pool,
                AliasAttributes=["email"],
                UsernameConfiguration={"CaseSensitive": True},
            )
            for pool in POOLS
        ]
        self.count = 0


class Walk(RuleBasedStateMachine):
    """One walk through one pool."""

    realm: Realm
    site: Site

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Person] = []
        self.signs: list[Sign] = []
        self.tokens: list[tuple[Person, str, str | None]] = []
        self.devices: dict[str, Device] = {}
        self.wrong: Counter[str] = Counter()
        self.disabled: set[str] = set()
        self.stale: set[str] = set()
        self.secrets: set[str] = {WRONG}
        self.shown: list[str] = []

    @initialize(secret=st.booleans(), data=st.data())
    def begin_here(self, secret: bool, data: st.DataObject) -> None:
        self.app: AppClient = self.site.app(secret)
        if self.app.client_secret:
            self.secrets.add(self.app.client_secret)
        self._create(data)

    def teardown(self) -> None:
        for person in self.people:
            self.site.world.admin("AdminDeleteUser", person.username)

    def stamp(self) -> Stamp:
        self.realm.count += 1
        return Stamp(self.realm.clock.now, self.realm.count.to_bytes(64, "big"))

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
        accepted = sign.flow.book.rules.accepted(sign.flow.node)
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
            answer: Any = challenge.reply(replace(device, secret="wr0ng") if wrong else device)
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
            return person.reply(challenge, sign.chosen)
        if wrong and (answer := person.wrong_reply(challenge)):
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
            return challenge.reply(new, **dict.fromkeys(challenge.required_attributes, "Lovelace"))
        if isinstance(challenge, SoftwareTokenMfa | TotpSetup):
            for other in self.signs:  # the answer moves the clock by half a minute
                other.disturbed |= other is not sign
            if challenge.rejected and challenge.rejected.times > 3:
                return None
        return person.reply(challenge)

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
                flow.answer(NewPasswordRequired(session="s", asked_at=stamp.at).reply("pw"), stamp)

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
        answer = NewPasswordRequired(session=first.flow.challenge.session, asked_at=self.stamp().at).reply("pw")
        with pytest.raises((InvalidInput, IllegalTransition)):
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
            back = loads(text, self.app)
            assert back == sign.flow
            sign.flow = back  # suspended and resumed, all the time
            if not isinstance(sign.flow.challenge, TotpSetup):
                self.shown.append(text)

    @invariant()
    def no_secret_shows(self) -> None:
        shown = "\n".join(self.shown)
        self.shown.clear()
        for secret in self.secrets:
            assert secret not in shown

    def _calling(self) -> list[Sign]:
        return [sign for sign in self.signs if isinstance(sign.flow.state, Calling)]

    def _asking(self) -> list[Sign]:
        return [sign for sign in self.signs if sign.flow.challenge is not None]

    def _open(self) -> list[Sign]:
        return [sign for sign in self.signs if not self._ended(sign)]

    def _ended(self, sign: Sign) -> bool:
        return isinstance(sign.flow.state, SignedIn | Failed)

    def _note(self, sign: Sign) -> None:
        """Keep what shows of a flow, and the secrets that must not show."""
        state = sign.flow.state
        self.shown += [repr(sign.flow), repr(sign.flow.request), repr(state)]
        if isinstance(state, Calling) and state.secrets:
            ephemeral = state.secrets.ephemeral
            self.secrets |= {str(ephemeral.private), f"{ephemeral.private:x}", ephemeral.srp_a}
        if isinstance(state, SignedIn):
            self.secrets |= {state.tokens.access_token, state.tokens.id_token, state.tokens.refresh_token}
        if isinstance(state, TotpSetup):
            self.secrets.add(state.secret)

    def _judge(self, sign: Sign, before: Flow) -> None:
        """Hold what came against what the model says."""
        state, person = sign.flow.state, sign.person
        if before.node == "refreshing":
            assert not isinstance(state, SignedIn) or person
            return
        if isinstance(state, Failed):
            assert sign.disturbed or not sign.right, (state, before.node, sign.model)
            return
        asked = sign.flow.challenge
        self._learn(sign, before, again=asked is not None and asked.rejected is not None)
        if person is None:
            assert not isinstance(state, SignedIn), "nobody has no tokens"
        elif asked is not None:
            assert sign.right or asked.name in ("SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP", "ADMIN_NO_SRP_AUTH")
            assert asked.name == self._predicted(sign), (sign.model, person.model)
        elif isinstance(state, SignedIn):
            assert sign.right
            assert person.username not in self.disabled
            done = self._predicted(sign)
            assert done == (TOKENS if before.node != "verifying_device" else "DEVICE_SRP_AUTH"), (sign.model, person)
            self._signed_in(sign, person)

    def _learn(self, sign: Sign, before: Flow, *, again: bool) -> None:
        """Tell the model what the answer proved."""
        call = before.state
        asked = call.asked if isinstance(call, Calling) else None
        person, model = sign.person, sign.model
        if asked is None or again or person is None:
            if before.node == "completing_setup" and person:
                model.proven.add("second")
            elif before.node == "verifying_password" and model.opening == "choice":
                model.proven.add("first")
            return
        if sign.flow.node == "completing_setup":
            person.model.totp, person.model.enabled_factors = True, person.model.enabled_factors | {TOTP}
            return
        match asked.name:
            case "SELECT_CHALLENGE" | "PASSWORD" | "PASSWORD_SRP" | "ADMIN_NO_SRP_AUTH":
                chosen = sign.chosen or asked.name
                if chosen in ("EMAIL_OTP", "SMS_OTP"):
                    model.preferred = chosen
                elif chosen != "PASSWORD_SRP":
                    model.proven.add("first")
            case "NEW_PASSWORD_REQUIRED":
                person.password, person.model.temporary = str(sign.given), False
                for other in self.signs:
                    other.disturbed |= other.person is person and other is not sign
            case "SELECT_MFA_TYPE" | "MFA_SETUP" if sign.flow.node != "totp_setup":
                model.proven.add(f"chose {sign.chosen}")
            case "CUSTOM_CHALLENGE":
                model.riddles_left -= sign.given == "right"
            case "EMAIL_OTP" | "SMS_OTP" if "first" not in model.proven:
                model.proven.add("first")
            case "SMS_MFA" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA":
                model.proven.add("second")
                if asked.name == "EMAIL_OTP":
                    person.model.email = True
                    person.model.enabled_factors |= {EMAIL} if "chose EMAIL_OTP" in model.proven else set()

    def _predicted(self, sign: Sign) -> str:
        assert sign.person
        if sign.flow.node == "totp_setup":
            return "MFA_SETUP"
        chosen = [proof.removeprefix("chose ") for proof in sign.model.proven if proof.startswith("chose ")]
        if chosen and "second" not in sign.model.proven:
            return chosen[0]
        if sign.model.opening == "admin_no_srp" and "first" not in sign.model.proven:
            return "ADMIN_NO_SRP_AUTH"
        return expected(self.site.model, sign.person.model, sign.model)

    def _signed_in(self, sign: Sign, person: Person) -> None:
        state = sign.flow.state
        assert isinstance(state, SignedIn)
        tokens, device = state.tokens, self.devices.get(person.username)
        assert tokens.username == person.username, "whatever was typed, the canonical name"
        assert tokens.expires_at == self.realm.clock.now + timedelta(hours=1)
        if tokens.new_device and device is None:
            device = self._remember(tokens)
            self.devices[person.username] = device
            self.secrets.add(device.secret)
        self.tokens.append((person, tokens.refresh_token, device.key if device else None))

    def _remember(self, tokens: Any) -> Device:
        flow = remember_device.begin(self.app, tokens, self.stamp())
        while flow.request is not None:
            flow = flow.receive(self.realm.emulator.backend().call(flow.request), self.stamp())
        assert isinstance(flow.state, remember_device.Kept)
        assert flow.state.remembered
        return flow.state.device


@pytest.mark.slow
def test_walks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    walked: Counter[Row] = Counter()
    successor = Rulebook.successor

    def noted(rules: Rulebook, node: str, trigger: str) -> str:
        destination = successor(rules, node, trigger)
        walked.update(row for row in TABLE if rules.table == TABLE and row.trigger == trigger and node in row.sources)
        return destination

    monkeypatch.setattr(Rulebook, "successor", noted)
    monkeypatch.setattr(Walk, "realm", Realm(), raising=False)
    caplog.set_level(logging.DEBUG, "authflow")
    for place in Walk.realm.sites:
        monkeypatch.setattr(Walk, "site", place, raising=False)
        run_state_machine_as_test(Walk, settings=SETTINGS)
    with capsys.disabled():
        print("\nrows walked:", ", ".join(f"{row.trigger} {walked[row]}" for row in TABLE))
    assert [row for row in TABLE if not walked[row]] == []
    assert not caplog.records, "the library logs nothing"
