"""The picture of the emulator's console: each node of a sign-in, and the arrows between the parts of a sign-in."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from authflow.core.transitions import SAME, Row
from authflow.diagram import classify_nodes
from authflow.machines.sign_in.table import ANY_MAY_FOLLOW, DEVICE_MAY_FOLLOW, INITIATING, TABLE, Node

N = Node
Arrow = tuple[str, str]
#: the parts of a sign-in by caption, and the columns of nodes in each, by caption too
PARTS: Final[Mapping[str, Mapping[str, Sequence[Node]]]] = {
    "begins": {"": (*INITIATING, N.REFRESHING)},
    "first factor": {
        "": (
            N.PASSWORD, N.ADMIN_NO_SRP_AUTH, N.SMS_OTP, N.SELECT_CHALLENGE, N.PASSWORD_SRP, N.ANSWERING_SRP,
            N.VERIFYING_PASSWORD,
        ),
    },
    "what else is asked": {
        "second factor": (N.SELECT_MFA_TYPE, N.SMS_MFA, N.EMAIL_OTP, N.SOFTWARE_TOKEN_MFA),
        "other challenges": (N.NEW_PASSWORD_REQUIRED, N.CUSTOM_CHALLENGE),
        "set-up of an app": (
            N.MFA_SETUP, N.ASSOCIATING_TOTP, N.TOTP_SETUP, N.VERIFYING_TOTP, N.COMPLETING_SETUP,
        ),
        "remembered device": (N.DEVICE_SRP_AUTH, N.ANSWERING_DEVICE, N.VERIFYING_DEVICE),
    },
}  # fmt: skip
#: the nodes at which arrows to each part, and arrows from it, are attached
ANCHORS: Final = ((N.INITIATING_CUSTOM,) * 2, (N.SELECT_CHALLENGE,) * 2, (N.EMAIL_OTP, N.TOTP_SETUP))
#: nodes of one part that stand side by side
SIDE_BY_SIDE: Final = ((N.EMAIL_OTP, N.TOTP_SETUP), (N.NEW_PASSWORD_REQUIRED, N.ANSWERING_DEVICE))
#: rows that lead to what a sign-in asks in any order: they hold between parts
GENERAL: Final = (ANY_MAY_FOLLOW, DEVICE_MAY_FOLLOW)
WHOLE: Final = "whole"
#: the arrow that passes by another part
DETOUR: Final = ("part_0", "part_2")
ENDS: Final = (N.SIGNED_IN, N.FAILED)
HEAD: Final = """digraph {
  graph [rankdir=LR, compound=true, bgcolor=transparent, fontname=Helvetica, fontsize=11, nodesep=0.14, ranksep=0.4]
  node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=11, height=0.3, margin="0.12,0.05"]
  edge [arrowsize=0.6]"""
#: the column of each node: the part's number and the column's caption
COLUMNS: Final[Mapping[Node, tuple[int, str]]] = {
    node: (number, caption)
    for number, columns in enumerate(PARTS.values())
    for caption, nodes in columns.items()
    for node in nodes
}


def draw_console() -> str:
    """Return the picture in Graphviz' DOT. The id of each node is ``node-`` and its name.

    Raises:
        SystemExit: a node of the table has no place in the picture.
    """
    if missing := set(Node) - COLUMNS.keys() - {N.START, N.ANSWERING, *ENDS}:
        raise SystemExit(f"nodes without a place in docs/console_picture.py: {', '.join(sorted(missing))}")
    kinds = classify_nodes(TABLE, N.START)
    inside = dict.fromkeys(arrow for row in TABLE for arrow in _find_inside(row))
    between = dict.fromkeys(arrow for row in TABLE for arrow in _find_between(row))
    lines = [HEAD, f"  {_draw_node(N.START, kinds)}", f"  subgraph cluster_{WHOLE} {{ class=whole; style=rounded;"]
    for number in range(len(PARTS)):
        lines += _draw_part(number, kinds, inside)
    lines += [f"    {left} -> {right} [style=invis]" for left, right in SIDE_BY_SIDE]
    lines += [f"    {_draw_node(N.ANSWERING, kinds)}", "  }", *(f"  {_draw_node(end, kinds)}" for end in ENDS)]
    lines += [_draw_between(*arrow, both=arrow[::-1] in between) for arrow in between if _is_forward(arrow)]
    return "\n".join([*lines, "}"]) + "\n"


def _find_inside(row: Row) -> Iterator[tuple[Node, Node]]:
    """Yield the arrows of a row that stay in a column."""
    for source in row.sources if row.destination != SAME and row.sources not in GENERAL else ():
        if COLUMNS.get(Node(source), source) == COLUMNS.get(Node(row.destination)):
            yield Node(source), Node(row.destination)


def _find_between(row: Row) -> Iterator[Arrow]:
    """Yield the arrows of a row that lead from one part to another; those to an end lead from all parts together."""
    for source in map(Node, row.sources if row.destination != SAME else ()):
        tail, head = _find_part(source), _find_part(Node(row.destination))
        if row.destination in ENDS:
            yield WHOLE, head
        elif tail != head:
            yield tail, head


def _find_part(node: Node) -> str:
    return f"part_{COLUMNS[node][0]}" if node in COLUMNS else str(node)


def _is_forward(arrow: Arrow) -> bool:
    """Return whether an arrow leads to the right: the parts' names are in their order."""
    order = [N.START, *(f"part_{number}" for number in range(len(PARTS))), N.ANSWERING, WHOLE, *ENDS]
    return order.index(arrow[0]) < order.index(arrow[1])


