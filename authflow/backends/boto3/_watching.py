"""Looks at the responses of a boto3 client: botocore takes more for a reply than Cognito sends."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authflow.backends._json_protocol import parse_object

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_EVENT: Final = "before-parse.cognito-identity-provider"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of a response.

    Attributes:
        is_whole: its body is as long as it said.
        is_object: its body is a JSON object.
    """

    is_whole: bool
    is_object: bool


#: The last response of this thread's call. None if the client got it without HTTP, as botocore's Stubber does.
last_response: Final[ContextVar[Observed | None]] = ContextVar("authflow_last_response", default=None)


def watch(client: "CognitoIdentityProviderClient") -> None:
    """Set ``last_response`` whenever the client receives a response."""
    client.meta.events.register(_EVENT, _observe, unique_id="authflow")


def _observe(response_dict: Mapping[str, Any], **_: object) -> None:
    body, length = response_dict["body"], response_dict["headers"].get("content-length")
    last_response.set(Observed(length is None or length == str(len(body)), parse_object(body) is not None))
