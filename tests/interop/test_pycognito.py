"""An independent SRP client, pycognito's AWSSRP, signs in to the emulator over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import ForceChangePasswordException

from authflow.emulator import Emulator, client_at, running
from tests.support.emulator.world import ALL_FLOWS, PASSWORD, TEMPORARY


class Cognito:
    """A pool in an emulator at a URL, and a boto3 client for it."""

    def __init__(self, url: str) -> None:
        self.boto3: Any = client_at(url)
        self.pool = self.boto3.create_user_pool(PoolName="people", AliasAttributes=["email"])["UserPool"]["Id"]
        self.clients = {secret: self._create_client(secret) for secret in (False, True)}
        self._create_user("ada", TEMPORARY)
        self.boto3.admin_set_user_password(UserPoolId=self.pool, Username="ada", Password=PASSWORD, Permanent=True)
        self._create_user("grace", TEMPORARY)

    def make_srp(self, username: str, password: str, secret: bool) -> AWSSRP:
        client = self.clients[secret]
        return AWSSRP(
            username=username,
            password=password,
            pool_id=self.pool,
            client_id=client["ClientId"],
            client=self.boto3,
            client_secret=client.get("ClientSecret"),
        )

    def _create_client(self, secret: bool) -> dict[str, str]:
        made = self.boto3.create_user_pool_client(
            UserPoolId=self.pool, ClientName="app", GenerateSecret=secret, ExplicitAuthFlows=ALL_FLOWS
        )
        client: dict[str, str] = made["UserPoolClient"]
        return client

    def _create_user(self, name: str, password: str) -> None:
        email = [{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}]
        self.boto3.admin_create_user(
            UserPoolId=self.pool, Username=name, TemporaryPassword=password, UserAttributes=email
        )


@pytest.fixture(scope="module")
def cognito() -> Iterator[Cognito]:
    with running(lambda url: Emulator(issuer=url)) as url:
        yield Cognito(url)


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("round_", range(5))
def test_the_right_password_signs_in(cognito: Cognito, secret: bool, round_: int) -> None:
    tokens = cognito.make_srp("ada", PASSWORD, secret).authenticate_user()["AuthenticationResult"]
    user = cognito.boto3.get_user(AccessToken=tokens["AccessToken"])
    assert user["Username"] == "ada", round_


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("username", ["ada", "ada@example.com"])
def test_a_wrong_password_is_refused(cognito: Cognito, secret: bool, username: str) -> None:
    with pytest.raises(cognito.boto3.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        cognito.make_srp(username, "Wr0ng-Horse!", secret).authenticate_user()


def test_a_temporary_password_asks_for_a_new_one(cognito: Cognito) -> None:
    with pytest.raises(ForceChangePasswordException):
        cognito.make_srp("grace", TEMPORARY, secret=False).authenticate_user()
    tokens = cognito.make_srp("grace", TEMPORARY, secret=True).set_new_password_challenge(PASSWORD)
    assert tokens["AuthenticationResult"]["AccessToken"]
