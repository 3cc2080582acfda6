"""Servers and backends that all tests of this package share: to make a boto3 client takes 50 ms."""

from collections.abc import Iterator

import pytest

from tests.backends.conformance.places import Place
from tests.backends.conformance.remaining import TCP, TLS
from tests.support.backends import Subject, make_subject
from tests.support.certificates import Certificate, make_certificate
from tests.support.hostile_server import HostileServer, hostile_server

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
AWS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
)
# by name, transport and time-out
Made = dict[tuple[str, str, float], Subject]


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="package", autouse=True)
def environment(certificate: Certificate) -> Iterator[None]:
    """The servers' certificate is trusted, and the machine's proxies and AWS configuration are hidden."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*PROXIES, *map(str.lower, PROXIES), *AWS):
            patch.delenv(name, raising=False)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, "/nowhere")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE"):
            patch.setenv(name, str(certificate.path))
        yield


@pytest.fixture(scope="package")
def servers(certificate: Certificate) -> Iterator[dict[str, HostileServer]]:
    with hostile_server() as plain, hostile_server(certificate.server()) as encrypted:
        yield {TCP: plain, TLS: encrypted}


@pytest.fixture(scope="package")
def subjects() -> Iterator[Made]:
    """The backends that were made."""
    made: Made = {}
    yield made
    for each in made.values():
        each.close()


@pytest.fixture
def place(request: pytest.FixtureRequest, servers: dict[str, HostileServer], subjects: Made) -> Iterator[Place]:
    name, transport, timeout = request.param
    server = servers[transport]
    if request.param not in subjects:
        subjects[request.param] = make_subject(name, server.url, timeout)
    yield Place(subjects[request.param], server)
    server.stop()


@pytest.fixture
def subject(place: Place) -> Subject:
    """The backend of a place."""
    return place.subject


@pytest.fixture
def server(place: Place) -> HostileServer:
    """The server of a place. Its connections are closed after each test."""
    return place.server
