"""The base of random walks: pools, sign-ins, the model's predictions, and the invariants that are checked."""

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
from tests.support.model import EMAIL, SMS, TOKENS, TOTP, PoolModel, SignInModel, predict_next
from tests.support.users import WRONG_PASSWORD, Pool, User, make_pool

LETTERS: Final = "aZ09éßñΩя漢字🐍ǅ\u0301._-"  # among them a combining character, and one with three cases
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
    factors=st.sets(st.sampled_from(ALL), min_size=1).map(lambda factors: tuple(sorted(factors))),
    challenges_devices=st.booleans(),
    asks_to_remember=st.booleans(),
    requires_name=st.booleans(),
    codes_first=st.booleans(),
    riddles=st.integers(min_value=1, max_value=3),
    alias=st.booleans(),
)
# Each run takes the same walks, so that every row of the table is reached. Shrinking is off, because it takes minutes.
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
class SignIn:
    """A flow, and what the test knows of it.

    Attributes:
        is_right: whether no wrong password was given.
        is_disturbed: whether something else happened, so that Cognito may refuse a correct answer.
        chosen: the latest chosen option.
        given: the latest answer.
        earlier: the requests that were sent.
    """

    flow: Flow
    user: User | None
    model: SignInModel
    is_right: bool = True
    is_disturbed: bool = False
    chosen: str | None = None
    given: str | None = None
    earlier: list[Any] = field(default_factory=list)


