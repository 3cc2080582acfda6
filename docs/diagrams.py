"""Write docs/machine.md, docs/pictures/ and the console's picture. With --check, only say whether they are current."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from console_picture import draw_console
from packages import draw_packages
from pictures import DIRECTORY, STYLE, draw, is_current

from authflow.core.transitions import SAME, Row
from authflow.diagram import classify_nodes, draw_dot, excerpt, group_sources
from authflow.machines.remember_device import table as remember_device
from authflow.machines.sign_in import table as sign_in
from authflow.machines.sign_in.table import ANY_MAY_FOLLOW, ASKS_AGAIN, CALLS, CHALLENGE_NODES, TABLE

PAGE: Final = Path(__file__).with_name("machine.md")
CONSOLE: Final = PAGE.parents[1] / "authflow" / "emulator" / "_transports" / "control" / "console"
KINDS: Final = classify_nodes(TABLE, "start") | {"challenges": "person"}
Groups = Mapping[str, Sequence[str]]
N, T = sign_in.Node, sign_in.Trigger


@dataclass(frozen=True)
class Picture:
    """A picture of the documentation.

    Attributes:
        name: of its file.
        title: what it shows, for people who don't see it.
        dot: its text in Graphviz' DOT.
        folder: where it is.
        style: its style sheet.
    """

    name: str
    title: str
    dot: str
    folder: Path = DIRECTORY
    style: str = STYLE

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.name}.svg"

    @property
    def markdown(self) -> str:
        """The image, as a page includes it."""
        return f"![{self.title}](pictures/{self.name}.svg)"


@dataclass(frozen=True)
class Mechanism:
    """A part of the table that is worth a picture of its own.

    Attributes:
        title: the heading.
        sentence: what the picture shows.
        nodes: the rows among these nodes are drawn.
        triggers: only rows of these; by default all rows that lead to another node.
        groups: nodes to draw in one frame.
        folded: whether each group is drawn as one node.
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

    @property
    def picture(self) -> Picture:
        """The picture of this part."""
        rows, groups = self.rows, self.groups or {}
        if self.folded:
            rows = [replace(row, sources=tuple(group_sources(row.sources, groups))) for row in rows]
            groups = {}
        name = re.sub(r"[^a-z]+", "-", self.title.lower()).strip("-")
        return Picture(name, self.title, draw_dot(rows, groups, "start", KINDS))


MECHANISMS: Final = (
    Mechanism(
        "A password",
        "`Srp` (USER_SRP_AUTH) sends a proof of the password, `Password` (USER_PASSWORD_AUTH) the password itself.",
        (N.START, N.INITIATING_SRP, N.INITIATING_PASSWORD, N.VERIFYING_PASSWORD, N.SIGNED_IN),
    ),
    Mechanism(
        "A new password",
        "A user who signs in with a temporary password chooses a new one. Cognito may refuse it and ask again.",
        (N.VERIFYING_PASSWORD, N.INITIATING_PASSWORD, N.NEW_PASSWORD_REQUIRED, N.ANSWERING, N.SIGNED_IN),
    ),
    Mechanism(
        "Second factors",
        "Cognito asks for a code, or first for the kind of code. After a wrong code it asks again.",
        (
            N.VERIFYING_PASSWORD, N.SELECT_MFA_TYPE, N.SMS_MFA, N.EMAIL_OTP, N.SOFTWARE_TOKEN_MFA, N.ANSWERING,
            N.SIGNED_IN,
        ),
        groups={"second_factor": (N.SELECT_MFA_TYPE, N.SMS_MFA, N.EMAIL_OTP, N.SOFTWARE_TOKEN_MFA)},
    ),
    Mechanism(
        "Setting up an authenticator app",
        "Three requests: get the secret, verify a first code, complete the setup.",
        (
            N.VERIFYING_PASSWORD, N.MFA_SETUP, N.ASSOCIATING_TOTP, N.TOTP_SETUP, N.VERIFYING_TOTP, N.COMPLETING_SETUP,
            N.SIGNED_IN,
        ),
    ),
    Mechanism(
        "Remembered devices",
        "A remembered device proves itself in place of a second factor.",
        (N.VERIFYING_PASSWORD, N.DEVICE_SRP_AUTH, N.ANSWERING_DEVICE, N.VERIFYING_DEVICE, N.SIGNED_IN),
    ),
    Mechanism(
        "A forgotten device",
        "A request that carried the key of a device that Cognito has forgotten is sent once more, without the key.",
        sign_in.WITH_DEVICE_KEY,
        (T.DEVICE_FORGOTTEN,),
        groups={"with_device_key": sign_in.WITH_DEVICE_KEY},
        folded=True,
    ),
    Mechanism(
        "Custom challenges",
        "If there is a password, it is proven first. Then the pool's Lambda triggers ask as often as they decide.",
        (N.START, N.INITIATING_CUSTOM, N.VERIFYING_PASSWORD, N.CUSTOM_CHALLENGE, N.ANSWERING, N.SIGNED_IN),
    ),
    Mechanism(
        "A choice of first factors",
        "Cognito asks for the preferred factor at once, or lets the person choose.",
        (N.START, N.INITIATING_CHOICE, N.SELECT_CHALLENGE, N.EMAIL_OTP, N.SMS_OTP, N.ANSWERING, N.SIGNED_IN),
        groups={"first_factor": (N.SELECT_CHALLENGE, N.EMAIL_OTP, N.SMS_OTP)},
    ),
    Mechanism(
        "A password challenge, sent",
        "`PASSWORD` is one of the choices. `ADMIN_NO_SRP_AUTH` occurs with the admin API only.",
        (
            N.INITIATING_CHOICE, N.INITIATING_PASSWORD, N.PASSWORD, N.ADMIN_NO_SRP_AUTH, N.ANSWERING, N.SIGNED_IN,
        ),
    ),
    Mechanism(
        "A password challenge, proven by SRP",
        "The proof starts with the answer, and uses a key pair of its own.",
        (
            N.INITIATING_CHOICE, N.SELECT_CHALLENGE, N.PASSWORD_SRP, N.ANSWERING_SRP, N.VERIFYING_PASSWORD,
            N.SIGNED_IN,
        ),
    ),
    Mechanism(
        "Refresh",
        "New tokens for a refresh token, without a question.",
        (N.START, N.REFRESHING, N.SIGNED_IN),
    ),
    Mechanism(
        "Endings",
        "Tokens, or a failure with its reason. Every node accepts `cancel`.",
        (*CALLS, *CHALLENGE_NODES, N.SIGNED_IN, N.FAILED),
        (T.TOKENS, T.REFUSED, T.CANCEL),
        groups={"calls": CALLS, "any_may_follow": ANY_MAY_FOLLOW, "challenge_nodes": CHALLENGE_NODES},
        folded=True,
    ),
)  # fmt: skip

