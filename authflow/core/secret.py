"""Secret: a text that is shown by its own method only, and by no repr, log, serializer or web framework."""

import hmac
from typing import ClassVar, final

from authflow.core._frames import hides_frames
from authflow.core._opaque import Opaque
from authflow.core._validation import require_instance, require_text

__all__ = ["Secret"]


@final
class Secret(Opaque):
    """A secret text: a password, a code, a token, a Session.

    It is no ``str``, so that code which expects a text fails instead of showing or hashing it. ``repr``, ``str``,
    ``format`` and ``json.dumps(..., default=str)`` give a mask, ``dataclasses.asdict`` keeps the Secret, and
    ``pickle`` raises TypeError. Secrets with the same text are equal.

    Raises:
        InvalidInput: ``text`` is no ``str``.
    """

    __slots__ = ("__text",)

    INSTEAD: ClassVar[str] = "pass the text that reveal() returns, or seal the flow"

    @hides_frames
    def __init__(self, text: str) -> None:
        self.__text = require_instance("text", text, str)

    def reveal(self) -> str:
        """Return the text. You must keep it out of logs."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_encode(self.__text), _encode(other.__text))

    def __hash__(self) -> int:
        return hash((Secret, self.__text))


def _encode(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def require_secret(field: str, value: object, *, at_most: int) -> Secret:
    """Return a ``str`` or ``Secret`` as a ``Secret``, if it is a text as ``require_text`` demands."""
    if isinstance(value, Secret):
        require_text(field, value.reveal(), at_most=at_most)
        return value
    return Secret(require_text(field, value, at_most=at_most))


def reveal(value: str | Secret) -> str:
    """Return the text of a ``str`` or a ``Secret``."""
    return value.reveal() if isinstance(value, Secret) else value
