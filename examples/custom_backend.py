"""A custom backend over an httpx client of your own, in twenty lines.

Run it with ``python examples/custom_backend.py``. It uses an emulator, so it needs no AWS account, but it needs httpx.
For AWS, use the URL ``https://cognito-idp.<region>.amazonaws.com``.

Prefer ``HttpBackend`` unless your client does something that it can't do. This backend gives up:

- the reuse of connections: if a server responds twice to one request, httpx takes the second response for the response
  to the next request, which may be another person's. So each request has a connection of its own, and a TLS handshake.
- a limit for the whole call: httpx limits the time between two bytes, so a server that sends slowly is never given up.
- a limit for the size of a response: httpx reads all of it, and unpacks it if it is compressed.
"""

import json
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from authflow import AppClient, Authenticator, BackendError, Failed, Refusal, SignedIn, Srp, Throttled
from authflow.core.requests import Request
from authflow.emulator import Emulator, client_at, running

NO_REUSE = httpx.Limits(max_keepalive_connections=0)
NO_COOKIES = DefaultCookiePolicy(allowed_domains=())  # httpx would send one person's with another person's request


class ClientBackend:
    """Sends requests of the public API. Threads may share it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=10, limits=NO_REUSE, cookies=CookieJar(NO_COOKIES))

    def call(self, request: Request) -> Mapping[str, Any]:
        """Send a request once, without retries, and return the reply."""
        target = f"AWSCognitoIdentityProviderService.{request.operation}"
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        try:
            response = self._client.post(self._url, content=json.dumps(request.params()), headers=headers)
            if response.status_code == 429:
                raise Throttled(f"{request.operation}: HTTP 429")
            reply = response.json()
        except (httpx.HTTPError, ValueError, RecursionError) as error:  # no response, or one that is not JSON
            raise BackendError(f"{request.operation}: {type(error).__name__}") from None
        if not isinstance(reply, dict):
            raise BackendError(f"{request.operation}: not a JSON object")
        code = str(reply.get("__type", "")).rpartition("#")[2]
        if code == "TooManyRequestsException":
            raise Throttled(f"{request.operation}: {code}")
        if 400 <= response.status_code < 500 and code:
            raise Refusal(code, str(reply.get("message", "")))
        if response.status_code != 200:
            raise BackendError(f"{request.operation}: HTTP {response.status_code}")
        return reply

    def close(self) -> None:
        """Close the client."""
        self._client.close()


if __name__ == "__main__":
    with running(lambda url: Emulator(issuer=url)) as url:
        cognito = client_at(url)
        pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="script", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
        )["UserPoolClient"]["ClientId"]
        cognito.admin_create_user(UserPoolId=pool, Username="ada")
        cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-Horse-9", Permanent=True)

        auth = Authenticator(AppClient(pool, client), ClientBackend(url))
        for password in ("wrong", "Correct-Horse-9"):
            match auth.begin(Srp("ada", password)).state:
                case SignedIn(tokens):
                    print(f"signed in as {tokens.username}")
                case Failed(code, message):
                    print(f"{code}: {message}")
