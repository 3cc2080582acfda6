"""Every id has a text in every language, every text has a use, and the texts are found in each kind of installation."""

import re
import subprocess
import sys
import zipfile
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import authflow
from authflow import AuthflowError, InvalidInput, Reason
from authflow.challenges._attributes import STANDARD_ATTRIBUTES
from authflow.core._rejections import REJECTIONS
from authflow.core.form import SIGN_IN_FORM, Kind
from authflow.machines.remember_device.table import Node as DeviceNode
from authflow.machines.sign_in.table import Node
from authflow.messages import LANGUAGES, _load, load_messages
from tests.support.questions import make_examples, make_unanswerable

PACKAGE = Path(str(authflow.__file__)).parent
CATALOGUES = {path.parts[-3]: path for path in PACKAGE.glob("messages/*/LC_MESSAGES/authflow.po")}


def read(language: str) -> dict[str, str]:
    with CATALOGUES[language].open("rb") as file:
        catalogue: Catalog = read_po(file)
    return {str(message.id): str(message.string) for message in catalogue if message.id}


PIP = "the texts are not compiled; run: pip install -e ."
TEXTS = {language: read(language) for language in CATALOGUES}


def find_ids() -> set[str]:
    """Return the ids that forms, views, reasons, rejections and the command line have."""
    questions = [each.question for each in make_examples()] + make_unanswerable()
    forms = [SIGN_IN_FORM, *(question.form("Example", "ada") for question in questions)]
    actions = [action for form in forms for action in form.actions]
    fields = [field.message for action in actions for field in action.fields]
    sources = [path.read_text("utf-8") for path in (PACKAGE / "cli").glob("*.py")]
    return {
        *(form.message for form in forms),
        *(action.message for action in actions),
        "action.password",  # an action of SelectChallenge without SRP
        *(field for field in fields if not field.startswith("attribute.")),
        *(f"attribute.{name}" for name in STANDARD_ATTRIBUTES),
        *(f"invalid.{kind}" for kind in (*Kind, "action") if kind != Kind.QR),
        *REJECTIONS,
        *(reason.message_id for reason in Reason),
        *(f"outcome.{node}" for node in (Node.SIGNED_IN, DeviceNode.KEPT, "signed_up", "password_reset")),
        *(found for text in sources for found in re.findall(r"[\"'](terminal\.[a-z_.]+)[\"']", text)),
    }


def test_there_is_a_catalogue_for_each_language() -> None:
    assert sorted(LANGUAGES) == sorted(CATALOGUES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_id_lacks_a_text_and_no_text_lacks_a_use(language: str) -> None:
    assert TEXTS[language].keys() == find_ids()
    assert not [message for message, text in TEXTS[language].items() if not text.strip()]


def test_the_texts_of_all_languages_name_the_same_values() -> None:
    named = {
        language: {message: {name for _, name, _, _ in Formatter().parse(text)} for message, text in texts.items()}
        for language, texts in TEXTS.items()
    }
    assert named["de"] == named["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_and_labels_do_not(language: str) -> None:
    for message, text in TEXTS[language].items():
        is_sentence = message.startswith(("invalid.", "rejected.", "outcome.", "reason.")) or (
            message.startswith(("challenge.", "opening.")) and not message.endswith(".label")
        )
        assert text.endswith(".") == (is_sentence or message in SENTENCES), message
        assert len(text) <= 220, message


SENTENCES = {f"terminal.{name}" for name in ("passkey", "use_browser", "choose_number", "differ")} | {
    "terminal.device_remembered",
    "terminal.device_known",
    "terminal.unconfirmed",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_says_what_helps(language: str) -> None:
    for reason in Reason:
        text = TEXTS[language][reason.message_id]
        assert len(re.findall(r"\.(?: |$)", text)) >= 2, f"{reason}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_current(language: str) -> None:
    with CATALOGUES[language].with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    assert {message: compiled.gettext(message) for message in TEXTS[language]} == TEXTS[language], PIP


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_dates_that_a_compiler_would_else_take_from_the_clock(language: str) -> None:
    text = CATALOGUES[language].read_text("utf-8")
    assert {"POT-Creation-Date", "PO-Revision-Date"} <= set(re.findall(r'^"([\w-]+): ', text, re.MULTILINE))


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["de"], "de"),
        (["de-AT", "en"], "de"),
        (["fr", "DE_ch.UTF-8"], "de"),
        (["en-GB", "de"], "en"),
        (["fr"], "en"),
        ([], "en"),
        (["", "../de", "de/../en"], "en"),
    ],
)
def test_the_first_language_that_there_is_is_used(languages: list[str], expected: str) -> None:
    assert load_messages(languages).language == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "en_US", "LC_ALL": "de_AT@euro"}, "de"),
        ({"LC_ALL": "en_US", "LANGUAGE": "fr:de:en"}, "de"),
        ({"LC_ALL": "C.UTF-8", "LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "de"),
        ({}, "en"),
    ],
)
def test_the_environment_names_the_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_messages().language == expected


def test_texts_name_values_and_attributes_are_called_by_their_names() -> None:
    german = load_messages(["de"])
    assert german.text("challenge.sms_mfa.sent_to", (("destination", "+*9 {x}"),)).endswith("SMS an +*9 {x} gesendet.")
    assert german.text("attribute.family_name") == "Nachname"
    assert german.text("attribute.custom:team") == "custom:team"


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("languages", lambda: load_messages("de")),
        ("message", lambda: load_messages().text("reason.nothing")),
        ("about", lambda: load_messages().text("challenge.sms_mfa.sent_to")),
    ],
)
def test_a_mistake_of_the_caller_is_named(field: str, call: Any) -> None:
    with pytest.raises(AuthflowError) as caught:
        call()
    assert isinstance(caught.value, InvalidInput)
    assert caught.value.field == field


def test_texts_that_are_not_compiled_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _load.cache_clear()
    monkeypatch.setattr("authflow.messages._FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"not compiled; .* \(pip install -e \.\)"):
        load_messages(["de"])


@pytest.mark.parametrize("example", make_examples(), ids=lambda each: type(each.question).__name__)
def test_a_form_is_described_with_all_that_it_is_about(example: Any) -> None:
    form = example.question.form()
    for language in LANGUAGES:
        described = "\n".join(load_messages([language]).describe(form))
        assert all(value in described for _, value in form.about)
        assert "{" not in described


@pytest.mark.slow
def test_wheels_from_the_sources_and_from_the_sdist_have_the_texts(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    if not (root / "hatch_build.py").is_file():
        pytest.skip("the sources are not here")
    pytest.importorskip("build", reason="python -m build is not installed")
    subprocess.run([sys.executable, "-m", "build", "-o", str(tmp_path), str(root)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")  # it is built from the sdist
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"authflow/messages/{language}/LC_MESSAGES/authflow.mo" for language in LANGUAGES} <= set(names)
