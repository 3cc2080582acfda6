import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from authflow.emulator._crypto.entropy import Entropy
from authflow.emulator._crypto.jose import PoolKeys
from authflow.emulator._records.pool import UserPool
from authflow.emulator._service import Service
from authflow.emulator._tokens import issuing as tokens_module
from tests.support.emulator import fixtures
from tests.support.emulator.kept import keeping_everything

KEEP = "AUTHFLOW_TEST_STATE"


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


@pytest.fixture(autouse=bool(os.environ.get(KEEP)))
def everything_kept(tmp_path: Path) -> Iterator[None]:
    """With ``AUTHFLOW_TEST_STATE=1``, all tests keep the state in a file, which is compared after each request."""
    with keeping_everything(tmp_path):
        yield


clock, empty, world, secretive, guarded = (pytest.fixture(make) for make in fixtures.FIXTURES.values())
