"""Write docs/machine.md from the tables of transitions; with --check, only say whether it is current."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from authflow.core.transitions import SAME, Row
from authflow.diagram import excerpt, mermaid
from authflow.machines.remember_device import table as remember_device
from authflow.machines.sign_in import table as sign_in
from authflow.machines.sign_in.table import AFTER_ANY, ASKS_AGAIN, CALLS, CHALLENGES, GROUPS, TABLE

PAGE: Final = Path(__file__).with_name("machine.md")
Groups = Mapping[str, Sequence[str]]
N, T = sign_in.Node, sign_in.Trigger


@dataclass(frozen=True)
class Mechanism:
    """A part of the table that is worth a diagram of its own.

    Attributes:
        title: the heading.
        sentence: what the diagram shows.
        nodes: the part of the table that stays among these is drawn.
        triggers: only rows of these; by default all rows but those that lead nowhere else.
        groups: nodes to draw as one composite state.
        folded: whether groups are drawn as if each were one node.
    """

    title: str
    sentence: str
    nodes: tuple[str, ...]
    triggers: tuple[str, ...] = ()
    groups: Groups | None = None
    folded: bool = False

    @property
    def rows(self) -> list[Row]:
        """The rows that are drawn."""
        part = excerpt(TABLE, self.nodes)
        if self.triggers:
            return [row for row in part if row.trigger in self.triggers]
        return [row for row in part if row.destination != SAME]


MECHANISMS: Final = (
    Mechanism(
        "A password",
        "`Srp` sends a proof of the password, `Password` the password itself.",
        (N.START, N.INITIATING_SRP, N.INITIATING_PASSWORD, N.VERIFYING_PASSWORD, N.SIGNED_IN),
    ),
    Mechanism(
        "A new password",
        "Whoever signs in with a temporary password chooses another one; a refused one is asked for again.",
        (N.VERIFYING_PASSWORD, N.INITIATING_PASSWORD, N.NEW_PASSWORD_REQUIRED, N.ANSWERING, N.SIGNED_IN),
    ),
    Mechanism(
        "Second factors",
        "A code is asked for, or first which kind of code; `answering` leads back to the same challenge when the code "
        "was wrong.",
        (
            N.VERIFYING_PASSWORD, N.SELECT_MFA_TYPE, N.SMS_MFA, N.EMAIL_OTP, N.SOFTWARE_TOKEN_MFA, N.ANSWERING,
            N.SIGNED_IN,
        ),
        groups={"second_factor": (N.SELECT_MFA_TYPE, N.SMS_MFA, N.EMAIL_OTP, N.SOFTWARE_TOKEN_MFA)},
    ),
    Mechanism(
        "Setting up an authenticator app",
        "The secret is asked for and shown, a first code is verified, and the set-up completed: three requests.",
        (
            N.VERIFYING_PASSWORD, N.MFA_SETUP, N.ASSOCIATING_TOTP, N.TOTP_SETUP, N.VERIFYING_TOTP, N.COMPLETING_SETUP,
            N.SIGNED_IN,
        ),
    ),
    Mechanism(
        "Remembered devices",
        "A device that Cognito remembers proves itself instead of a second factor.",
        (N.VERIFYING_PASSWORD, N.DEVICE_SRP_AUTH, N.ANSWERING_DEVICE, N.VERIFYING_DEVICE, N.SIGNED_IN),
    ),
    Mechanism(
        "A forgotten device",
        "Each request that carried the key of a device that Cognito has forgotten is sent again without it, once.",
        sign_in.WITH_DEVICE_KEY,
        (T.DEVICE_FORGOTTEN,),
        groups={"with_device_key": sign_in.WITH_DEVICE_KEY},
        folded=True,
    ),
    Mechanism(
        "The pool's own challenges",
        "With a password it is proven first; then the pool's triggers ask as often as they like.",
        (N.START, N.INITIATING_CUSTOM, N.VERIFYING_PASSWORD, N.CUSTOM_CHALLENGE, N.ANSWERING, N.SIGNED_IN),
    ),
    Mechanism(
        "A choice of first factors",
        "What is preferred is asked for at once; else the person chooses.",
        (N.START, N.INITIATING_CHOICE, N.SELECT_CHALLENGE, N.EMAIL_OTP, N.SMS_OTP, N.ANSWERING, N.SIGNED_IN),
        groups={"first_factor": (N.SELECT_CHALLENGE, N.EMAIL_OTP, N.SMS_OTP)},
    ),
    Mechanism(
        "A password that is asked for and sent",
        "`PASSWORD` is one of the choices; `ADMIN_NO_SRP_AUTH` comes through the admin API only.",
        (N.INITIATING_CHOICE, N.PASSWORD, N.ADMIN_NO_SRP_AUTH, N.ANSWERING, N.SIGNED_IN),
        groups={"asked": (N.PASSWORD, N.ADMIN_NO_SRP_AUTH)},
    ),
    Mechanism(
        "A password that is asked for and proven",
        "The proof begins with the answer, and with a key pair of its own.",
        (
            N.INITIATING_CHOICE, N.SELECT_CHALLENGE, N.PASSWORD_SRP, N.ANSWERING_SRP, N.VERIFYING_PASSWORD,
            N.SIGNED_IN,
        ),
    ),
    Mechanism(
        "Refresh",
        "New tokens for a refresh token; nobody is asked anything.",
        (N.START, N.REFRESHING, N.SIGNED_IN),
    ),
    Mechanism(
        "Endings",
        "Tokens, or a failure with its reason; `cancel` is accepted everywhere.",
        (*CALLS, *CHALLENGES, N.SIGNED_IN, N.FAILED),
        (T.TOKENS, T.REFUSED, T.CANCEL),
        groups={"calls": CALLS, "after_any": AFTER_ANY, "challenges": CHALLENGES},
        folded=True,
    ),
)  # fmt: skip

TEXT: Final = """\
# The state machine

