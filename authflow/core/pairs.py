"""Pairs: mappings of str to str as hashable tuples, which frozen dataclasses hold instead of dictionaries."""

from collections.abc import Mapping
from typing import TypeAlias

from authflow.core._validation import require_instance
from authflow.core.errors import InvalidInput
from authflow.core.secret import Secret

__all__ = ["Pairs", "SecretPairs", "require_pairs"]

Pairs: TypeAlias = tuple[tuple[str, str], ...]
SecretPairs: TypeAlias = tuple[tuple[str, str | Secret], ...]  # some values are secret


def require_pairs(name: str, value: object) -> Pairs:
    """Return a mapping of str to str, or such pairs, as hashable pairs in the same order; else raise InvalidInput."""
    items = tuple(value.items()) if isinstance(value, Mapping) else require_instance(name, value, tuple)
    for pair in items:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise InvalidInput(name, "must map str to str")
    return items
