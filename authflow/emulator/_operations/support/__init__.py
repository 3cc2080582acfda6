"""What the emulator does with each request member: notes in TOML files, one table an operation, one line a member.

::

    [CreateGroup]
    GroupName = "tests/emulator/operations/test_groups.py::test_create"    # honoured: a test that fails without it
    RoleArn = "stored"                                                     # accepted, without effect
    "Policies.SignInPolicy" = "refused: ..."                               # a part; a reason may follow
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from authflow.emulator._service_model.model import ServiceModel

#: the table of the operations that the emulator does not have: name to reason
ABSENT: Final = "not emulated"


class Status(StrEnum):
    """What happens to a request member."""

    HONOURED = "honoured"
    STORED = "stored"
    REFUSED = "refused"
    NOT_EMULATED = "not emulated"


@dataclass(frozen=True, slots=True)
class Note:
    """What happens to a request member.

    Attributes:
        status: what happens.
        detail: of an honoured member the test that fails without it; otherwise the reason, perhaps empty.
    """

    status: Status
    detail: str

    @classmethod
    def parse(cls, text: str) -> "Note":
        """Parse a note.

        Raises:
            ValueError: it is neither a test nor a status.
        """
        if "::" in text:
            return cls(Status.HONOURED, text)
        status, _, reason = text.partition(":")
        if status == Status.HONOURED:
            raise ValueError(f"{text!r}: an honoured member names its test")
        return cls(Status(status), reason.strip())


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes.

    Attributes:
        members: the notes of each operation in the register, by the dotted path of the member.
        absent: the other operations of the service model, each with the reason.
    """

    members: Mapping[str, Mapping[str, Note]]
    absent: Mapping[str, str]


def read_notes() -> Notes:
    """Read the notes.

    Raises:
        ValueError: two files have a note on the same member, or a note is malformed.
    """
    members: dict[str, dict[str, Note]] = {}
    absent: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for operation, table in tomllib.loads(file.read_text()).items():
            if operation == ABSENT:
                absent.update(table)
                continue
            known = members.setdefault(operation, {})
            if twice := sorted(known.keys() & table.keys()):
                raise ValueError(f"{file.name}: {operation}: a second note on {', '.join(twice)}")
            known.update({path: Note.parse(text) for path, text in table.items()})
    return Notes(members, absent)


def find_gaps(notes: Notes, model: ServiceModel, register: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each operation and member that has no note, and for each note on nothing."""
    for operation in sorted(model.operations):
        if (operation in register) == (operation in notes.absent):
            yield f"{operation}: is {'in the register' if operation in register else 'not classified'}"
    for operation in sorted({*notes.members, *notes.absent} - model.operations):
        yield f"{operation}: is not in the service model"
    for operation in sorted(notes.members.keys() - set(register)):
        yield f"{operation}: is not in the register"
    for operation in sorted(model.operations & set(register)):
        paths = notes.members.get(operation, {}).keys()
        yield from (f"{operation}: no note on {path}" for path in _find_unclassified(model, operation, paths))
        yield from (f"{operation}: has no member {path}" for path in paths if not model.has_member(operation, path))


def _find_unclassified(model: ServiceModel, operation: str, paths: Collection[str], parent: str = "") -> Iterator[str]:
    for name in model.list_members(operation, parent):
        path = f"{parent}.{name}" if parent else name
        if path in paths:
            continue
        if any(noted.startswith(f"{path}.") for noted in paths):
            yield from _find_unclassified(model, operation, paths, path)
        else:
            yield path
