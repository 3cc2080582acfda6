"""CustomChallenge: what the pool's Lambda triggers ask."""

from dataclasses import dataclass

from authflow.core._validation import MAX_STRING_LENGTH, require_text
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.pairs import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomChallenge(BaseChallenge):
    """CUSTOM_CHALLENGE: one round of what the pool's Lambda triggers ask.

    Attributes:
        parameters: the public challenge parameters that the Lambda trigger set, as pairs.
    """

    NAME = "CUSTOM_CHALLENGE"

    parameters: Pairs = ()

    def answer(self, answer: str) -> Answer:
        """Answer this round. The Lambda triggers decide whether another round follows.

        Raises:
            InvalidInput: the answer is no string, is empty, or is too long.
        """
        return Answer(self.digest, (("ANSWER", require_text("answer", answer, at_most=MAX_STRING_LENGTH)),))
