"""Time from a new interpreter to the first reply, with httpx and with boto3."""

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
sys.modules["click"] = None  # else httpx loads its command line, which it does only if click and rich are installed
at = time.perf_counter()
from authflow import AppClient, Srp, begin, stamp_now
{import_}
app = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado")
backend = {backend}
reply = backend.call(begin(app, Srp("ada", "Correct-Horse-9"), stamp_now()).request)
assert reply["ChallengeName"] == "PASSWORD_VERIFIER"
print(time.perf_counter() - at)
"""
_HTTPX: Final = ("from authflow.backends.httpx import HttpxBackend", "HttpxBackend(endpoint_url=sys.argv[1])")
_BOTO3: Final = (
    "from authflow.backends.boto3 import Boto3Backend",
    "Boto3Backend(region='eu-west-1', endpoint_url=sys.argv[1])",
)


_CERTIFICATES: Final = """
import time, httpx
at = time.perf_counter()
httpx.create_ssl_context()
print(time.perf_counter() - at)
"""


def measure() -> list[Figure]:
    """Measure the area."""
    with servers.stub() as server, TemporaryDirectory() as bytecode:
        programs = (_PROGRAM.format(import_=import_, backend=backend) for import_, backend in (_HTTPX, _BOTO3))
        httpx, boto3 = (partial(_run, program, server.url, bytecode) for program in programs)
        httpx(), boto3()  # write the bytecode
        taken = measure_pairs(httpx, boto3, PAIRS)
        certificates = Spread.of(_run(_CERTIFICATES, server.url, bytecode) * 1e3 for _ in range(PAIRS))
    return [
        Figure(name="with `HttpxBackend`", value=Spread.of(first * 1e3 for first, _ in taken), unit="ms"),
        Figure(name="of which loading the CA certificates", value=certificates, unit="ms"),
        Figure(name="with `Boto3Backend`", value=Spread.of(second * 1e3 for _, second in taken), unit="ms"),
        Figure(name="httpx' time, relative to boto3's", value=Spread.of(one / two for one, two in taken), unit="times"),
    ]


def _run(program: str, url: str, bytecode: str) -> float:
    command = [sys.executable, "-c", program, url]
    environment = os.environ | {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(done.stdout)
