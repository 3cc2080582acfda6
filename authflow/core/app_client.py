"""AppClient: the app client that people sign in to, and the hash that authenticates it."""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from authflow.core._frames import hides_frames
from authflow.core._frozen import assign
from authflow.core._validation import require_instance, require_text
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret, require_secret

__all__ = ["AppClient"]

_POOL_ID = re.compile(r"(?P<region>[0-9A-Za-z-]+)_(?P<name>[0-9A-Za-z]+)")  # UserPoolIdType
_CLIENT_ID = re.compile(r"[\w+]+", re.ASCII)  # ClientIdType
_CLIENT_SECRET = re.compile(r"[!-~]+")  # more than ClientSecretType: test doubles make secrets with hyphens
_MAX_ID_LENGTH = 128  # characters
_SHORTEST, _LONGEST = timedelta(minutes=3), timedelta(minutes=15)  # AuthSessionValidity


@dataclass(frozen=True, slots=True, init=False)
class AppClient:
    """A user pool's app client.

    Attributes:
        pool_id: the user pool's id, such as ``eu-west-1_Ab12Cd34E``.
        client_id: the app client's id.
        client_secret: the app client's secret; None if it has none. No snapshot contains it.
        session_validity: how long Cognito's Sessions are valid: the app client's AuthSessionValidity, 3 to 15 minutes.

    Raises:
        InvalidInput: an attribute has the wrong type or an impossible value; ``.field`` says which.
    """

    pool_id: str
    client_id: str
    client_secret: Secret | None = None
    session_validity: timedelta = _SHORTEST

    @hides_frames
    def __init__(
        self,
        pool_id: str,
        client_id: str,
        client_secret: str | Secret | None = None,
        session_validity: timedelta = _SHORTEST,
    ) -> None:
        if not _POOL_ID.fullmatch(require_text("pool_id", pool_id, at_most=55)):
            raise InvalidInput("pool_id", "must be a region, an underscore and a name, such as eu-west-1_Ab12Cd34E")
        if not _CLIENT_ID.fullmatch(require_text("client_id", client_id, at_most=_MAX_ID_LENGTH)):
            raise InvalidInput("client_id", "may contain only letters, digits, '_' and '+'")
        secret = None
        if client_secret is not None:
            secret = require_secret("client_secret", client_secret, at_most=_MAX_ID_LENGTH)
            if not _CLIENT_SECRET.fullmatch(secret.reveal()):
                raise InvalidInput("client_secret", "may contain only visible ASCII characters, and no spaces")
        if not _SHORTEST <= require_instance("session_validity", session_validity, timedelta) <= _LONGEST:
            raise InvalidInput("session_validity", "must be the app client's AuthSessionValidity, 3 to 15 minutes")
        assign(self, pool_id=pool_id, client_id=client_id, client_secret=secret, session_validity=session_validity)

    @property
    def region(self) -> str:
        """The AWS region: the part of the pool id before the underscore."""
        return self.pool_id.partition("_")[0]

    @property
    def pool_name(self) -> str:
        """The pool's name in SRP identities: the part of the pool id after the underscore."""
        return self.pool_id.partition("_")[2]

    def secret_hash(self, username: str) -> str | None:
        """Return SECRET_HASH in base64, or None if the app client has no secret.

        Args:
            username: the USERNAME of the request that carries the hash.
        """
        if self.client_secret is None:
            return None
        digest = hmac.digest(self.client_secret.reveal().encode(), (username + self.client_id).encode(), "sha256")
        return base64.b64encode(digest).decode()
