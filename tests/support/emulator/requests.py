"""Requests that Hypothesis makes up from the service model, with values that earlier replies contained."""

import string
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

#: values for members of these names; what a reply contained is added while a test runs
KNOWN: Final[Mapping[str, tuple[Any, ...]]] = {
    "Username": ("ada", "bob", "ada@example.com", "nobody"),
    "USERNAME": ("ada", "bob", "nobody"),
    "Password": ("Corr3ct-horse", "weak"),
    "PASSWORD": ("Corr3ct-horse", "weak"),
    "PreviousPassword": ("Corr3ct-horse",),
    "ProposedPassword": ("0ther-Horse", "Corr3ct-horse"),
    "GroupName": ("admins", "Admins", "staff"),
    "Name": ("email", "phone_number", "name", "email_verified", "custom:level", "preferred_username", "sub"),
    "AttributeName": ("email", "phone_number", "name"),
    "Value": ("ada@example.com", "+15550109878", "true", "Ada", ""),
    "ConfirmationCode": ("123456",),
    "Code": ("123456",),
    "UserCode": ("123456",),
    "ProviderName": ("Google", "Cognito", "Okta"),
    "ProviderType": ("Google", "OIDC", "SAML"),
    "Filter": ('email = "ada@example.com"', 'username ^= "a"', 'status = "Enabled"', "x", ""),
    "AttributesToGet": (["email"], ["custom:level"], []),
    "Domain": ("people", "auth.example.com"),
    "Identifier": ("https://api.example.com", "api"),
}
AUTH_PARAMETERS: Final = (
    "USERNAME",
    "PASSWORD",
    "SRP_A",
    "REFRESH_TOKEN",
    "DEVICE_KEY",
    "SECRET_HASH",
    "PREFERRED_CHALLENGE",
)
RESPONSES: Final = ("USERNAME", "NEW_PASSWORD", "ANSWER", "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE", "EMAIL_OTP_CODE")
#: members of requests that take what other members of replies contain
SAME: Final = {"Id": ("UserPoolId",), "Username": ("USERNAME",), "RefreshToken": ("Token", "REFRESH_TOKEN")}
TEXT: Final = string.ascii_letters + string.digits + '@.-_+ ="é\U0001f600'


class Requests:
    """Makes requests for operations.

    Attributes:
        seen: the values of each member name that replies contained.
    """

    def __init__(self) -> None:
        self.seen: dict[str, list[Any]] = {}

    def learn(self, reply: Any) -> None:
        """Remember the values in a reply."""
        if isinstance(reply, list):
            for entry in reply:
                self.learn(entry)
        elif isinstance(reply, Mapping):
            for name, value in reply.items():
                if isinstance(value, str):
                    for known in {"Id": ["UserPoolId"], "Username": ["USERNAME"], "RefreshToken": ["Token"]}.get(
                        name, []
                    ):
                        self.seen.setdefault(known, []).append(value)
                    self.seen.setdefault(name, []).append(value)
                self.learn(value)

    def make(self, draw: Callable[[Any], Any], shape: Shape, name: str = "") -> Any:
        """Return a value of a shape, mostly one that the service accepts."""
        if name in KNOWN and draw(st.integers(0, 9)) < 8:
            return draw(st.sampled_from(KNOWN[name]))
        if self.seen.get(name) and draw(st.integers(0, 9)) < 8:
            return draw(st.sampled_from(self.seen[name][-5:]))
        if isinstance(shape, StructureShape):
            required = set(shape.required_members) | {"UserPoolId", "ClientId"}
            wanted = [member for member in shape.members if member in required or draw(st.booleans())]
            return {member: self.make(draw, shape.members[member], member) for member in wanted}
        if isinstance(shape, ListShape):
            return [self.make(draw, shape.member, name) for _ in range(draw(st.integers(0, 2)))]
        if isinstance(shape, MapShape):
            names = {"AuthParameters": AUTH_PARAMETERS, "ChallengeResponses": RESPONSES}.get(name, ("key", "other"))
            chosen = draw(st.sets(st.sampled_from(names), max_size=4))
            return {key: self.make(draw, shape.value, key) for key in sorted(chosen)}
        return self._make_scalar(draw, shape)

    @staticmethod
    def _make_scalar(draw: Callable[[Any], Any], shape: Shape) -> Any:
        low, high = (shape.metadata.get(limit) for limit in ("min", "max"))
        if shape.type_name == "string":
            if shape.metadata.get("enum"):
                return draw(st.sampled_from(shape.metadata["enum"]))
            return draw(st.text(TEXT, min_size=low or 0, max_size=max(low or 0, min(high or 20, 20))))
        if shape.type_name in {"integer", "long"}:
            return draw(st.integers(low or 0, high if high is not None else (low or 0) + 100))
        values: dict[str, Any] = {
            "boolean": st.booleans(),
            "timestamp": st.integers(0, 2**32),
            "blob": st.binary(max_size=20),
            "double": st.floats(allow_nan=False, allow_infinity=False),
        }
        return draw(values[shape.type_name])
