"""The fields of user attributes in forms."""

from collections.abc import Mapping
from typing import Final

from authflow.core._validation import MAX_ATTRIBUTE_LENGTH
from authflow.core.form import Field, Kind

PREFIX: Final = "attributes."  # an attribute may have the name of another field

# OpenID Connect's standard claims that a person enters: the kind, and HTML's autocomplete
_STANDARD: Final[Mapping[str, tuple[Kind, str]]] = {
    "email": (Kind.EMAIL, "email"),
    "phone_number": (Kind.TEL, "tel"),
    "name": (Kind.TEXT, "name"),
    "given_name": (Kind.TEXT, "given-name"),
    "middle_name": (Kind.TEXT, "additional-name"),
    "family_name": (Kind.TEXT, "family-name"),
    "nickname": (Kind.TEXT, "nickname"),
    "preferred_username": (Kind.TEXT, "username"),
    "birthdate": (Kind.TEXT, "bday"),
    "gender": (Kind.TEXT, "sex"),
    "address": (Kind.TEXT, "street-address"),
    "website": (Kind.TEXT, "url"),
    "profile": (Kind.TEXT, "url"),
    "picture": (Kind.TEXT, "photo"),
    "locale": (Kind.TEXT, "language"),
    "zoneinfo": (Kind.TEXT, "off"),
}
STANDARD_ATTRIBUTES: Final = tuple(_STANDARD)


def make_attribute_field(name: str, *, required: bool = True) -> Field:
    """Return the field of a user attribute, whose name begins with ``attributes.``."""
    kind, autocomplete = _STANDARD.get(name, (Kind.TEXT, "off"))
    return Field(
        name=f"{PREFIX}{name}",
        kind=kind,
        message=f"attribute.{name}",
        required=required,
        autocomplete=autocomplete,
        inputmode=str(kind) if kind is not Kind.TEXT else None,
        pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}" if name == "birthdate" else None,  # as Cognito stores it
        max_length=MAX_ATTRIBUTE_LENGTH,
    )
