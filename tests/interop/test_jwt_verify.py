"""aws-jwt-verify, in Node, verifies the tokens of ``authflow emulator --tls``, whose authority it trusts."""

from pathlib import Path

import pytest

from tests.cli.test_commands import emulator
from tests.support.node import install_project, run_script

HERE = Path(__file__).with_name("node")
AMAZON = "https://cognito-idp.eu-west-1.amazonaws.com"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_project(HERE, tmp_path_factory.mktemp("node"))


# CognitoJwtVerifier knows Amazon's issuers only; JwtVerifier takes any
@pytest.mark.parametrize("issuer", [None, AMAZON], ids=["JwtVerifier", "CognitoJwtVerifier"])
def test_right_and_wrong_tokens(project: Path, issuer: str | None) -> None:
    options = [] if issuer is None else ["--issuer", issuer]
    with emulator("--tls", "--seed-file", str(project / "seed.json"), *options) as served:
        [authority] = [line.rsplit(maxsplit=1)[1] for line in served.lines if "authority" in line]
        run_script(project, "jwt.mjs", served.url, issuer or served.url, NODE_EXTRA_CA_CERTS=authority)


def test_without_the_authority_the_server_is_not_trusted(project: Path) -> None:
    with (
        emulator("--tls", "--seed-file", str(project / "seed.json")) as served,
        pytest.raises(AssertionError, match=r"self-signed|unable to verify|unable to get"),
    ):
        run_script(project, "jwt.mjs", served.url, served.url)
