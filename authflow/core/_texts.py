"""Texts from the network, made fit for errors, logs and terminals."""


def escape(text: str) -> str:
    """Return a text with its control and format characters escaped, so that it can't forge a line or move a cursor."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def clean(text: str, *, at_most: int) -> str:
    """Return an escaped text, cut to ``at_most`` characters."""
    shown = escape(text[:at_most])
    return shown if len(text) <= at_most and len(shown) <= at_most else f"{shown[: at_most - 1]}…"
