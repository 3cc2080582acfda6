"""Assignment to frozen dataclasses whose constructor accepts more types than their attributes have."""


def assign(instance: object, **values: object) -> None:
    """Set attributes of a frozen dataclass, in its ``__init__`` or ``__post_init__``."""
    for name, value in values.items():
        object.__setattr__(instance, name, value)
