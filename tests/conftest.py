"""Fixtures that several modules use."""

from collections.abc import Iterator

import pytest

from tests.support.redis_server import CLUSTER, NO_SAVING, RedisServer, running
from tests.support.stores import Loop, Time


@pytest.fixture
def loop() -> Iterator[Loop]:
    """An event loop of the test's own."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def time() -> Time:
    """Stands still until the test lets it pass."""
    return Time()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all tests, so each uses names of its own, or empties it first."""
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def cluster_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis Cluster of one node, for all tests."""
    with running(tmp_path_factory.mktemp("cluster"), (*NO_SAVING, *CLUSTER)) as server:
        server.become_cluster()
        yield server
