"""QR codes as text. Only this module imports segno."""

from io import StringIO

import segno


def draw(text: str, encoding: str | None) -> list[str]:
    """Return a QR code as lines of block characters, to be shown as light text on a dark background.

    Args:
        text: the content of the code.
        encoding: the output's. If it has no block characters, or the text is too long for a QR code, the list is empty.
    """
    picture = StringIO()
    try:
        segno.make_qr(text).terminal(picture, compact=True)
        picture.getvalue().encode(encoding or "ascii")
    except (UnicodeEncodeError, segno.DataOverflowError):
        return []
    return picture.getvalue().splitlines()
