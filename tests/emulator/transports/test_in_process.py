"""The transports within the process: authflow's backend and boto3."""

import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from authflow.core.errors import Refusal
from authflow.emulator import Emulator, EmulatorBug
from tests.support.emulator.world import PASSWORD, Clock, Json, World


@dataclass(frozen=True)
class Request:
    """A request of InitiateAuth, as authflow makes it."""

    operation: ClassVar[str] = "InitiateAuth"

    content: Json

    def params(self) -> Json:
        return self.content


def test_backend(world: World) -> None:
    request = Request(world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD=PASSWORD))
    assert "AuthenticationResult" in world.emulator.backend().call(request)


def test_backend_refuses_as_authflow_expects(world: World) -> None:
    request = Request(world.make_initiate_params("USER_PASSWORD_AUTH", USERNAME="ada", PASSWORD="wrong"))
    with pytest.raises(Refusal) as caught:
        world.emulator.backend().call(request)
    assert (caught.value.code, caught.value.message) == ("NotAuthorizedException", "Incorrect username or password.")
    assert caught.value.__suppress_context__


def test_boto3_round(empty: World, clock: Clock) -> None:
    client = empty.emulator.boto3_client()
    pool = client.create_user_pool(PoolName="people")["UserPool"]
    assert pool["CreationDate"].timestamp() == clock.now.timestamp()
    made = client.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    client.admin_create_user(UserPoolId=pool["Id"], Username="ada", TemporaryPassword=PASSWORD)
    begun = client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=made["ClientId"],
        AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
    )
    assert begun["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    done = client.respond_to_auth_challenge(
        ClientId=made["ClientId"],
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=begun["Session"],
        ChallengeResponses={"USERNAME": "ada", "NEW_PASSWORD": PASSWORD},
    )
    assert client.get_user(AccessToken=done["AuthenticationResult"]["AccessToken"])["Username"] == "ada"


def test_boto3_exceptions(world: World) -> None:
    client = world.emulator.boto3_client()
    with pytest.raises(client.exceptions.NotAuthorizedException) as caught:
        client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=world.client_id,
            AuthParameters={"USERNAME": "ada", "PASSWORD": "wrong"},
        )
    assert caught.value.response["Error"]["Message"] == "Incorrect username or password."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(client.exceptions.ClientError, match="authflow's emulator does not implement ListTerms"):
        client.list_terms(UserPoolId=world.pool_id)


def test_boto3_finds_the_id_of_a_request(world: World) -> None:
    client = world.emulator.boto3_client()
    replies = [client.describe_user_pool(UserPoolId=world.pool_id) for _ in range(2)]
    assert len({uuid.UUID(reply["ResponseMetadata"]["RequestId"]) for reply in replies}) == 2
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_user_pool(UserPoolId="eu-west-1_none")
    metadata = caught.value.response["ResponseMetadata"]
    assert uuid.UUID(metadata["RequestId"])
    assert metadata["HTTPHeaders"]["x-amzn-errortype"] == "ResourceNotFoundException:"


def test_boto3_raises_bugs_as_they_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Json:
        raise EmulatorBug("a bug")

    monkeypatch.setattr(world.emulator, "call", fail)
    with pytest.raises(EmulatorBug, match="a bug"):
        world.emulator.boto3_client().describe_user_pool(UserPoolId=world.pool_id)


def test_boto3_ignores_the_aws_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    client = Emulator(region="us-east-2").boto3_client()
    assert client.meta.region_name == "us-east-2"
    assert client.create_user_pool(PoolName="people")["UserPool"]["Id"].startswith("us-east-2_")


def test_boto3_does_not_try_again(empty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def fail(operation: str, _: Any) -> Json:
        calls.append(operation)
        raise TimeoutError

    monkeypatch.setattr(empty.emulator, "call", fail)
    with pytest.raises(TimeoutError):
        empty.emulator.boto3_client().create_user_pool(PoolName="people")
    assert calls == ["CreateUserPool"]


def test_other_boto3_clients_are_left_alone(empty: World) -> None:
    empty.emulator.boto3_client()
    other = Emulator(seed=1).boto3_client()
    pool_id = other.create_user_pool(PoolName="people")["UserPool"]["Id"]
    assert empty.expect_refusal("DescribeUserPool", UserPoolId=pool_id).startswith("ResourceNotFoundException")


def test_importing_the_emulator_loads_no_door() -> None:
    script = """
import sys
from authflow.emulator import Emulator, EmulatorBug
Emulator().call("CreateUserPool", {"PoolName": "people"})
heavy = {"boto3", "botocore.session", "botocore.model", "starlette", "uvicorn", "joserfc", "cryptography"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
