"""boto3 clients for the emulator: in process, through botocore's event system, or over HTTP."""

import os
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from authflow.emulator._errors import ReplyLost
from authflow.emulator._transports.json_protocol import Call, respond

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

EVENT: Final = "before-send.cognito-identity-provider"
ENDPOINT: Final = "http://emulator.invalid"  # no request is sent to it
#: session variables that would read the AWS configuration: (key in the file, in the environment, default, conversion)
ISOLATED: Final[dict[str, Any]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class _Body(BytesIO):
    """A response's body with the interface of urllib3's."""

    def stream(self, **_: object) -> list[bytes]:
        """Return the body as one chunk."""
        return [self.read()]


def make_client(call: Call, region: str) -> "CognitoIdentityProviderClient":
    """Return a new ``cognito-idp`` client whose requests go to ``call``: no network, no credentials, no retries."""
    client = client_at(ENDPOINT, region)
    hook: Callable[..., Any] = partial(_respond, call)
    client.meta.events.register(EVENT, hook)
    return client


def client_at(url: str, region: str = "eu-west-1") -> "CognitoIdentityProviderClient":
    """Return a boto3 ``cognito-idp`` client for an emulator that is served over HTTP.

    It needs no credentials, reads no AWS configuration and never retries a request.

    Args:
        url: the emulator's URL, as ``running`` yields it.
        region: the client's Region.
    """
    session = boto3.session.Session(
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=ISOLATED),
    )
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    return session.client("cognito-idp", endpoint_url=url, config=config)


def _respond(call: Call, request: AWSPreparedRequest, **_: object) -> AWSResponse:
    target: Any = request.headers["X-Amz-Target"]
    body: Any = request.body  # bytes, in the JSON protocol
    try:
        response = respond(call, target.decode() if isinstance(target, bytes) else target, body)
    except ReplyLost as lost:
        raise ConnectionClosedError(endpoint_url=ENDPOINT, error=lost) from None
    headers: Any = response.headers
    return AWSResponse(request.url, response.status, headers, _Body(response.body))