class SharedPools:
    """Pools for all walks, because creating their keys is slow. Users are deleted after each walk."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.emulator = Emulator(self.clock, seed="walk")
        self.pools = [
            make_pool(
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

    def make_temporary_pool(self, pool: PoolModel) -> Pool:
        """Create a pool for one walk. All such pools share their signing keys."""
        made = make_pool(self.emulator, self.clock, pool, UsernameConfiguration={"CaseSensitive": True})
        self.emulator._service.pools[made.world.pool_id].keys = self._keys
        return made


class BaseWalk(RuleBasedStateMachine):
    """A walk in one pool, without the rules of its steps."""

    any_pool = False
    shared: SharedPools
    pool: Pool
    app: AppClient

    def __init__(self) -> None:
        super().__init__()
        self.users: list[User] = []
        self.sign_ins: list[SignIn] = []
        self.tokens: list[tuple[User, str, str | None]] = []
        self.devices: dict[str, Device] = {}
        self.wrong: Counter[str] = Counter()
        self.disabled: set[str] = set()
        self.stale: set[str] = set()
        self.secrets: set[str] = {WRONG_PASSWORD}
        self.shown: list[str] = []

    def teardown(self) -> None:
        for user in self.users:
            self.pool.world.call_admin("AdminDeleteUser", user.username)
        if self.any_pool:
            self.pool.world.call("DeleteUserPool", UserPoolId=self.pool.world.pool_id)

    def make_stamp(self) -> Stamp:
        self.shared.count += 1
        return Stamp(self.shared.clock.now, self.shared.count.to_bytes(64, "big"))

    # Invariants

    @invariant()
    def a_request_exists_if_and_only_if_the_flow_is_calling(self) -> None:
        for sign_in in self.sign_ins:
            assert (
                (sign_in.flow.request is not None)
                == isinstance(sign_in.flow.state, Calling)
                == (not sign_in.flow.is_resting)
            )

    @invariant()
    def a_challenge_survives_its_snapshot(self) -> None:
        for sign_in in self._asking_sign_ins():
            text = dumps(sign_in.flow)
            back = loads(text, self.app)
            assert back == sign_in.flow
            sign_in.flow = back  # go on with the loaded flow
            if not isinstance(sign_in.flow.challenge, TotpSetup):
                self.shown.append(text)

    @invariant()
    def no_secret_shows(self) -> None:
        shown = "\n".join(self.shown)
        self.shown.clear()
        for secret in self.secrets:
            assert secret not in shown

    def _calling_sign_ins(self) -> list[SignIn]:
        return [sign_in for sign_in in self.sign_ins if isinstance(sign_in.flow.state, Calling)]

    def _asking_sign_ins(self) -> list[SignIn]:
        return [sign_in for sign_in in self.sign_ins if sign_in.flow.challenge is not None]

    def _open_sign_ins(self) -> list[SignIn]:
        return [sign_in for sign_in in self.sign_ins if not self._has_ended(sign_in)]

    def _has_ended(self, sign_in: SignIn) -> bool:
        return isinstance(sign_in.flow.state, SignedIn | Failed)

    def _record(self, sign_in: SignIn) -> None:
        """Record the texts of a flow, and the secrets that must not be in them."""
        state = sign_in.flow.state
        self.shown += [repr(sign_in.flow), repr(sign_in.flow.request), repr(state)]
        if isinstance(state, Calling) and state.secrets:
            ephemeral = state.secrets.ephemeral
            self.secrets |= {str(ephemeral.private), f"{ephemeral.private:x}", ephemeral.srp_a}
        if isinstance(state, SignedIn):
            self.secrets |= {state.tokens.access_token, state.tokens.id_token, state.tokens.refresh_token}
        if isinstance(state, TotpSetup):
            self.secrets.add(state.secret.reveal())

    def _check_outcome(self, sign_in: SignIn, before: Flow) -> None:
        """Compare the flow's new state with the model's prediction."""
        state, user = sign_in.flow.state, sign_in.user
        if before.node == "refreshing":
            assert not isinstance(state, SignedIn) or user
            return
        if isinstance(state, Failed):
            assert sign_in.is_disturbed or not sign_in.is_right, (state, before.node, sign_in.model)
            return
        asked = sign_in.flow.challenge
        self._update_model(sign_in, before, again=asked is not None and asked.rejected is not None)
        if user is None:
            assert not isinstance(state, SignedIn), "an unknown user receives no tokens"
        elif asked is not None:
            assert sign_in.is_right or asked.name in (
                "SELECT_CHALLENGE",
                "PASSWORD",
                "PASSWORD_SRP",
                "ADMIN_NO_SRP_AUTH",
            )
            assert asked.name == self._predict_next(sign_in), (sign_in.model, user.model)
        elif isinstance(state, SignedIn):
            assert sign_in.is_right
            assert user.username not in self.disabled
            done = self._predict_next(sign_in)
            assert done == (TOKENS if before.node != "verifying_device" else "DEVICE_SRP_AUTH"), (sign_in.model, user)
            self._check_signed_in(sign_in, user)

    def _update_model(self, sign_in: SignIn, before: Flow, *, again: bool) -> None:
        """Record in the model what the answer has proven."""
        call = before.state
        asked = call.asked if isinstance(call, Calling) else None
        user, model = sign_in.user, sign_in.model
        if asked is None or again or user is None:
            if before.node == "completing_setup" and user:
                model.proven.add("second")
            elif before.node == "verifying_password" and model.opening == "choice":
                model.proven.add("first")
            return
        if sign_in.flow.node == "completing_setup":
            user.model.totp, user.model.enabled_factors = True, user.model.enabled_factors | {TOTP}
            self._disturb_others(sign_in)
            return
        match asked.name:
            case "SELECT_CHALLENGE" | "PASSWORD" | "PASSWORD_SRP" | "ADMIN_NO_SRP_AUTH":
                chosen = sign_in.chosen or asked.name
                if chosen in ("EMAIL_OTP", "SMS_OTP"):
                    model.preferred = chosen
                elif chosen != "PASSWORD_SRP":
                    model.proven.add("first")
            case "NEW_PASSWORD_REQUIRED":
                user.password, user.model.temporary = str(sign_in.given), False
                self._disturb_others(sign_in)
            case "SELECT_MFA_TYPE" | "MFA_SETUP" if sign_in.flow.node != "totp_setup":
                model.proven.add(f"chose {sign_in.chosen}")
            case "CUSTOM_CHALLENGE":
                model.riddles_left -= sign_in.given == "right"
            case "EMAIL_OTP" | "SMS_OTP" if "first" not in model.proven:
                model.proven.add("first")
            case "SMS_MFA" | "EMAIL_OTP" | "SOFTWARE_TOKEN_MFA":
                model.proven.add("second")
                if asked.name == "EMAIL_OTP":
                    if not user.model.email:
                        self._disturb_others(sign_in)
                    user.model.email = True
                    user.model.enabled_factors |= {EMAIL} if "chose EMAIL_OTP" in model.proven else set()

    def _disturb(self, user: User) -> None:
        """Mark all sign-ins of a user: what they depend on has changed."""
        for sign_in in self.sign_ins:
            sign_in.is_disturbed |= sign_in.user is user

    def _count_wrong(self, user: User) -> None:
        """Count a wrong password or code. A lockout concerns all sign-ins of the user, also those that began before."""
        self.wrong[user.username] += 1
        if self.wrong[user.username] >= 4:
            self._disturb(user)

    def _disturb_others(self, sign_in: SignIn) -> None:
        """Mark the user's other sign-ins: a new password or factor may end them."""
        for other in self.sign_ins:
            other.is_disturbed |= other.user is sign_in.user and other is not sign_in

    def _predict_next(self, sign_in: SignIn) -> str:
        assert sign_in.user
        if sign_in.flow.node == "totp_setup":
            return "MFA_SETUP"
        chosen = [proof.removeprefix("chose ") for proof in sign_in.model.proven if proof.startswith("chose ")]
        if chosen and "second" not in sign_in.model.proven:
            return chosen[0]
        if sign_in.model.opening == "admin_no_srp" and "first" not in sign_in.model.proven:
            return "ADMIN_NO_SRP_AUTH"
        return predict_next(self.pool.model, sign_in.user.model, sign_in.model)

    def _check_signed_in(self, sign_in: SignIn, user: User) -> None:
        state = sign_in.flow.state
        assert isinstance(state, SignedIn)
        tokens, device = state.tokens, self.devices.get(user.username)
        assert tokens.username == user.username, "the canonical username, whatever name was entered"
        assert tokens.expires_at == self.shared.clock.now + timedelta(hours=1)
        if tokens.new_device and device is None:
            device = self._remember(tokens)
            self.devices[user.username] = device
            self.secrets.add(device.secret.reveal())
        self.tokens.append((user, tokens.refresh_token, device.key if device else None))

    def _remember(self, tokens: Any) -> Device:
        flow = remember_device.begin(self.app, tokens, self.make_stamp())
        while flow.request is not None:
            flow = flow.receive(self.shared.emulator.backend().call(flow.request), self.make_stamp())
        assert isinstance(flow.state, remember_device.Kept)
        assert flow.state.remembered
        return flow.state.device
