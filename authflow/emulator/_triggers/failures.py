"""How Lambda functions fail that are called over HTTP."""


class InvocationError(Exception):
    """The function could not be invoked, or did not answer in time. The text is that of the service's error.

    Attributes:
        is_retried: whether another attempt may succeed.
    """

    def __init__(self, text: str, *, is_retried: bool = True) -> None:
        super().__init__(text)
        self.is_retried = is_retried


class FunctionError(Exception):
    """The function raised an error, whose text this is."""


class OutputError(Exception):
    """The function's answer is not what an event can be."""