TEXT: Final = """\
# The state machine

<!-- Written by docs/diagrams.py. To change it, change the tables or that script, and run it again. -->

This page is generated from `authflow.machines.sign_in.table`. Blue nodes wait for Cognito; their names are gerunds.
Yellow nodes wait for a person; they have Cognito's name of the challenge. An arrow in capitals is a challenge in
Cognito's reply. [Challenges](challenges.md) describes each one.

## Overview

{overview}

The page shows the machine mechanism by mechanism, then lists [every row](#every-row). `authflow diagram` prints the
whole machine for Mermaid.

{mechanisms}

## Remember a device

A separate machine that runs after the tokens, so that a refusal here never costs them:
`authflow.machines.remember_device.table`. See [Devices](devices.md).

{remembering}

## Every row

"stays" keeps the state; if it is a call, its request is sent again. The last column names the AuthFlows in which a row
holds; without one, it holds in all. So no server can ask for the password in a sign-in by `Srp`, which never sends it.
In USER_AUTH, a first factor, or the choice of one, is accepted before any other factor only, and PASSWORD only if no
other first factor was preferred or chosen, or if `Choice(..., only=...)` names it. Otherwise the reply is an
`UnexpectedReply`.

{rows}

The groups:

{groups}

## Challenges that are asked again

A refusal ends a sign-in, with the exception of these. The Session is still good, and the same challenge is asked again
with `rejected` set.

{again}
"""


def main() -> int:
    """Return the exit code: 1 where the page or a picture is not current."""
    _require_all_rows_drawn()
    page = _write_page()
    stale = [picture for picture in _list_pictures() if not is_current(picture.path, picture.dot)]
    if "--check" not in sys.argv:
        PAGE.write_text(page, "utf-8")
        for picture in stale:
            draw(picture.path, picture.title, picture.dot, picture.style)
        return 0
    names = [picture.path.name for picture in stale]
    if not PAGE.exists() or PAGE.read_text("utf-8") != page:
        names.append(PAGE.name)
    if names:
        sys.stderr.write(f"not current: {', '.join(names)}; run python docs/diagrams.py\n")
    return 1 if names else 0


def _list_pictures() -> list[Picture]:
    return [
        _draw_overview(),
        *(mechanism.picture for mechanism in MECHANISMS),
        _draw_remember_device(),
        Picture("packages", "The packages of authflow and their imports", draw_packages()),
        Picture("sign-in", "The state diagram of a sign-in", draw_console(), CONSOLE, style=""),
    ]


