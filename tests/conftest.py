"""Fixtures for several test modules."""

from collections.abc import Iterator

import pytest

from tests.support.redis_server import CLUSTER, NO_SAVING, RedisServer, running
from tests.support.stores import Loop, Time


@pytest.fixture
def loop() -> Iterator[Loop]:
    """An event loop for one test."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def time() -> Time:
    """A clock that only the test moves."""
    return Time()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis server for all tests: each test uses its own key names, or empties the server first."""
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def cluster_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis Cluster of one node, for all tests."""
    with running(tmp_path_factory.mktemp("cluster"), (*NO_SAVING, *CLUSTER)) as server:
        server.become_cluster()
        yield server