def _draw_node(node: Node, kinds: Mapping[str, str]) -> str:
    shape = ', shape=circle, label="", width=0.14, height=0.14' if node == N.START else ""
    return f'{node} [id="node-{node}", class={kinds[node]}{shape}]'


def _draw_part(number: int, kinds: Mapping[str, str], arrows: Mapping[tuple[Node, Node], None]) -> Iterator[str]:
    caption = list(PARTS)[number]
    yield f'    subgraph cluster_part_{number} {{ label="{caption}"; class=part; style=rounded;'
    for place, (title, nodes) in enumerate(PARTS[caption].items()):
        drawn = f"{{ rank=same; {'; '.join(_draw_node(node, kinds) for node in nodes)} }}"
        frame = f'subgraph cluster_{number}_{place} {{ label="{title}"; class=column; style=rounded; {drawn} }}'
        yield f"      {frame if title else drawn}"
        yield from _draw_column(nodes, arrows)
    yield "    }"


def _draw_column(nodes: Sequence[Node], arrows: Mapping[tuple[Node, Node], None]) -> Iterator[str]:
    """Yield the arrows of a column, from below: that is the direction in which Graphviz orders a column."""
    for above, below in pairwise(nodes):
        forth, back = (above, below) in arrows, (below, above) in arrows
        look = {(True, True): "dir=both", (True, False): "dir=back", (False, True): "dir=forward"}
        yield f"      {below} -> {above} [{look.get((forth, back), 'style=invis')}]"
    for source, target in arrows:
        if source in nodes and abs(nodes.index(source) - nodes.index(target)) > 1:
            yield f"      {target} -> {source} [dir=back]"


def _draw_between(tail: str, head: str, *, both: bool) -> str:
    """Return an arrow between parts, which begins and ends at their borders."""
    borders = {"ltail": tail, "lhead": head}
    drawn = "".join(f", {end}=cluster_{name}" for end, name in borders.items() if name.startswith(("part_", WHOLE)))
    look = f"dir={'both' if both else 'forward'}{', constraint=false' if (tail, head) == DETOUR else ''}"
    return f"  {_find_anchor(tail, 1)} -> {_find_anchor(head, 0)} [{look}{drawn}]"


def _find_anchor(name: str, side: int) -> str:
    if name == WHOLE:
        return str(N.ANSWERING)
    return str(ANCHORS[int(name.removeprefix("part_"))][side]) if name.startswith("part_") else name
