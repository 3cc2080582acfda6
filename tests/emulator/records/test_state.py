"""What the emulator keeps, and for how long; what a seed repeats."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from authflow.emulator import Emulator, Message, Outbox, Purpose
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.opaque import OpaqueTokens
from authflow.emulator._crypto.passwords import DEFAULT_POLICY, check_password_policy, generate_password
from authflow.emulator._outbox import CAPACITY
from authflow.emulator._records.expiring import ExpiringMap
from tests.support.emulator.world import TEMPORARY, Clock, World

NOW = datetime(2026, 11, 7, tzinfo=UTC)


def test_expiring_entries_go_when_they_are_due() -> None:
    kept: ExpiringMap[int] = ExpiringMap()
    for number in range(100):
        now = NOW + timedelta(seconds=number)
        kept.put(str(number), number, until=now + timedelta(seconds=10), now=now)
    assert len(kept) == 11
    assert kept.get("5") is None
    assert kept.get("99") == 99
    assert kept.values() == list(range(89, 100))


def test_an_entry_put_again_stays_for_longer() -> None:
    kept: ExpiringMap[int] = ExpiringMap()
    kept.put("a", 1, until=NOW, now=NOW)
    kept.put("a", 2, until=NOW + timedelta(minutes=2), now=NOW)
    kept.put("b", 3, until=NOW, now=NOW + timedelta(minutes=1))
    assert kept.get("a") == 2


def test_opaque_texts() -> None:
    texts = OpaqueTokens(Entropy(1), 400)
    identifier, text = texts.issue()
    assert len(text) == 400
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert texts.verify(text) == identifier
    assert OpaqueTokens(Entropy(2), 400).verify(text) is None
    for other in ("", text[:-1], text + "A", text[:-1] + "=", "é" + text[1:]):
        assert texts.verify(other) is None


def test_sessions_do_not_pile_up(world: World, clock: Clock) -> None:
    world.invited("bob")
    sessions = world.emulator._service.sessions
    for _ in range(20):
        world.initiate(USERNAME="bob", PASSWORD=TEMPORARY)
        clock.forward(minutes=5)
    assert len(sessions) <= 4


def test_outbox() -> None:
    outbox = Outbox()
    for number in range(CAPACITY + 5):
        outbox.send(Message("p", "ada", "a@example.com", "EMAIL", Purpose.SIGN_UP, str(number)))
    assert len(outbox) == CAPACITY
    assert outbox[-1].code == str(CAPACITY + 4)
    assert outbox[0].code == "5"
    assert [message.code for message in outbox[-2:]] == [str(CAPACITY + 3), str(CAPACITY + 4)]


@pytest.mark.parametrize("length", [6, 8, 99])
def test_generated_passwords_keep_the_policy(length: int) -> None:
    policy = {**DEFAULT_POLICY, "MinimumLength": length}
    for seed in range(50):
        check_password_policy(policy, generate_password(policy, Entropy(seed)))


def walk(seed: int | None) -> list[str]:
    """Return everything that a seed is to repeat."""
    world = World(Emulator(Clock(), seed), Clock(), "", "").pool(AutoVerifiedAttributes=["email"])
    secretive = world.client(GenerateSecret=True)
    world.admin("AdminCreateUser", "ada", UserAttributes=[{"Name": "email", "Value": "ada@example.com"}])
    invitation = world.last_message().code
    session = world.initiate(USERNAME="ada", PASSWORD=invitation)["Session"]
    challenge = world.srp_challenge("ada")
    attributes = [{"Name": "email", "Value": "eve@example.com"}]
    world.call("SignUp", ClientId=world.client_id, Username="eve", Password=TEMPORARY, UserAttributes=attributes)
    code = world.last_message().code
    ids = [world.pool_id, world.client_id, secretive.secret or ""]
    return [*ids, invitation, session, challenge["SALT"], challenge["SRP_B"], code]


def test_a_seed_repeats_everything() -> None:
    assert walk(7) == walk(7)


def test_other_seeds_and_none_repeat_nothing() -> None:
    for other in (walk(8), walk(None)):
        assert not set(walk(7)) & set(other)


def test_the_system_clock_by_default() -> None:
    world = World(Emulator(), Clock(datetime.now(UTC)), "", "").pool()
    world.user("ada")
    assert "AuthenticationResult" in world.srp("ada")


def test_a_naive_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Emulator(lambda: datetime(2026, 11, 7))  # noqa: DTZ001 - naive on purpose


def test_every_pool_has_keys_of_its_own(empty: World) -> None:
    pools = [empty.pool() for _ in range(3)]
    kids = {key["kid"] for world in pools for key in empty.emulator.jwks(world.pool_id)["keys"]}
    assert len(kids) == 6
    for world in pools:
        world.user("ada")
        assert world.call("GetUser", AccessToken=world.tokens()["AccessToken"])["Username"] == "ada"


def test_many_threads(world: World) -> None:
    for number in range(4):
        world.user(f"user-{number}")
    with ThreadPoolExecutor(4) as executor:
        replies = list(executor.map(lambda number: world.srp(f"user-{number % 4}"), range(16)))
    assert all("AuthenticationResult" in reply for reply in replies)


def test_an_emulator_says_little_of_itself(world: World) -> None:
    assert world.pool_id not in repr(world.emulator)
