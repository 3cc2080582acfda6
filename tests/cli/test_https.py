"""``authflow emulator --tls``: HTTPS by an authority that is made at the start."""

import json
import ssl
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest

from authflow.backends.http import HttpBackend
from tests.cli.test_commands import emulator


def test_https(tmp_path: Path) -> None:
    env, seed = tmp_path / ".env", tmp_path / "seed.json"
    seed.write_text('{"pools": [{"PoolName": "people", "clients": [{"ClientName": "web"}]}]}', "utf-8")
    with emulator("--tls", "--env-file", str(env), "--seed-file", str(seed)) as served:
        assert served.url.startswith("https://127.0.0.1:")
        [line] = [line for line in served.lines if "authority" in line]
        authority = Path(line.removeprefix("clients have to trust the authority in ").strip())
        trusting = ssl.create_default_context(cafile=str(authority))
        for host in ("127.0.0.1", "localhost"):
            url = served.url.replace("127.0.0.1", host)
            with urllib.request.urlopen(f"{url}/_authflow/health", context=trusting) as response:  # noqa: S310
                assert json.load(response) == {"status": "ok"}
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{served.url}/_authflow/health")  # noqa: S310
        HttpBackend(endpoint_url=served.url, ssl_context=trusting).close()
        assert f"COGNITO_ENDPOINT={served.url}" in env.read_text()
    assert not authority.exists()
