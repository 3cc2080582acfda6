"""The challenge for a passkey."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from authflow.core._describing import make_action, make_field
from authflow.core._frames import hides_frames
from authflow.core._validation import MAX_STRING_LENGTH
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.errors import InvalidInput
from authflow.core.form import Action
from authflow.core.secret import Secret, reveal

#: the members of AuthenticationResponseJSON that have a value. https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON
MEMBERS: Final = ("id", "rawId", "type", "response")
RESPONSE_MEMBERS: Final = ("clientDataJSON", "authenticatorData", "signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAuthn(BaseChallenge):
    """WEB_AUTHN: the person proves a passkey as first factor, with ``Choice`` (USER_AUTH).

    Attributes:
        options: PublicKeyCredentialRequestOptionsJSON, as JSON text. A page passes it to
            ``PublicKeyCredential.parseRequestOptionsFromJSON`` and ``navigator.credentials.get``. It names the
            person's credentials.
    """

    NAME: ClassVar[str] = "WEB_AUTHN"

    options: str = field(repr=False)

    def list_actions(self) -> tuple[Action, ...]:
        """Return the action whose field holds the options for the browser."""
        field = replace(make_field(self.topic, "credential"), shown=self.options)
        return (make_action("answer", field),)

    @hides_frames
    def answer(self, credential: Mapping[str, Any] | str | Secret) -> Answer:
        """Answer with what the authenticator returned. Cognito alone verifies it.

        Args:
            credential: AuthenticationResponseJSON: what ``toJSON()`` of the browser's credential returns, as a mapping
                or as JSON text.

        Raises:
            InvalidInput: it is not of this form, or too long.
        """
        return Answer(self.digest, (("CREDENTIAL", require_credential(credential)),))


def require_credential(credential: object) -> Secret:
    """Return an AuthenticationResponseJSON as JSON text, if it has the members that one has."""
    try:
        loaded = json.loads(reveal(credential)) if isinstance(credential, str | Secret) else credential
        text = json.dumps(loaded)
    except (ValueError, TypeError, RecursionError):
        loaded, text = None, ""
    response = loaded.get("response") if isinstance(loaded, Mapping) else None
    if not isinstance(loaded, Mapping) or not isinstance(response, Mapping):
        raise InvalidInput("credential", "must be what toJSON() of the browser's credential returns")
    missing = [name for name in MEMBERS if not loaded.get(name)]
    missing += [f"response.{name}" for name in RESPONSE_MEMBERS if not isinstance(response.get(name), str)]
    if missing:
        raise InvalidInput("credential", f"has no {missing[0]}: give what toJSON() of the browser's credential returns")
    if len(text) > MAX_STRING_LENGTH:
        raise InvalidInput("credential", f"has {len(text)} characters as JSON, at most {MAX_STRING_LENGTH} are allowed")
    return Secret(text)
