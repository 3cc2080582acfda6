"""Time from a new interpreter to the first reply, with HttpBackend and with Boto3Backend."""

import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import servers
from benchmarks.common import Figure, Spread, measure_pairs

PAIRS: Final = 15
_PROGRAM: Final = """
import sys, time
at = time.perf_counter()
from authflow import AppClient, Srp, begin, stamp_now
{import_}
app = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado")
backend = {backend}
reply = backend.call(begin(app, Srp("ada", "Correct-Horse-9"), stamp_now()).request)
assert reply["ChallengeName"] == "PASSWORD_VERIFIER"
print(time.perf_counter() - at)
"""
_HTTP: Final = ("from authflow.backends.http import HttpBackend", "HttpBackend(endpoint_url=sys.argv[1])")
_BOTO3: Final = (
    "from authflow.backends.boto3 import Boto3Backend",
    "Boto3Backend(region='eu-west-1', endpoint_url=sys.argv[1])",
)


_CERTIFICATES: Final = """
import ssl, time
at = time.perf_counter()
ssl.create_default_context()
print(time.perf_counter() - at)
"""


def measure() -> list[Figure]:
    """Measure the area."""
    with servers.stub() as server, TemporaryDirectory() as bytecode:
        programs = (_PROGRAM.format(import_=import_, backend=backend) for import_, backend in (_HTTP, _BOTO3))
        http, boto3 = (partial(_run, program, server.url, bytecode) for program in programs)
        http(), boto3()  # write the bytecode
        taken = measure_pairs(http, boto3, PAIRS)
        certificates = Spread.of(_run(_CERTIFICATES, server.url, bytecode) * 1e3 for _ in range(PAIRS))
    return [
        Figure(name="with `HttpBackend`", value=Spread.of(first * 1e3 for first, _ in taken), unit="ms"),
        Figure(name="with `Boto3Backend`", value=Spread.of(second * 1e3 for _, second in taken), unit="ms"),
        Figure(
            name="`HttpBackend`'s time, relative to `Boto3Backend`'s",
            value=Spread.of(first / second for first, second in taken),
            unit="times",
            at_most=0.5,
        ),
        Figure(name="in addition, for https: loading the CA certificates", value=certificates, unit="ms"),
    ]


def _run(program: str, url: str, bytecode: str) -> float:
    command = [sys.executable, "-c", program, url]
    environment = os.environ | {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(done.stdout)
