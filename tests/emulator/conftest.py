import pytest

from authflow.emulator import Emulator
from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.jose import PoolKeys
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Service
from authflow.emulator._tokens import issuing as tokens_module
from tests.support.emulator.mfa import SMS, configure
from tests.support.emulator.phones import make_tracking_pool
from tests.support.emulator.world import Clock, World


@pytest.fixture(scope="session")
def key_supply() -> list[PoolKeys]:
    """Key pairs for the first pools of each test, because generating key pairs is slow."""
    return [PoolKeys(Entropy()) for _ in range(2)]


@pytest.fixture(autouse=True)
def shared_keys(key_supply: list[PoolKeys], monkeypatch: pytest.MonkeyPatch) -> None:
    left, generate = iter(key_supply), tokens_module.get_pool_keys

    def keys(service: Service, pool: UserPool) -> PoolKeys:
        if pool.keys is None:
            pool.keys = next(left, None)
        return generate(service, pool)

    monkeypatch.setattr(tokens_module, "get_pool_keys", keys)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty(clock: Clock) -> World:
    """An emulator without pools."""
    return World(Emulator(clock), clock, "", "")


@pytest.fixture
def world(empty: World) -> World:
    """A pool with the confirmed user ada, and a client without a secret."""
    made = empty.make_pool()
    made.make_user("ada", email="ada@example.com", email_verified="true")
    return made


@pytest.fixture
def secretive(world: World) -> World:
    """The same pool, and a client with a secret."""
    return world.make_client(GenerateSecret=True)


@pytest.fixture
def guarded(empty: World) -> World:
    """A pool that tracks devices and has optional SMS MFA. Its user ada has a verified phone number."""
    made = make_tracking_pool(empty)
    number = [{"Name": "phone_number", "Value": "+15550109878"}, {"Name": "phone_number_verified", "Value": "true"}]
    made.call_admin("AdminUpdateUserAttributes", "ada", UserAttributes=number)
    configure(made, "OPTIONAL", SMS)
    return made
