"""Sample values for flows without a server: app clients, a time, and stamps."""

from datetime import UTC, datetime

from authflow import AppClient, Stamp

APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado")
SECRET_APP = AppClient("eu-west-1_Ab12Cd34E", "3n4b5urk1ft4fl3mg5e62d9ado", "1sh0u1dn0tbes33n")
AT = datetime(2026, 11, 7, 9, 5, 3, tzinfo=UTC)


def stamp(number: int = 0) -> Stamp:
    """Return the same stamp for the same number, and different ones for different numbers."""
    return Stamp(AT, number.to_bytes(64, "big"))
