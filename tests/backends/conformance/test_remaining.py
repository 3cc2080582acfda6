"""The documentation names what a backend does not hold, and the suite shows it."""

import re
from pathlib import Path

from tests.backends.conformance.remaining import EXAMPLE, GIVEN, REMAINING
from tests.support.backends import EVERY
from tests.support.backends import EXAMPLE as EXAMPLE_FILE

PAGE = Path(__file__).parents[3] / "docs" / "backends.md"


def find_reasons(subject: str) -> set[str]:
    return {reason for subjects in REMAINING.values() for name, (_, reason) in subjects.items() if name == subject}


def read(path: Path) -> str:
    """Return a text without its line breaks."""
    return " ".join(path.read_text("utf-8").split())


def test_each_condition_is_one_of_the_suite() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert all(f'under("{condition}"' in re.sub(r"under\(\s+", "under(", tests) for condition in REMAINING)
    assert {name for subjects in REMAINING.values() for name in subjects} == {GIVEN, EXAMPLE} < set(EVERY)


def test_what_remains_with_a_given_client_is_what_the_documentation_names() -> None:
    section = read(PAGE).partition("This remains, compared with the backend's own client: - ")[2].partition(" ## ")[0]
    named = section.split(" - ")
    reasons = find_reasons(GIVEN)
    assert all(sum(reason in item for reason in reasons) == 1 for item in named), named
    assert len(named) == len(reasons)


def test_what_remains_with_the_example_is_what_it_says() -> None:
    assert all(reason in read(EXAMPLE_FILE) for reason in find_reasons(EXAMPLE))
