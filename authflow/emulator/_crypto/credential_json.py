"""The JSON of a PublicKeyCredential, as browsers' ``toJSON`` makes it, in the parts that are verified.

https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson
https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")
ATTACHMENTS: Final = (None, "platform", "cross-platform")
#: authenticators may have longer ids, which no relying party has to accept
MAX_ID_BYTES: Final = 1023
MAX_TRANSPORTS: Final = 16


class Problem(Enum):
    """Why a credential is refused. The value is the text for it."""

    MALFORMED = "it has not the form of a credential"
    TYPE = "it was made for another operation"
    CHALLENGE = "it does not answer the challenge"
    ORIGIN = "its origin is not allowed"
    RP_ID = "it belongs to another RP id"
    USER_PRESENCE = "the user was not present"
    USER_VERIFICATION = "the user was not verified"
    BACKUP = "its backup flags contradict each other or the registration"
    ALGORITHM = "its algorithm is not offered"
    KEY = "its public key is not valid for its algorithm"
    ATTESTATION = "its attestation statement is not valid"
    UNKNOWN = "it is none of the user's passkeys"
    USER_HANDLE = "its user handle is another user's"
    SIGNATURE = "its signature is wrong"
    COUNTER = "its signature counter has not risen"


class CredentialRefused(Exception):
    """A credential does not prove what it should prove.

    Attributes:
        problem: why.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Credential:
    """What both kinds of credentials have, and the members of their responses as bytes.

    Attributes:
        id: the credential's id, in base64url without padding.
        attachment: authenticatorAttachment, if the client told it.
        transports: response.transports, if the client told them; empty for a sign-in.
        response: the binary members of the response that the credential has.
    """

    id: str
    attachment: str | None
    transports: tuple[str, ...]
    response: Mapping[str, bytes]

    @classmethod
    def parse(cls, given: object, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> "Credential":
        """Return the credential in a JSON value.

        Args:
            given: the JSON value.
            required: the binary members that its response must have.
            optional: those that it may have. Others are ignored.

        Raises:
            CredentialRefused: it has another form.
        """
        content = _require_object(given)
        response = _require_object(content.get("response"))
        identifier, attachment = content.get("id"), content.get("authenticatorAttachment")
        if content.get("type") != "public-key" or identifier != content.get("rawId") or attachment not in ATTACHMENTS:
            raise CredentialRefused(Problem.MALFORMED)
        if not 0 < len(decode(identifier)) <= MAX_ID_BYTES:
            raise CredentialRefused(Problem.MALFORMED)
        names = (*required, *(name for name in optional if response.get(name) is not None))
        parts = {name: decode(response.get(name)) for name in names}
        return cls(str(identifier), attachment, _read_transports(response), parts)

    def describe(self) -> dict[str, Any]:
        """Return the credential as JSON with nothing but its verified parts."""
        response = {name: encode(value) for name, value in self.response.items()}
        return {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}


def encode(value: bytes) -> str:
    """Return bytes in base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text: object) -> bytes:
    """Return the bytes in a text in base64url without padding. Each value has one text only.

    Raises:
        CredentialRefused: it is no such text.
    """
    if not isinstance(text, str) or not BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise CredentialRefused(Problem.MALFORMED)
    value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(value) != text:
        raise CredentialRefused(Problem.MALFORMED)
    return value


def _require_object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CredentialRefused(Problem.MALFORMED)
    return value


def _read_transports(response: Mapping[str, Any]) -> tuple[str, ...]:
    given = response.get("transports") or []
    if not isinstance(given, list) or len(given) > MAX_TRANSPORTS or not all(isinstance(name, str) for name in given):
        raise CredentialRefused(Problem.MALFORMED)
    return tuple(given)
