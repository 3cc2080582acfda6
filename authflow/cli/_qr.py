"""QR codes, drawn with text. The home of segno."""

from io import StringIO

import segno


def drawn(text: str, encoding: str | None) -> list[str]:
    """Return a QR code as lines of half blocks, light ones where the code is light: for light text on a dark ground.

    Args:
        text: what the code says.
        encoding: the output's; where it has no half blocks there are no lines.
    """
    picture = StringIO()
    segno.make_qr(text).terminal(picture, compact=True)
    try:
        picture.getvalue().encode(encoding or "ascii")
    except UnicodeEncodeError:
        return []
    return picture.getvalue().splitlines()
