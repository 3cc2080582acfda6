"""Objects that can be copied but not pickled: values that hold secrets, and services that belong to one process."""

from typing import Any, ClassVar, NoReturn, Self


class Opaque:
    """An immutable value that holds secrets. A copy is the value itself, and pickling raises.

    Attributes:
        WHY: why it can't be pickled.
        INSTEAD: what to do instead of pickling.
    """

    __slots__ = ()

    WHY: ClassVar[str] = "holds secrets"
    INSTEAD: ClassVar[str]

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        self.__reduce_ex__(None)

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} {self.WHY} and can't be pickled: {self.INSTEAD}")


class ProcessBound(Opaque):
    """A service with connections, threads or memory of its own. A copy is the service itself, and pickling raises."""

    __slots__ = ()

    WHY: ClassVar[str] = "belongs to its process"
    INSTEAD: ClassVar[str] = "make one in each process"