def _write_page() -> str:
    sections = (
        f"## {mechanism.title}\n\n{mechanism.sentence}\n\n{mechanism.picture.markdown}" for mechanism in MECHANISMS
    )
    return TEXT.format(
        overview=_draw_overview().markdown,
        mechanisms="\n\n".join(sections),
        remembering=_draw_remember_device().markdown,
        rows=_make_table(("trigger", "at", "leads to", "in"), map(_make_cells, TABLE)),
        groups=_make_table(("group", "nodes"), ((name, _join_names(nodes)) for name, nodes in _find_groups().items())),
        again=_make_table(
            ("challenge", "refusal", "source"),
            (
                (_quote(_name_challenge(name)), _quote(refusal), source)
                for (name, refusal), source in ASKS_AGAIN.items()
            ),
        ),
    )


def _require_all_rows_drawn() -> None:
    drawn = {(row.trigger, row.destination) for mechanism in MECHANISMS for row in mechanism.rows}
    missing = [f"{row.trigger} to {row.destination}" for row in TABLE if (row.trigger, row.destination) not in drawn]
    if missing:
        raise SystemExit(f"rows that no picture shows: {', '.join(missing)}")


def _draw_remember_device() -> Picture:
    table = remember_device.TABLE
    return Picture(
        "remember-a-device", "Remember a device", draw_dot(table, {}, "start", classify_nodes(table, "start"))
    )


def _draw_overview() -> Picture:
    """Return the whole machine, what waits for Cognito in one box what waits for a person in another."""
    boxes = {"calls": ("waits for Cognito", CALLS), "challenges": ("waits for a person", CHALLENGE_NODES)}
    text = draw_dot(_fold_rows({name: nodes for name, (_, nodes) in boxes.items()}), {}, "start", KINDS)
    for name, (caption, nodes) in boxes.items():
        label = _make_label(caption, nodes)
        text = text.replace(
            f"  {name} [class={KINDS.get(name, 'call')}]", f"  {name} [class={KINDS.get(name, 'call')}, label={label}]"
        )
    return Picture(
        "sign-in", "The sign-in machine: what waits for Cognito, what waits for a person, and the two ends", text
    )


def _make_label(caption: str, nodes: Sequence[str]) -> str:
    """Return a label with the caption above two columns of nodes."""
    half = (len(nodes) + 1) // 2
    columns = ('<BR ALIGN="LEFT"/>'.join(part) + '<BR ALIGN="LEFT"/>' for part in (nodes[:half], nodes[half:]))
    cells = "".join(f'<TD ALIGN="LEFT" BALIGN="LEFT">{column}</TD>' for column in columns)
    return f'<<TABLE BORDER="0"><TR><TD COLSPAN="2"><B>{caption}</B></TD></TR><TR>{cells}</TR></TABLE>>'


def _fold_rows(boxes: Groups) -> list[Row]:
    """Return the table as if each box were one node, and each kind of trigger one; loops are left out."""
    boxed = {str(node): name for name, nodes in boxes.items() for node in nodes}
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for row in TABLE:
        for source in dict.fromkeys(boxed.get(source, str(source)) for source in row.sources):
            target = boxed.get(row.destination, source if row.destination == SAME else str(row.destination))
            arrows.setdefault((source, target), {})[_classify(row)] = None
    different = {(source, target): kinds for (source, target), kinds in arrows.items() if source != target}
    return [Row(kind, (source,), target) for (source, target), kinds in different.items() for kind in kinds]


def _classify(row: Row) -> str:
    if row.trigger.isupper() or row.trigger in {T.ASSOCIATED, T.TOTP_REJECTED}:
        return "a challenge"
    return row.trigger.split("_")[0] if row.trigger.startswith(("begin", "answer")) else row.trigger


def _find_groups() -> Groups:
    """Return the groups that the table itself uses."""
    used = {row.sources for row in TABLE} | {ANY_MAY_FOLLOW, CALLS, CHALLENGE_NODES}
    constants = {name.lower(): value for name, value in vars(sign_in).items() if re.fullmatch("[A-Z_]{2,}", name)}
    return {name: value for name, value in constants.items() if isinstance(value, tuple) and value in used}


def _make_cells(row: Row) -> tuple[str, str, str, str]:
    sources = _join_names(group_sources(row.sources, _find_groups()))
    return _quote(row.trigger), sources, _describe_destination(row), ", ".join(row.within)


def _describe_destination(row: Row) -> str:
    return "stays" if row.destination == SAME else _quote(row.destination)


def _name_challenge(asking_trigger: str) -> str:
    return "TotpSetup" if asking_trigger == T.TOTP_REJECTED else asking_trigger


def _quote(text: str) -> str:
    return f"`{text}`"


def _join_names(names: Sequence[str]) -> str:
    return ", ".join(f"*{name}*" if name in _find_groups() else _quote(name) for name in names)


def _make_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
