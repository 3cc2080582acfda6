"""The error of a seed document."""


class SeedError(ValueError):
    """The document is invalid, or the emulator refuses part of it: nothing of it was created. It says where and why."""
