"""A certificate for a server that serves HTTPS, by an authority that is made with it, with the library trustme."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate (PEM).

    Attributes:
        server: the server's private key and its certificate. Only the owner can read it.
        authority: the certificate of the authority, which clients have to trust.
    """

    server: Path
    authority: Path


@contextmanager
def making_certificate(host: str) -> Iterator[Certificate]:
    """Yield a new certificate for a host and the names of this machine. Its files exist for the context's duration."""
    authority = trustme.CA()
    names = dict.fromkeys([*([] if host in {"", "0.0.0.0", "::"} else [host]), *LOOPBACK])  # noqa: S104 -- no address
    server = authority.issue_cert(*names)
    with tempfile.TemporaryDirectory(prefix="authflow-emulator-") as folder:
        files = Certificate(Path(folder, "server.pem"), Path(folder, "authority.pem"))
        server.private_key_and_cert_chain_pem.write_to_path(files.server)
        authority.cert_pem.write_to_path(files.authority)
        yield files
