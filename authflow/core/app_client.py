"""AppClient: the app client that people sign in to, and the hash that authenticates it."""

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import timedelta

from authflow.core._validation import require_instance, require_text
from authflow.core.errors import InvalidInput

__all__ = ["AppClient"]

_POOL_ID = re.compile(r"(?P<region>[0-9A-Za-z-]+)_(?P<name>[0-9A-Za-z]+)")  # UserPoolIdType
_CLIENT_ID = re.compile(r"[\w+]+", re.ASCII)  # ClientIdType, ClientSecretType
_SHORTEST, _LONGEST = timedelta(minutes=3), timedelta(minutes=15)  # AuthSessionValidity


@dataclass(frozen=True, slots=True)
class AppClient:
    """A user pool's app client.

    Attributes:
        pool_id: the user pool's id, such as ``eu-west-1_Ab12Cd34E``.
        client_id: the app client's id.
        client_secret: the app client's secret, or None if it has none. Neither ``repr`` nor a snapshot contains it.
        session_validity: how long Cognito's Sessions are valid: the app client's AuthSessionValidity, 3 to 15 minutes.

    Raises:
        InvalidInput: an attribute has the wrong type or an impossible value; ``.field`` says which.
    """

    pool_id: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    session_validity: timedelta = timedelta(minutes=3)

    def __post_init__(self) -> None:
        if not _POOL_ID.fullmatch(require_text("pool_id", self.pool_id, at_most=55)):
            raise InvalidInput("pool_id", "must be a region, an underscore and a name, such as eu-west-1_Ab12Cd34E")
        _require_id("client_id", self.client_id)
        if self.client_secret is not None:
            _require_id("client_secret", self.client_secret)
        validity = require_instance("session_validity", self.session_validity, timedelta)
        if not _SHORTEST <= validity <= _LONGEST:
            raise InvalidInput("session_validity", "must be the app client's AuthSessionValidity, 3 to 15 minutes")

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
        digest = hmac.digest(self.client_secret.encode(), (username + self.client_id).encode(), "sha256")
        return base64.b64encode(digest).decode()


def _require_id(name: str, value: object) -> None:
    if not _CLIENT_ID.fullmatch(require_text(name, value, at_most=128)):
        raise InvalidInput(name, "may contain only letters, digits, '_' and '+'")
