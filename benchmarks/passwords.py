"""Sign-ins with USER_PASSWORD_AUTH through a boto3 client in process: the emulator's and moto's."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import boto3
from moto import mock_aws

from authflow.emulator import Emulator
from benchmarks.common import time_seconds
from benchmarks.servers import OPENING

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

SIGN_INS: Final = 50  # in one measurement


def measure_emulator() -> float:
    """Return the emulator's sign-ins a second of processor time."""
    return _measure(_prepare(Emulator().boto3_client()))


def measure_moto() -> float:
    """Return moto's sign-ins a second of processor time."""
    with mock_aws():
        client = boto3.client(
            "cognito-idp", region_name="eu-west-1", aws_access_key_id="any", aws_secret_access_key="any"
        )
        return _measure(_prepare(client))


def _measure(sign_in: Callable[[], object]) -> float:
    sign_in()  # creates keys and fills caches
    return SIGN_INS / time_seconds(lambda: [sign_in() for _ in range(SIGN_INS)], time.process_time)


def _prepare(cognito: "CognitoIdentityProviderClient") -> Callable[[], object]:
    """Create a pool, a client and a user, and return the sign-in."""
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    reply = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=flows)  # type: ignore[arg-type]  # str
    client = reply["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username=OPENING.username, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=OPENING.username, Password=OPENING.password.reveal(), Permanent=True
    )
    parameters = {"USERNAME": OPENING.username, "PASSWORD": OPENING.password.reveal()}
    return lambda: cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)[
        "AuthenticationResult"
    ]
