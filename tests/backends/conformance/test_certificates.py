"""Nothing is sent to a server whose certificate is not to be trusted."""

from pathlib import Path

import pytest

from tests.backends.conformance.places import NOT_THREADED
from tests.support.backends import make_subject
from tests.support.certificates import Certificate, make_certificate
from tests.support.hostile_server import HostileServer, hostile_server, never


def check(name: str, url: str, server: HostileServer) -> None:
    server.play(never)
    subject = make_subject(name, url)
    assert subject.ask("ada") == ["BackendError"]
    subject.close()


@pytest.mark.parametrize("name", NOT_THREADED)
def test_a_certificate_of_an_unknown_authority(name: str, tmp_path: Path) -> None:
    with hostile_server(make_certificate(tmp_path).server()) as server:
        check(name, server.url, server)


@pytest.mark.parametrize("name", NOT_THREADED)
def test_a_certificate_for_another_host(name: str, certificate: Certificate) -> None:
    with hostile_server(certificate.server()) as server:
        check(name, server.url.replace("localhost", "127.0.0.1"), server)
