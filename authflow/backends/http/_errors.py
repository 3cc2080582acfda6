"""The error of a transport."""


class TransportError(Exception):
    """There is no acceptable response. The text quotes nothing that was received."""
