"""A refresh token expires after 30 days: tested in under a second, over HTTP, as from any other language.

    authflow emulator --port 9229
    python examples/expiry.py http://127.0.0.1:9229

The emulator speaks the service's protocol, and has a clock that can be moved below ``/_authflow``.
"""

import json
import sys
import urllib.request
from typing import Any

from authflow.emulator import client_at

DAY = 24 * 3600


def control(emulator: str, method: str, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """Send a request to the emulator's own paths."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{emulator}/_authflow{path}", json.dumps(body).encode(), headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request) as response:  # noqa: S310
        return json.load(response)


def main(emulator: str) -> None:
    """Sign in, and refresh before and after 30 days."""
    user = {"Username": "ada", "Password": "Correct-Horse-9"}
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    pool = {"PoolName": "people", "clients": [{"ClientName": "web", "ExplicitAuthFlows": flows}], "users": [user]}
    client_id = control(emulator, "POST", "/seed", {"pools": [pool]})[0]["client_id"]
    cognito = client_at(emulator)
    tokens = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["Username"], "PASSWORD": user["Password"]},
    )["AuthenticationResult"]

    def refresh() -> None:
        parameters = {"REFRESH_TOKEN": tokens["RefreshToken"]}
        cognito.initiate_auth(ClientId=client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters)

    control(emulator, "POST", "/clock/advance", {"seconds": 30 * DAY - 1})
    refresh()
    print("after 30 days less a second: refreshed")
    control(emulator, "POST", "/clock/advance", {"seconds": 1})
    try:
        refresh()
    except cognito.exceptions.NotAuthorizedException as refusal:
        print(f"after 30 days: {refusal.response['Error']['Message']}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:9229")
