"""TokenRejected, and its reasons."""

from enum import StrEnum
from typing import Final

from authflow.core.errors import AuthflowError


class Rejection(StrEnum):
    """Why a token was rejected.

    The pool has signed the tokens that are rejected for ``TOKEN_USE`` or a later reason. The earlier reasons say
    nothing about who made the token.
    """

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    HEADER = "header"
    ALGORITHM = "algorithm"
    ISSUER = "issuer"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    TOKEN_USE = "token_use"
    CLIENT = "client"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    CLAIMS = "claims"
    NONCE = "nonce"
    GROUPS = "groups"
    SCOPES = "scopes"


_TEXTS: Final = {
    Rejection.TOO_LARGE: "it is longer than any token of Cognito",
    Rejection.MALFORMED: "it is not a JWT: three parts in base64url, the first two of them JSON objects",
    Rejection.HEADER: "its header has a parameter that Cognito never sends and a verifier must not follow",
    Rejection.ALGORITHM: "its algorithm is not RS256",
    Rejection.ISSUER: "its issuer is none of the user pools that the verifier was made for",
    Rejection.UNKNOWN_KEY: "its key is not among the issuer's keys",
    Rejection.SIGNATURE: "its signature is wrong",
    Rejection.TOKEN_USE: "it is a token of the other kind: access() takes access tokens, id() takes id tokens",
    Rejection.CLIENT: "it was issued to an app client that the verifier was not made for",
    Rejection.EXPIRED: "it has expired: refresh the tokens",
    Rejection.NOT_YET_VALID: "it is not valid yet: compare the clocks",
    Rejection.CLAIMS: "a claim is missing or has a wrong type",
    Rejection.NONCE: "its nonce is not the expected one",
    Rejection.GROUPS: "the user is in none of the required groups",
    Rejection.SCOPES: "it has none of the required scopes",
}


class TokenRejected(AuthflowError):
    """A token is not valid here. The text contains nothing of the token.

    Attributes:
        reason: why, as an enum.
        claim: the claim or header parameter that decided; None if it was no single one.
    """

    def __init__(self, reason: Rejection, claim: str | None = None) -> None:
        super().__init__(f"the token was rejected: {_TEXTS[reason]}" + (f" ({claim})" if claim else ""))
        self.reason: Rejection = reason
        self.claim: str | None = claim

    @property
    def status(self) -> int:
        """The HTTP status to respond with: 403 for missing groups or scopes, else 401 (RFC 6750, section 3.1)."""
        return 403 if self.reason in (Rejection.GROUPS, Rejection.SCOPES) else 401

    @property
    def challenge(self) -> str:
        """The value of the response's header ``WWW-Authenticate`` (RFC 6750, section 3)."""
        return f'Bearer error="{"insufficient_scope" if self.status == 403 else "invalid_token"}"'
