"""State diagrams: drawn from transition tables, in Mermaid and in Graphviz' DOT."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from authflow.core.transitions import SAME, Row

__all__ = ["classify_nodes", "draw_dot", "draw_mermaid", "excerpt", "group_sources"]


def excerpt(table: Sequence[Row], nodes: Sequence[str]) -> list[Row]:
    """Return the part of a table that stays among these nodes."""
    rows = (replace(row, sources=tuple(source for source in row.sources if source in nodes)) for row in table)
    return [row for row in rows if row.sources and row.destination in (SAME, *nodes)]


def draw_mermaid(table: Sequence[Row], groups: Mapping[str, Sequence[str]], start: str) -> str:
    """Return a Mermaid state diagram of a table.

    Args:
        table: the rows.
        groups: nodes to draw as one composite state, by its name. A group may hold another one whole. A row that
            holds for all of a group is one arrow.
        start: the node where everything begins.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {start}"]
    for name in groups:
        if not _find_parents(name, groups):
            lines += _draw_composite(name, groups, "    ")
    arrows = _collect_arrows(table, groups)
    lines += [f"    {source} --> {target}: {', '.join(triggers)}" for (source, target), triggers in arrows.items()]
    return "\n".join(lines + _draw_ends(table)) + "\n"


def _draw_composite(name: str, groups: Mapping[str, Sequence[str]], indent: str) -> list[str]:
    children = [child for child in groups if _find_parents(child, groups)[:1] == [name]]
    inside = {member for child in children for member in groups[child]}
    lines = [line for child in children for line in _draw_composite(child, groups, indent + "    ")]
    lines += [f"{indent}    {member}" for member in groups[name] if member not in inside]
    return [f"{indent}state {name} {{", *lines, f"{indent}}}"]


def _find_parents(name: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the groups that hold this one whole, the smallest first."""
    holders = (other for other in groups if set(groups[name]) < set(groups[other]))
    return sorted(holders, key=lambda other: len(groups[other]))


def group_sources(sources: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the sources with the names of whole groups, the largest first, in place of their members."""
    left, found = list(sources), []
    for name in sorted(groups, key=lambda name: -len(groups[name])):
        if len(groups[name]) > 1 and set(groups[name]) <= set(left):
            found.append(name)
            left = [source for source in left if source not in groups[name]]
    return [*found, *left]


def _collect_arrows(table: Sequence[Row], groups: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], list[str]]:
    """Return the triggers of each arrow. A row that holds for all of a group is one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in table:
        for source in group_sources(row.sources, groups):
            target = source if row.destination == SAME else row.destination
            arrows.setdefault((str(source), str(target)), []).append(str(row.trigger))
    return arrows


def _draw_ends(table: Sequence[Row]) -> list[str]:
    """Return an arrow to the end for each node that no row leaves for another."""
    leaving = {
        source for row in table if row.destination != SAME for source in row.sources if source != row.destination
    }
    reached = dict.fromkeys(row.destination for row in table if row.destination != SAME)
    return [f"    {node} --> [*]" for node in reached if node not in leaving]


def draw_dot(table: Sequence[Row], groups: Mapping[str, Sequence[str]], start: str, kinds: Mapping[str, str]) -> str:
    """Return a state diagram of a table in Graphviz' DOT, from left to right.

    Args:
        table: the rows.
        groups: nodes to draw in one frame, by its name. A row that holds for all of a group is one arrow, and so are
            rows that lead from one node to each node of a group by that node's name.
        start: the node where everything begins.
        kinds: for each node a class that style sheets can use; see ``classify_nodes``.
    """
    lines = [
        "digraph {",
        "  graph [rankdir=LR, compound=true, bgcolor=transparent, fontname=Helvetica, fontsize=11, nodesep=0.18]",
        '  node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=11, height=0.3, margin="0.12,0.05"]',
        "  edge [fontname=Helvetica, fontsize=9, arrowsize=0.6]",
    ]
    for node in dict.fromkeys(str(node) for row in table for node in (*row.sources, row.destination) if node != SAME):
        shape = ', shape=circle, label="", width=0.14, height=0.14' if node == start else ""
        lines.append(f"  {node} [class={kinds.get(node, 'call')}{shape}]")
    for name, members in groups.items():
        inside = "; ".join(str(member) for member in members)
        lines.append(
            f'  subgraph cluster_{name} {{ label="{name}"; labeljust=l; style=rounded; class=cluster; {inside} }}'
        )
    arrows = _collect_arrows(table, groups)
    _fold_targets(arrows, groups)
    lines += [_draw_arrow(source, target, triggers, groups) for (source, target), triggers in arrows.items()]
    return "\n".join([*lines, "}"]) + "\n"


def classify_nodes(table: Sequence[Row], start: str) -> dict[str, str]:
    """Return what each node of a whole table is: ``start``, ``call``, ``person``, ``end`` or ``failed``.

    A node that accepts ``refused`` waits for Cognito. A node without an outgoing row is an end. The others wait for a
    person.
    """
    nodes = dict.fromkeys(str(node) for row in table for node in (*row.sources, row.destination) if node != SAME)
    calls = {str(source) for row in table if row.trigger == "refused" for source in row.sources}
    left = {str(source) for row in table if row.trigger != "cancel" for source in row.sources}
    kinds = {node: "call" if node in calls else "person" if node in left else "end" for node in nodes}
    return kinds | {start: "start", "failed": "failed"}


def _fold_targets(arrows: dict[tuple[str, str], list[str]], groups: Mapping[str, Sequence[str]]) -> None:
    """Replace arrows from one place to each node of a group, by the nodes' names, by one arrow to the frame."""
    for name, members in groups.items():
        for source in list(dict.fromkeys(source for source, _ in arrows)):
            if all(arrows.get((source, str(member))) == [member.upper()] for member in members):
                for member in members:
                    del arrows[source, str(member)]
                arrows[source, name] = ["one of them"]


def _draw_arrow(source: str, target: str, triggers: Sequence[str], groups: Mapping[str, Sequence[str]]) -> str:
    """Return one arrow; at a frame, it begins or ends at the frame's border."""
    ends = {"ltail": source, "lhead": target}
    borders = "".join(f", {end}=cluster_{name}" for end, name in ends.items() if name in groups)
    tail, head = (str(groups[name][len(groups[name]) // 2]) if name in groups else name for name in (source, target))
    label = "\\n".join(triggers)
    return f'  {tail} -> {head} [label="{label}"{borders}]'
