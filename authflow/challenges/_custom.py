"""CustomChallenge: what the pool's Lambda triggers ask."""

from dataclasses import dataclass
from typing import ClassVar

from authflow.core._frames import hides_frames
from authflow.core._validation import MAX_STRING_LENGTH
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.pairs import Pairs
from authflow.core.secret import Secret, require_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomChallenge(BaseChallenge):
    """CUSTOM_CHALLENGE: one round of what the pool's Lambda triggers ask.

    Attributes:
        parameters: the public challenge parameters that the Lambda trigger set, as pairs.
    """

    NAME: ClassVar[str] = "CUSTOM_CHALLENGE"

    parameters: Pairs = ()

    def describe(self) -> tuple[str, Pairs]:
        """Return the text, below which the parameters are shown."""
        return "text", self.parameters

    @hides_frames
    def answer(self, answer: str | Secret) -> Answer:
        """Answer this round. The Lambda triggers decide whether another round follows.

        Raises:
            InvalidInput: the answer has the wrong type, is empty, or is too long.
        """
        return Answer(self.digest, (("ANSWER", require_secret("answer", answer, at_most=MAX_STRING_LENGTH)),))
