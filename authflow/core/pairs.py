"""Pairs: mappings of str to str as hashable tuples, which frozen dataclasses hold instead of dictionaries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from authflow.core._validation import MAX_STRING_LENGTH, require_instance, require_text
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret

__all__ = ["NamedValues", "Pairs", "SecretPairs", "require_pairs"]

Pairs: TypeAlias = tuple[tuple[str, str], ...]
SecretPairs: TypeAlias = tuple[tuple[str, str | Secret], ...]  # some values are secret


@dataclass(frozen=True, slots=True)
class NamedValues:
    """Pairs that Cognito's API has as a list of objects with ``Name`` and ``Value``, such as user attributes."""

    pairs: SecretPairs = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.pairs)


def require_pairs(name: str, value: object) -> Pairs:
    """Return a mapping of str to str, or such pairs, as hashable pairs in the same order; else raise InvalidInput."""
    items = tuple(value.items()) if isinstance(value, Mapping) else require_instance(name, value, tuple)
    for pair in items:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise InvalidInput(name, "must map str to str")
        for text in pair:
            require_text(name, text, at_least=0, at_most=MAX_STRING_LENGTH)
    return items