<!-- Written by docs/diagrams.py. To change it, change the tables or that script, and run it again. -->

Everything here is drawn from `authflow.machines.sign_in.table`. A node named by a gerund waits for Cognito. A node with the name
of a challenge waits for a person. An arrow in capitals is a challenge that came with Cognito's reply.
[Challenges](challenges.md) tells what each one asks.

## At a glance

All calls as one, and all challenges as one; what leads from a call to another call is not shown.

```mermaid
{glance}
```

## The whole

An arrow from a frame holds for every node in it. An arrow to a frame, "by its name", stands for one arrow to each node
in it. Rows that lead back to where they begin are left out: they stand [below](#a-forgotten-device).
`authflow diagram` prints every arrow.

```mermaid
{whole}
```

{mechanisms}

## Remembering a device

A table of its own, after the tokens, so that a refusal here never costs them: `authflow.machines.remember_device.table`. See
[Devices](devices.md).

```mermaid
{remembering}
```

## Every row

One line of the table each. "stays" keeps the state and sends its request again.

{rows}

The groups:

{groups}

## Asked again

A refusal ends a sign-in, but for these: the Session is still good, and the challenge comes back with `rejected`.

{again}
"""


def main() -> int:
    """Return the exit code: 1 where the page is not current."""
    _require_all_rows_drawn()
    page = _page()
    if "--check" not in sys.argv:
        PAGE.write_text(page, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != page:
        sys.stderr.write(f"{PAGE.name} is not current: run python docs/diagrams.py\n")
        return 1
    return 0


def _page() -> str:
    return TEXT.format(
        glance=_drawn(_glance(), {}, N.START),
        whole=_folded_targets(_drawn([row for row in TABLE if row.destination != SAME], GROUPS, N.START), GROUPS),
        mechanisms="\n\n".join(map(_section, MECHANISMS)),
        remembering=_drawn(remember_device.TABLE, {}, remember_device.Node.START),
        rows=_table(("trigger", "at", "leads to"), map(_cells, TABLE)),
        groups=_table(("group", "nodes"), ((name, _names(nodes)) for name, nodes in _groups().items())),
        again=_table(
            ("challenge", "refusal", "source"),
            ((_code(_challenge(name)), _code(refusal), source) for (name, refusal), source in ASKS_AGAIN.items()),
        ),
    )


def _require_all_rows_drawn() -> None:
    drawn = {(row.trigger, row.destination) for mechanism in MECHANISMS for row in mechanism.rows}
    missing = [f"{row.trigger} to {row.destination}" for row in TABLE if (row.trigger, row.destination) not in drawn]
    if missing:
        raise SystemExit(f"rows that no small diagram shows: {', '.join(missing)}")


def _section(mechanism: Mechanism) -> str:
    rows, groups = mechanism.rows, mechanism.groups or {}
    if mechanism.folded:
        rows = [replace(row, sources=tuple(_named(row.sources, groups))) for row in rows]
        groups = {}
    diagram = _drawn(rows, groups, mechanism.nodes[0])
    return f"## {mechanism.title}\n\n{mechanism.sentence}\n\n```mermaid\n{diagram}\n```"


def _drawn(rows: Sequence[Row], groups: Groups, start: str) -> str:
    """Return a diagram from left to right, which fits pages; one that starts in the middle has no point to start at."""
    first, entry, *others = mermaid(rows, groups, start).strip().splitlines()
    return "\n".join([first, "    direction LR", *([entry] if start == "start" else []), *others])


def _glance() -> list[Row]:
    """Return the table as if each of its groups were one node, and each kind of trigger one; loops are left out."""
    kinds = {"calls": CALLS, "challenges": CHALLENGES}
    whose = {str(node): kind for kind, nodes in kinds.items() for node in nodes}
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for row in TABLE:
        for source in dict.fromkeys(whose.get(source, source) for source in row.sources):
            target = whose.get(row.destination, source if row.destination == SAME else row.destination)
            arrows.setdefault((source, target), {})[_kind(row)] = None
    return [Row(", ".join(kinds), (source,), target) for (source, target), kinds in arrows.items() if source != target]


def _kind(row: Row) -> str:
    if row.trigger.isupper():
        return "a challenge"
    return row.trigger.split("_")[0] if row.trigger.startswith(("begin", "answer")) else row.trigger


def _folded_targets(diagram: str, groups: Groups) -> str:
    """Return a diagram where arrows from one place to each node of a group are one arrow to the group."""
    lines = diagram.splitlines()
    for name, nodes in groups.items():
        for source in {line.split()[0] for line in lines if " --> " in line}:
            arrows = [f"    {source} --> {node}: {node.upper()}" for node in nodes]
            if set(arrows) <= set(lines):
                lines = [line for line in lines if line not in arrows[1:]]
                lines[lines.index(arrows[0])] = f"    {source} --> {name}: by its name"
    return "\n".join(lines)


def _groups() -> Groups:
    """Return the groups that the table itself uses."""
    used = {row.sources for row in TABLE} | {AFTER_ANY, CALLS, CHALLENGES}
    constants = {name.lower(): value for name, value in vars(sign_in).items() if re.fullmatch("[A-Z_]{2,}", name)}
    return {name: value for name, value in constants.items() if isinstance(value, tuple) and value in used}


def _cells(row: Row) -> tuple[str, str, str]:
    return _code(row.trigger), _names(_named(row.sources, _groups())), _destination(row)


def _destination(row: Row) -> str:
    return "stays" if row.destination == SAME else _code(row.destination)


def _named(sources: Sequence[str], groups: Groups) -> list[str]:
    """Return the sources with whole groups, the largest first, in place of their members."""
    left, found = list(sources), []
    for name in sorted(groups, key=lambda name: -len(groups[name])):
        if len(groups[name]) > 1 and set(groups[name]) <= set(left):
            found.append(name)
            left = [source for source in left if source not in groups[name]]
    return [*found, *left]


def _challenge(asking_trigger: str) -> str:
    return "TotpSetup" if asking_trigger == T.TOTP_REJECTED else asking_trigger


def _code(text: str) -> str:
    return f"`{text}`"


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"*{name}*" if name in _groups() else _code(name) for name in names)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
