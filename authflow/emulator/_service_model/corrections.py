"""Where botocore's model differs from the service, and patterns that need another form here."""

import copy
from collections.abc import Mapping
from typing import Any, Final

#: the pattern that the service quotes; white space is allowed inside a password, not at its ends
#: https://github.com/cds-snc/platform-forms-client/issues/5635
_PASSWORD: Final = r"^[\S]+.*[\S]+$"
#: members of shapes that are replaced
_SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "PasswordType": {"pattern": _PASSWORD},
    # it forbids the dots of custom domains; the service refuses a domain with a text of its own
    "DomainType": {"pattern": None},
}
#: members that may be blank: "To create a user with no password, omit this parameter or submit a blank value"
_MAY_BE_BLANK: Final = (("SignUpRequest", "Password"), ("AdminCreateUserRequest", "TemporaryPassword"))

#: members of replies that the model requires and a recorded reply lacks
_MAY_BE_ABSENT: Final = (("WebAuthnCredentialDescription", "AuthenticatorTransports"),)
#: structures of replies that may lack members which requests must have: prefix domains have no certificate
_MAY_BE_EMPTY: Final = (("DomainDescriptionType", "CustomDomainConfig"),)

_VISIBLE: Final = r"\p{L}\p{M}\p{S}\p{N}\p{P}"
_TEXT: Final = rf"[{_VISIBLE}\s*]*"
#: what the classes of Java mean, in which the service checks patterns: ASCII only. Python's mean all of Unicode
_JAVA_CLASSES: Final[Mapping[str, str]] = {
    r"[\S]": r"[^ \t\n\v\f\r]",
    r"\w": "A-Za-z0-9_",
    r"\s": r" \t\n\v\f\r",
}
#: patterns in an equivalent form that takes linear time: as they stand, they take quadratic or cubic time
LINEAR_FORMS: Final[Mapping[str, str]] = {
    _PASSWORD: r"[\S][^\n\r\u0085\u2028\u2029]*[\S]",
    rf"[{_VISIBLE}]+@[{_VISIBLE}]+": rf"(?=[{_VISIBLE}]++\Z).[^@]*+@(?s:.+)",
    rf"{_TEXT}\{{####\}}{_TEXT}": rf"(?s)(?={_TEXT}+\Z).*?\{{####\}}.*",
    rf"{_TEXT}\{{##{_TEXT}##\}}{_TEXT}": rf"(?s)(?={_TEXT}+\Z)(?>.*?\{{##).*?##\}}.*",
}


def translate_pattern(pattern: str) -> str:
    """Return a pattern of the model as one of the module ``regex``."""
    translated = LINEAR_FORMS.get(pattern, pattern)
    for java, python in _JAVA_CLASSES.items():
        translated = translated.replace(java, python)
    return translated


def correct_shapes(shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model's shapes with the corrections."""
    corrected = {**shapes, **{name: _change(shapes[name], changes) for name, changes in _SHAPES.items()}}
    for structure, member in _MAY_BE_BLANK:
        corrected[structure] = copy.deepcopy(corrected[structure])
        reference = corrected[structure]["members"][member]
        blankable = f"Blankable{reference['shape']}"
        corrected[blankable] = {**corrected[reference["shape"]], "mayBeBlank": True}
        reference["shape"] = blankable
    for structure, member in _MAY_BE_ABSENT:
        required = [name for name in corrected[structure]["required"] if name != member]
        corrected[structure] = {**corrected[structure], "required": required}
    for structure, member in _MAY_BE_EMPTY:
        corrected[structure] = copy.deepcopy(corrected[structure])
        reference = corrected[structure]["members"][member]
        described = f"Described{reference['shape']}"
        corrected[described] = {**corrected[reference["shape"]], "required": []}
        reference["shape"] = described
    return corrected


def _change(shape: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shape with other members; those that are None are left out."""
    return {name: value for name, value in {**shape, **changes}.items() if value is not None}
