"""Run a redis-server for tests, on a free loopback port and in a temporary directory."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.cluster import RedisCluster as AsyncRedisCluster
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.retry import Retry

PROGRAM = shutil.which("redis-server")
NO_SAVING = ("--save", "", "--appendonly", "no")
APPENDING = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")
CLUSTER = ("--cluster-enabled", "yes")


class RedisServer:
    """A running server."""

    def __init__(self, directory: Path, options: tuple[str, ...] = NO_SAVING) -> None:
        self._command = [PROGRAM or "redis-server", "--dir", str(directory), "--bind", "127.0.0.1", *options]
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or restart it with the data that it saved."""
        for _ in range(5):  # another program may take the port first
            self.port = self.port or _free_port()
            command = [*self._command, "--port", str(self.port), "--cluster-port", str(_free_port())]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self._wait_until_ready(self._process):
                return
            self.kill()
            self.port = 0
        raise RuntimeError("redis-server does not start")

    def kill(self) -> None:
        """Kill it without a shutdown, as in a crash."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self, **options: Any) -> redis.Redis:
        """Return a blocking client that does not repeat commands."""
        return redis.Redis(host="127.0.0.1", port=self.port, retry=Retry(NoBackoff(), 0), **options)

    def async_client(self, **options: Any) -> AsyncRedis:
        return AsyncRedis(host="127.0.0.1", port=self.port, retry=AsyncRetry(NoBackoff(), 0), **options)

    def cluster_client(self, **options: Any) -> RedisCluster:
        return RedisCluster(host="127.0.0.1", port=self.port, **options)

    def async_cluster_client(self, **options: Any) -> AsyncRedisCluster:
        return AsyncRedisCluster(host="127.0.0.1", port=self.port, **options)

    def become_cluster(self) -> None:
        """Become a cluster of one node: assign all slots, and wait until the cluster is ready."""
        with self.client() as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            _wait_until(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")))

    def read_all(self) -> list[bytes]:
        """Return all keys, and the fields and values of each."""
        with self.client() as client:
            found: list[bytes] = []
            for name in client.scan_iter():
                is_hash = client.type(name) == b"hash"
                values: Any = client.hgetall(name) if is_hash else {b"": client.get(name)}
                found += [name, *values, *values.values()]
            return found

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> bool:
        def is_ready() -> bool:
            with self.client() as client:
                try:
                    return bool(client.ping())
                except redis.ConnectionError:
                    return False

        return _wait_until(lambda: is_ready() or process.poll() is not None) and process.poll() is None


@contextmanager
def running(directory: Path, options: tuple[str, ...] = NO_SAVING) -> Iterator[RedisServer]:
    """Run a server; skip the test if redis-server is not installed."""
    if PROGRAM is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    server = RedisServer(directory, options)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until(condition: Any, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
