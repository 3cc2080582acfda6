"""The texts that people see, in English and German.

Forms, views, reasons and rejections have their ids. The texts are gettext catalogues,
``<language>/LC_MESSAGES/authflow.po``, which are compiled when authflow is installed.
"""

import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final, final

from authflow.core.errors import InvalidInput
from authflow.core.form import Form

__all__ = ["LANGUAGES", "Messages", "load_messages"]

LANGUAGES: Final = ("en", "de")  # the first one is used if no other fits

_FOLDER: Final = Path(__file__).parent
_DOMAIN: Final = "authflow"
_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_ATTRIBUTES: Final = "attribute."  # pools may have attributes of their own


@final
class Messages:
    """The texts in one language. ``load_messages`` makes them.

    Attributes:
        language: such as ``de``.
    """

    def __init__(self, language: str, catalogue: NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def text(self, message: str, about: Mapping[str, object] | Sequence[tuple[str, object]] = ()) -> str:
        """Return the text of a message.

        Args:
            message: the id. A user attribute without a text is called by its name, as in ``attribute.custom:team``.
            about: what the text names, such as ``Form.about``. Values may come from the network: escape the returned
                text as the place where you show it demands.

        Raises:
            InvalidInput: there is no text of this id, or it names something that ``about`` lacks.
        """
        text = self._catalogue.gettext(message)
        if text == message:
            if message.startswith(_ATTRIBUTES):
                return message.removeprefix(_ATTRIBUTES)
            raise InvalidInput("message", "is the id of no text")
        try:
            return text.format_map(dict(about))
        except KeyError as error:
            raise InvalidInput("about", f"lacks {error.args[0]}, which the text of {message} names") from None

    def describe(self, form: Form) -> list[str]:
        """Return what a form asks as lines: its text, and what it is about beside what the text names."""
        lines = [self.text(form.message, form.about)]
        named = self._catalogue.gettext(form.message)
        return lines + [f"{name}: {value}" for name, value in form.about if f"{{{name}}}" not in named]


def load_messages(languages: Sequence[str] | None = None) -> Messages:
    """Return the texts in the first of these languages that there is, else in English.

    Args:
        languages: such as ``("de-AT", "en")``, as browsers name them, or ``("de_AT.UTF-8",)``. None: those of the
            environment: the first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set.

    Raises:
        InvalidInput: ``languages`` is a string.
    """
    if isinstance(languages, str):
        raise InvalidInput("languages", "must be a sequence of languages, not one str")
    wanted = (
        re.split(r"[-_.@]", language)[0].lower()
        for language in (_read_environment() if languages is None else languages)
    )
    return _load(next((language for language in wanted if language in LANGUAGES), LANGUAGES[0]))


def _read_environment() -> list[str]:
    values = (os.environ.get(variable) for variable in _VARIABLES)
    return next((value for value in values if value), "").split(":")


@cache
def _load(language: str) -> Messages:
    try:
        return Messages(language, translation(_DOMAIN, _FOLDER, [language]))
    except FileNotFoundError as error:
        problem = "the texts are not compiled; install authflow with pip, also for development (pip install -e .)"
        raise FileNotFoundError(error.errno, problem, str(_FOLDER)) from None
