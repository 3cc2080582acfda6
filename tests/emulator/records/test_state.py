"""How long the emulator keeps its state, and what a seed makes repeatable."""

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
from authflow.emulator._records.sessions import Session, Sessions
from authflow.emulator._records.sign_in import SignIn
from tests.support.emulator.mfa import TOTP, configure, send_password
from tests.support.emulator.world import TEMPORARY, Clock, World

NOW = datetime(2026, 11, 7, tzinfo=UTC)


def test_expired_entries_are_removed() -> None:
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


def test_an_entry_put_often_takes_no_more_room() -> None:
    entries: ExpiringMap[int] = ExpiringMap()
    for second in range(1000):
        entries.put("a", second, until=NOW + timedelta(seconds=second), now=NOW)
    assert len(entries._due) == 1
    assert entries.pop("a") == 999
    entries.put("a", 1, until=NOW + timedelta(hours=1), now=NOW)
    entries.put("b", 2, until=NOW, now=NOW + timedelta(minutes=30))
    assert (entries.get("a"), len(entries._due)) == (1, 2)
    entries.put("c", 3, until=NOW, now=NOW + timedelta(hours=2))
    assert len(entries) == len(entries._due) == 1


def test_opaque_texts() -> None:
    texts = OpaqueTokens(Entropy(1), 400)
    identifier, text = texts.issue()
    assert len(text) == 400
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert texts.verify(text) == identifier
    assert OpaqueTokens(Entropy(2), 400).verify(text) is None
    for other in ("", text[:-1], text + "A", text[:-1] + "=", "é" + text[1:]):
        assert texts.verify(other) is None


def test_expired_sessions_are_removed() -> None:
    sessions = Sessions(Entropy())
    for number in range(20):
        now = NOW + timedelta(minutes=5 * number)
        sessions.issue(Session("client", "sub", 0, "SMS_MFA", SignIn(), now + timedelta(minutes=3)), now)
    assert len(sessions) == 4


def test_what_expired_long_ago_is_told_apart_from_what_is_unknown(world: World, clock: Clock) -> None:
    """Whether others have used the emulator since, so that it is no longer kept, makes no difference."""
    world.make_user("bob")
    token = world.get_tokens()["RefreshToken"]
    configure(world, "ON", TOTP)
    session = send_password(world)["Session"]
    clock.forward(days=400)
    send_password(world, "bob")
    configure(world, "OFF")
    world.get_tokens("bob")
    answer = world.make_respond_params("MFA_SETUP", session, USERNAME="ada")
    refresh = world.make_initiate_params("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)
    renewal = {"ClientId": world.client_id, "RefreshToken": token}
    assert world.expect_refusal("RespondToAuthChallenge", **answer).endswith("session is expired.")
    assert world.expect_refusal("AssociateSoftwareToken", Session=session).endswith("session is expired.")
    assert world.expect_refusal("InitiateAuth", **refresh).endswith("Refresh Token has expired")
    assert world.expect_refusal("GetTokensFromRefreshToken", **renewal).endswith("Refresh Token has expired")


def test_outbox() -> None:
    outbox = Outbox()
    for number in range(CAPACITY + 5):
        outbox.send(Message("p", "ada", "a@example.com", "EMAIL", Purpose.SIGN_UP, str(number)))
    assert len(outbox) == CAPACITY
    assert outbox[-1].code == str(CAPACITY + 4)
    assert outbox[0].code == "5"
    assert [message.code for message in outbox[-2:]] == [str(CAPACITY + 3), str(CAPACITY + 4)]


@pytest.mark.parametrize("length", [6, 8, 99])
def test_generated_passwords_conform_to_the_policy(length: int) -> None:
    policy = {**DEFAULT_POLICY, "MinimumLength": length}
    for seed in range(50):
        check_password_policy(policy, generate_password(policy, Entropy(seed)))


def collect_values(seed: int | None) -> list[str]:
    """Return all values that a seed makes repeatable."""
    world = World(Emulator(Clock(), seed), Clock(), "", "").make_pool(AutoVerifiedAttributes=["email"])
    secretive = world.make_client(GenerateSecret=True)
    world.call_admin("AdminCreateUser", "ada", UserAttributes=[{"Name": "email", "Value": "ada@example.com"}])
    invitation = world.get_last_message().code
    session = world.initiate(USERNAME="ada", PASSWORD=invitation)["Session"]
    challenge = world.start_srp("ada")
    attributes = [{"Name": "email", "Value": "eve@example.com"}]
    world.call("SignUp", ClientId=world.client_id, Username="eve", Password=TEMPORARY, UserAttributes=attributes)
    code = world.get_last_message().code
    ids = [world.pool_id, world.client_id, secretive.secret or ""]
    return [*ids, invitation, session, challenge["SALT"], challenge["SRP_B"], code]


def test_a_seed_repeats_everything() -> None:
    assert collect_values(7) == collect_values(7)


def test_another_seed_or_none_gives_other_values() -> None:
    for other in (collect_values(8), collect_values(None)):
        assert not set(collect_values(7)) & set(other)


def test_the_system_clock_by_default() -> None:
    world = World(Emulator(), Clock(datetime.now(UTC)), "", "").make_pool()
    world.make_user("ada")
    assert "AuthenticationResult" in world.sign_in_with_srp("ada")


def test_a_naive_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"):
        Emulator(lambda: datetime(2026, 11, 7))  # noqa: DTZ001 - naive on purpose


def test_every_pool_has_its_own_keys(empty: World) -> None:
    pools = [empty.make_pool() for _ in range(3)]
    kids = {key["kid"] for world in pools for key in empty.emulator.jwks(world.pool_id)["keys"]}
    assert len(kids) == 6
    for world in pools:
        world.make_user("ada")
        assert world.call("GetUser", AccessToken=world.get_tokens()["AccessToken"])["Username"] == "ada"


def test_many_threads(world: World) -> None:
    for number in range(4):
        world.make_user(f"user-{number}")
    with ThreadPoolExecutor(4) as executor:
        replies = list(executor.map(lambda number: world.sign_in_with_srp(f"user-{number % 4}"), range(16)))
    assert all("AuthenticationResult" in reply for reply in replies)


def test_an_emulator_says_little_of_itself(world: World) -> None:
    assert world.pool_id not in repr(world.emulator)
