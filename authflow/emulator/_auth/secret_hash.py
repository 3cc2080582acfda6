"""SECRET_HASH: base64(HMAC-SHA256(client secret, USERNAME ‖ client id)).

https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable

from authflow.emulator import _errors
from authflow.emulator._records.client import ClientSecret, UserPoolClient
from authflow.emulator._service import Service


def check_secret_hash(
    service: Service,
    client: UserPoolClient,
    username: str,
    given: str | None,
    wrong: _errors.ErrorTemplate = _errors.SECRET_HASH_WRONG,
) -> None:
    """Refuse a missing, wrong or superfluous SECRET_HASH.

    Args:
        service: the service, whose settings have the text for a missing hash.
        client: the app client of the request.
        username: the USERNAME of the same request, exactly as it was sent.
        given: the SECRET_HASH of the request (base64), or None.
        wrong: the error for a wrong hash.

    Raises:
        ServiceError: NotAuthorizedException; InvalidParameterException if the client has no secret.
    """
    if not client.secrets:
        if given is not None:
            raise _errors.SECRET_HASH_SUPERFLUOUS(client.id)
    elif given is None:
        raise _errors.SECRET_HASH_MISSING.with_text(service.settings.missing_secret_hash)(client.id)
    elif not _matches_any((_compute_hash(client, secret, username) for secret in client.secrets), given):
        raise wrong(client.id)


def check_client_secret(client: UserPoolClient, given: str | None, wrong: _errors.ErrorTemplate) -> None:
    """Refuse a missing, wrong or superfluous client secret with the error ``wrong``."""
    if (given is None) == bool(client.secrets):
        raise wrong(client.id)
    if given is not None and not _matches_any((_encode(secret.value) for secret in client.secrets), given):
        raise wrong(client.id)


def _matches_any(expected: Iterable[bytes], given: str) -> bool:
    """Return whether a text is one of the expected ones. All are compared, so that time tells nothing."""
    return sum(hmac.compare_digest(text, _encode(given)) for text in expected) > 0


def _compute_hash(client: UserPoolClient, secret: ClientSecret, username: str) -> bytes:
    digest = hmac.digest(_encode(secret.value), _encode(username + client.id), hashlib.sha256)
    return b64encode(digest)


def _encode(text: str) -> bytes:
    return text.encode()
