"""What random walks share: the flows under way, what a model knows of them, and what must hold after every move."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
)

from authflow import AppClient, Calling, Device, Failed, Flow, SignedIn, Stamp, dumps, loads
from authflow.challenges import TotpSetup
from authflow.emulator import Emulator
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.jose import PoolKeys
from authflow.machines import remember_device
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOKENS, TOTP, PoolModel, SignModel, expected
from tests.support.people import WRONG, Person, Site, site

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
ANY_POOL = st.builds(
    PoolModel,
    mfa=st.sampled_from(["OFF", "OPTIONAL", "ON"]),
    factors=st.sets(st.sampled_from(ALL), min_size=1).map(lambda able: tuple(sorted(able))),
    challenges_devices=st.booleans(),
    asks_to_remember=st.booleans(),
    requires_name=st.booleans(),
    codes_first=st.booleans(),
    riddles=st.integers(min_value=1, max_value=3),
    alias=st.booleans(),
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
        self._keys = PoolKeys(Entropy())

    def site_of(self, pool: PoolModel) -> Site:
        """Make a pool for one walk; such pools sign with the same keys, one after the other."""
        made = site(self.emulator, self.clock, pool, UsernameConfiguration={"CaseSensitive": True})
        self.emulator._service.pools[made.world.pool_id].keys = self._keys
        return made


class Walker(RuleBasedStateMachine):
    """A walk through one pool: all but its moves."""

    any_pool = False
    realm: Realm
    site: Site
    app: AppClient

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

    def teardown(self) -> None:
        for person in self.people:
            self.site.world.admin("AdminDeleteUser", person.username)
        if self.any_pool:
            self.site.world.call("DeleteUserPool", UserPoolId=self.site.world.pool_id)

    def stamp(self) -> Stamp:
        self.realm.count += 1
        return Stamp(self.realm.clock.now, self.realm.count.to_bytes(64, "big"))

    # What always holds

    @invariant()
    def a_request_exists_if_and_only_if_the_flow_is_calling(self) -> None:
        for sign in self.signs:
            assert (sign.flow.request is not None) == isinstance(sign.flow.state, Calling) == (not sign.flow.is_resting)

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
            self._disturb_others(sign)
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
                self._disturb_others(sign)
            case "SELECT_MFA_TYPE" | "MFA_SETUP" if sign.flow.node != "totp_setup":
                model.proven.add(f"chose {sign.chosen}")
            case "CUSTOM_CHALLENGE":
                model.riddles_left -= sign.given == "right"
            case "EMAIL_OTP" | "SMS_OTP" if "first" not in model.proven:
                model.proven.add("first")
            case "SMS_MFA" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA":
                model.proven.add("second")
                if asked.name == "EMAIL_OTP":
                    if not person.model.email:
                        self._disturb_others(sign)
                    person.model.email = True
                    person.model.enabled_factors |= {EMAIL} if "chose EMAIL_OTP" in model.proven else set()

    def _disturb_others(self, sign: Sign) -> None:
        """A new password or factor ends what else the person has under way."""
        for other in self.signs:
            other.disturbed |= other.person is sign.person and other is not sign

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
        assert tokens.username == person.username, "whatever was entered_username, the canonical name"
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
