"""The emulator's names of the nodes at which sign-ins stand are those of the library, and the console's picture has
them all."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from authflow import Authenticator, Flow, SignedIn
from authflow.challenges import MfaSetup, SelectChallenge, SelectMfaType
from authflow.emulator import Emulator
from authflow.emulator._auth.challenges import CHALLENGE_HANDLERS
from authflow.emulator._control.sign_ins import ASSOCIATED, NODES, VERIFIED
from authflow.emulator._transports.control.console import DIAGRAM
from authflow.machines.sign_in.table import Node
from tests.support.emulator.world import Clock
from tests.support.model import EMAIL, SMS, TOTP, PoolModel, UserModel
from tests.support.users import User, create_user, make_pool

NAMED = {*NODES.values(), ASSOCIATED, VERIFIED}
#: USER_SRP_AUTH has no Session before the password is proven: all is in the SECRET_BLOCK
WITHOUT_SESSION = ("USER_SRP_AUTH", "verifying_password")
ALL = (SMS, TOTP, EMAIL)
BOTH = UserModel(phone=True, enabled_factors=frozenset({SMS, EMAIL}))
INVITED = UserModel(temporary=True)
#: the opening, the pool, the user, and what is chosen where there is a choice
WALKS: list[tuple[str, PoolModel, UserModel, str | None]] = [
    ("srp", PoolModel("ON", ALL), UserModel(phone=True), SMS),
    ("srp", PoolModel("OPTIONAL", ALL), UserModel(totp=True, enabled_factors=frozenset({TOTP})), None),
    ("password", PoolModel("OPTIONAL", ALL), replace(BOTH, preferred=EMAIL), None),
    ("password", PoolModel("ON", (TOTP,)), UserModel(), TOTP),
    ("srp", PoolModel(challenges_devices=True), INVITED, None),
    ("custom", PoolModel(), UserModel(), None),
    ("custom_srp", PoolModel(), UserModel(), None),
    ("choice", PoolModel(codes_first=True), UserModel(phone=True), "SMS_OTP"),
    ("choice PASSWORD", PoolModel(), UserModel(), None),
    ("choice PASSWORD_SRP", PoolModel(), UserModel(), None),
]


class Walk:
    """A sign-in that notes after each reply where it stands, for the library and for the emulator."""

    def __init__(self, user: User, emulator: Emulator) -> None:
        self.nodes: list[tuple[str, str, list[str]]] = []
        self._user, self._emulator, pool = user, emulator, user.pool
        self._auth = Authenticator(
            pool.make_app(secret=False),
            emulator.backend(),
            devices=pool.devices,
            stamp=pool.make_stamp,
            observe=self._observe,
        )

    def run(self, kind: str, option: str | None) -> None:
        """Sign in with right answers until there are tokens."""
        kind, _, preferred = kind.partition(" ")
        opening = self._user.make_opening(kind, preferred=preferred or None)
        flow: Flow = self._auth.begin(opening, holder=f"browser of {self._user.username}")
        while flow.challenge is not None:
            is_choice = isinstance(flow.challenge, SelectMfaType | SelectChallenge | MfaSetup)
            flow = self._auth.answer(flow, self._user.answer(flow.challenge, option if is_choice else None))
        assert isinstance(flow.state, SignedIn), flow.state

    def _observe(self, before: Any, request: Any, outcome: Any, after: Any, seconds: float) -> None:  # noqa: ARG002 - the names belong to the protocol
        if isinstance(after, Flow) and after.node in set(Node):
            stand = [sign_in["node"] for sign_in in self._emulator.overview.list_sign_ins()]
            self.nodes.append((str(after.auth_flow), str(after.node), stand))


def check(nodes: list[tuple[str, str, list[str]]]) -> None:
    """Require that both sides name the same node after each reply, and the emulator none at the end."""
    for auth_flow, node, stand in nodes:
        is_shown = node != "signed_in" and (auth_flow, node) != WITHOUT_SESSION
        assert stand == ([node] if is_shown else []), nodes


def test_both_sides_name_the_same_node_after_each_reply() -> None:
    clock, met = Clock(), set()
    for kind, pool_model, user_model, option in WALKS:
        emulator = Emulator(clock, seed="nodes")
        user = create_user(make_pool(emulator, clock, pool_model), user_model)
        for _ in range(2 if pool_model.challenges_devices else 1):
            walk = Walk(user, emulator)
            walk.run(kind, option)
            check(walk.nodes)
            met |= {node for *_, nodes in walk.nodes for node in nodes}
    # the library sends a password with the first request of the admin API, so that none is asked for; passkeys have
    # tests of their own
    assert met == NAMED - {"admin_no_srp_auth", "web_authn"}


def test_each_challenge_of_the_emulator_has_a_node() -> None:
    assert NODES.keys() == CHALLENGE_HANDLERS.keys()
    assert set(Node) >= NAMED


def test_the_picture_has_each_node() -> None:
    nodes = ElementTree.parse(DIAGRAM).iter("{http://www.w3.org/2000/svg}g")  # noqa: S314 - our own
    ids = [node.attrib["id"] for node in nodes if node.attrib.get("class", "").startswith("node")]
    assert sorted(ids) == sorted(f"node-{node}" for node in Node)
