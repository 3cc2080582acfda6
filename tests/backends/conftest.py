"""A server, and an environment without proxies."""

from collections.abc import Iterator

import pytest

from tests.support.certificates import Certificate, make_certificate
from tests.support.hostile_server import HostileServer, hostile_server
from tests.support.http_replies import behave


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A server that names the user whom it was asked about."""
    with hostile_server() as running:
        running.play(behave)
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
