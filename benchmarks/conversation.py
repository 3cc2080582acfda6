"""A sign-in with fixed replies and without SRP arithmetic."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from authflow import AppClient, Flow, Password, Srp, begin, stamp_now
from authflow.core.requests import Request
from authflow.core.srp import Ephemeral, N
from tests.support import replies

APP: Final = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado", "s3cr3t" * 8)
OPENING: Final = Srp("ada", "Correct-Horse-9")
SESSION_LENGTH: Final = 1200  # characters, about as many as Cognito's have

VERIFIER: Final = replies.password_verifier()
TOKENS: Final = replies.tokens()
_REPLIES: Final = {"InitiateAuth": VERIFIER, "RespondToAuthChallenge": TOKENS}


class FixedReplyBackend:
    """Replies without delay: PASSWORD_VERIFIER, then tokens."""

    def call(self, request: Request) -> Mapping[str, Any]:
        """Build the request's members and return its fixed reply."""
        request.params()
        return _REPLIES[request.operation]


@contextmanager
def constant_arithmetic() -> Iterator[None]:
    """Replace the key pair and the signature by constants of the real size."""
    ephemeral = Ephemeral(1 << 255, f"{N - 1:x}")
    with (
        patch.object(Ephemeral, "from_entropy", lambda _: ephemeral),
        patch("authflow.machines.sign_in._steps.proof.claim_signature", lambda *_, **__: "c" * 44),
    ):
        yield


@contextmanager
def cheap_powers() -> Iterator[None]:
    """Replace modular powers by different numbers of the real size."""
    with patch("authflow.core.srp.modexp", lambda _, exponent, modulus: modulus - exponent):
        yield


def sign_in() -> Flow:
    """Sign in by SRP, step by step without a driver."""
    flow = begin(APP, OPENING, stamp_now())
    for reply in (VERIFIER, TOKENS):
        assert flow.request is not None  # noqa: S101 - for the type
        flow.request.params()
        flow = flow.receive(reply, stamp_now())
    return flow


def make_resting_flow(number: int, *, attributes: bool = False) -> tuple[Flow, str]:
    """Return a flow at NEW_PASSWORD_REQUIRED and its Session. It shares no strings with other flows."""
    sub = f"0b9a1d5e-6a4c-4f0e-9a53-{number:012}"
    session = f"{number:0{SESSION_LENGTH}}"
    required, given = "[]", "{}"
    if attributes:
        required, given = '["userAttributes.family_name"]', f'{{"email":"ada-{number}@example.com"}}'
    parameters = {"USER_ID_FOR_SRP": sub, "requiredAttributes": required, "userAttributes": given}
    reply = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session, "ChallengeParameters": parameters}
    return begin(APP, Password(f"ada-{number}", "Temporary-1"), stamp_now()).receive(reply, stamp_now()), session
