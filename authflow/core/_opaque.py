"""Opaque: immutable values that hold secrets, so they can be copied but not pickled."""

from typing import Any, ClassVar, NoReturn, Self


class Opaque:
    """A copy is the value itself, and pickling raises.

    Attributes:
        INSTEAD: what to do instead of pickling.
    """

    __slots__ = ()

    INSTEAD: ClassVar[str]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(None)

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} holds secrets and can't be pickled: {self.INSTEAD}")
