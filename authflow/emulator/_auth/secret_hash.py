"""SECRET_HASH: base64(HMAC-SHA256(client secret, USERNAME ‖ client id)), as the service checks it.

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

import hashlib
import hmac
from base64 import b64encode

from authflow.emulator import _errors
from authflow.emulator._records.client import UserPoolClient


def check(
    client: UserPoolClient, username: str, given: str | None, wrong: _errors.ErrorTemplate = _errors.SECRET_HASH_WRONG
) -> None:
    """Refuse a missing, a wrong and a superfluous hash.

    Args:
        client: the app client of the request.
        username: the USERNAME of the same request, to the letter.
        given: the request's hash, None where it has none.
        wrong: how to refuse a wrong one.
    """
    if given is None:
        if client.secret is not None:
            raise _errors.SECRET_HASH_MISSING(client.id)
    elif client.secret is None or not hmac.compare_digest(_expected(client, username), _octets(given)):
        raise wrong(client.id)


def check_secret(client: UserPoolClient, given: str | None, wrong: _errors.ErrorTemplate) -> None:
    """Refuse with ``wrong`` unless the raw client secret is right; a client without one must send none."""
    if (given is None) != (client.secret is None):
        raise wrong(client.id)
    if given is not None and not hmac.compare_digest(_octets(client.secret or ""), _octets(given)):
        raise wrong(client.id)


def _expected(client: UserPoolClient, username: str) -> bytes:
    digest = hmac.digest(_octets(client.secret or ""), _octets(username + client.id), hashlib.sha256)
    return b64encode(digest)


def _octets(text: str) -> bytes:
    return text.encode()
