"""A custom backend in twenty lines that uses only the standard library.

Run it with ``python examples/custom_backend.py``. It uses an emulator, so it needs no AWS account. For AWS, use an
HTTPSConnection to ``cognito-idp.<region>.amazonaws.com``.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any

from authflow import AppClient, Authenticator, BackendError, Failed, Refusal, SignedIn, Srp, Throttled
from authflow.core.requests import Request
from authflow.emulator import Emulator, client_at, running


class PlainBackend:
    """Sends requests of the public API, each over a new connection."""

    def __init__(self, host: str) -> None:
        self._host = host

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request once, without retries, and return the reply."""
        target = f"AWSCognitoIdentityProviderService.{request.operation}"
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        try:
            with closing(HTTPConnection(self._host, timeout=10)) as connection:
                connection.request("POST", "/", json.dumps(request.params()), headers)
                response = connection.getresponse()
                reply: dict[str, Any] = dict(json.load(response))
        except (
            OSError,
            HTTPException,
            ValueError,
            TypeError,
        ) as error:  # no connection, a timeout, or a body that is not a JSON object
            raise BackendError(f"{request.operation}: {type(error).__name__}") from None
        code = str(reply.get("__type", "")).rpartition("#")[2]
        if response.status == 429 or code == "TooManyRequestsException":
            raise Throttled(f"{request.operation}: {code}")
        if 400 <= response.status < 500 and code:
            raise Refusal(code, str(reply.get("message", "")))
        if response.status != 200:
            raise BackendError(f"{request.operation}: HTTP {response.status}")
        return reply


with running(lambda url: Emulator(issuer=url)) as url:
    cognito = client_at(url)
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="script", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-Horse-9", Permanent=True)

    auth = Authenticator(AppClient(pool, client), PlainBackend(url.removeprefix("http://")))
    for password in ("wrong", "Correct-Horse-9"):
        match auth.begin(Srp("ada", password)).state:
            case SignedIn(tokens):
                print(f"signed in as {tokens.username}")
            case Failed(code, message):
                print(f"{code}: {message}")
