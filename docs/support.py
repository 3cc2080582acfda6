"""Write docs/support.md from the service model, the register and the notes. With --check, only say if it is current.

It fails on an operation or a request member of the model that nobody has classified.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from authflow.emulator._operations import OPERATIONS
from authflow.emulator._operations.support import Note, Notes, Status, find_gaps, read_notes
from authflow.emulator._service_model.model import ServiceModel

PAGE: Final = Path(__file__).with_name("support.md")
INTRODUCTION: Final = """\
# What the emulator supports

This page is made by `docs/support.py` from the service model in botocore, the emulator's operations and notes beside
their code. Each request member of an operation is

- **honoured**: it makes the difference that it makes at Cognito. A test fails if it is taken out of the request.
- **stored**: accepted, and described where Cognito describes it, without another effect.
- **refused**: where it would have an effect that the emulator does not have.
- **not emulated**: accepted and dropped.

A structure that does several things is listed by its parts. Members that are not in the service model are refused in
process, and ignored over HTTP by default ([`ignore_unknown_members`](emulator.md#where-sources-disagree)).
"""


def write_page(notes: Notes, model: ServiceModel) -> str:
    """Return the page."""
    count = len(OPERATIONS)
    return "\n".join(
        [
            INTRODUCTION,
            f"## Operations: {count} of {len(model.operations)}\n",
            *(line for operation in sorted(OPERATIONS) for line in _write_operation(operation, notes, model)),
            "## Operations that are not emulated\n",
            "They are refused as unknown operations are, with a text that says so.\n",
            *_write_absent(notes.absent),
            "",
        ]
    )


def _write_operation(operation: str, notes: Notes, model: ServiceModel) -> Iterator[str]:
    yield f"### {operation}\n"
    members = notes.members.get(operation, {})
    if not members:
        yield "It has no request members.\n"
        return
    order = {name: place for place, name in enumerate(model.list_members(operation))}
    ordered = sorted(members, key=lambda path: (order[path.partition(".")[0]], path))
    for status in Status:
        listed = [_write_member(path, members[path]) for path in ordered if members[path].status is status]
        if listed:
            yield f"- **{status}**: {', '.join(listed)}"
    yield ""


def _write_member(path: str, note: Note) -> str:
    reason = f" ({note.detail})" if note.detail and note.status is not Status.HONOURED else ""
    return f"`{path}`{reason}"


def _write_absent(absent: Mapping[str, str]) -> Iterator[str]:
    def get_reason(operation: str) -> str:
        return absent[operation]

    for reason, operations in groupby(sorted(absent, key=lambda name: (absent[name], name)), key=get_reason):
        yield f"- {reason}: {', '.join(f'`{operation}`' for operation in operations)}"


def main() -> str | None:
    """Write or check the page; return what is wrong."""
    notes, model = read_notes(), ServiceModel()
    if gaps := list(find_gaps(notes, model, OPERATIONS)):
        return "\n".join(gaps)
    page = write_page(notes, model)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page)
    elif PAGE.read_text() != page:
        return f"{PAGE.name} is not current: run python docs/support.py"
    return None


if __name__ == "__main__":
    sys.exit(main())
