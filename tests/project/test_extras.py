"""A missing extra is named, with the command that installs it, also by library imports."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from authflow._extras import EXTRAS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("module", "code", "message"),
    [
        (
            "boto3",
            "from authflow.backends.boto3 import Boto3Backend as B; B(region='eu-west-1')",
            "Boto3Backend needs boto3",
        ),
        ("h11", "from authflow.backends.http import HttpBackend", "HttpBackend needs h11"),
        ("h11", "from authflow.backends.http import AsyncHttpBackend", "AsyncHttpBackend needs h11"),
        ("cryptography", "from authflow import seal", "seal needs cryptography"),
        ("cryptography", "import authflow.stores.redis", "authflow.stores.redis needs cryptography"),
        ("redis", "import authflow.stores.redis", "authflow.stores.redis needs redis"),
        ("joserfc", "from authflow.tokens import TokenVerifier", "TokenVerifier needs joserfc"),
        ("joserfc", "from authflow.tokens import AsyncTokenVerifier", "AsyncTokenVerifier needs joserfc"),
        ("regex", "import authflow.emulator", "authflow.emulator needs regex"),
        ("cbor2", "from authflow.testing import SoftwareAuthenticator", "SoftwareAuthenticator needs cbor2"),
        (
            "fido2",
            "from authflow.emulator import Emulator; e = Emulator(); "
            "p = e.call('CreateUserPool', {'PoolName': 'p'})['UserPool']['Id']; "
            "c = {'RelyingPartyId': 'a.example'}; "
            "e.call('SetUserPoolMfaConfig', {'UserPoolId': p, 'WebAuthnConfiguration': c})",
            "A passkey in authflow.emulator needs fido2",
        ),
        ("starlette", "from authflow.emulator import running", "authflow.emulator.running needs starlette"),
        (
            "boto3",
            "from authflow.emulator import Emulator; Emulator().boto3_client()",
            "Emulator.boto3_client needs boto3",
        ),
    ],
)
def test_a_missing_extra_names_itself(module: str, code: str, message: str) -> None:
    homes = {"backends.http": "http", "authflow.tokens": "tokens"}  # of modules that several extras install
    named = (extra for home, extra in homes.items() if home in code)
    extra = next(named, None) or next(name for name, modules in EXTRAS.items() if module in modules)
    program = f"import sys; sys.modules['{module}'] = None; {code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    last = done.stderr.rstrip().rpartition("\n")[2]
    assert last == f'ModuleNotFoundError: {message}: pip install "cognito-authflow[{extra}]"'


def test_each_extra_installs_its_modules() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    installed = {
        extra: {re.split(r"[<>=;\\[ ]", requirement)[0] for requirement in requirements}
        for extra, requirements in project["optional-dependencies"].items()
    }
    installed["boto3"] |= installed["http"]  # which it includes
    for extra, modules in EXTRAS.items():
        assert set(modules) - {"botocore"} <= installed[extra]  # botocore comes with boto3


def test_the_core_needs_no_extra() -> None:
    blocked = {module: None for modules in EXTRAS.values() for module in modules}
    program = f"import sys; sys.modules.update({blocked}); from authflow import *; import authflow.testing"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
