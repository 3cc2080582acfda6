"""What a pool's own triggers ask."""

from dataclasses import dataclass

from authflow.core._validation import TOKEN_MOST, require_text
from authflow.core.answers import Answer
from authflow.core.challenge import BaseChallenge
from authflow.core.pairs import Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomChallenge(BaseChallenge):
    """CUSTOM_CHALLENGE: one round of what the pool's Lambda triggers ask.

    Attributes:
        parameters: what the trigger published, as pairs.
    """

    NAME = "CUSTOM_CHALLENGE"

    parameters: Pairs = ()

    def answer(self, answer: str) -> Answer:
        """Answer this round; whether another one follows, the trigger decides.

        Raises:
            InvalidInput: an empty or over-long text.
        """
        return Answer(self.digest, (("ANSWER", require_text("answer", answer, at_most=TOKEN_MOST)),))
