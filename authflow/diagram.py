"""State diagrams in Mermaid, drawn from transition tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from authflow.core.transitions import SAME, Row

__all__ = ["excerpt", "mermaid"]


def excerpt(table: Sequence[Row], nodes: Sequence[str]) -> list[Row]:
    """Return the part of a table that stays among these nodes."""
    rows = (replace(row, sources=tuple(source for source in row.sources if source in nodes)) for row in table)
    return [row for row in rows if row.sources and row.destination in (SAME, *nodes)]


def mermaid(table: Sequence[Row], groups: Mapping[str, Sequence[str]], start: str) -> str:
    """Return a Mermaid state diagram of a table.

    Args:
        table: the rows.
        groups: nodes to draw as one composite state, by its name. A group may hold another one whole. A row that
            holds for all of a group is one arrow.
        start: the node where everything begins.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {start}"]
    for name in groups:
        if not _parents(name, groups):
            lines += _composite(name, groups, "    ")
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in table:
        for source in _grouped(row.sources, groups):
            arrows.setdefault((source, source if row.destination == SAME else row.destination), []).append(row.trigger)
    lines += [f"    {source} --> {target}: {', '.join(triggers)}" for (source, target), triggers in arrows.items()]
    return "\n".join(lines + _ends(table)) + "\n"


def _composite(name: str, groups: Mapping[str, Sequence[str]], indent: str) -> list[str]:
    children = [child for child in groups if _parents(child, groups)[:1] == [name]]
    inside = {member for child in children for member in groups[child]}
    lines = [line for child in children for line in _composite(child, groups, indent + "    ")]
    lines += [f"{indent}    {member}" for member in groups[name] if member not in inside]
    return [f"{indent}state {name} {{", *lines, f"{indent}}}"]


def _parents(name: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the groups that hold this one whole, the smallest first."""
    holders = (other for other in groups if set(groups[name]) < set(groups[other]))
    return sorted(holders, key=lambda other: len(groups[other]))


def _grouped(sources: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the sources with whole groups, the largest first, in place of their members."""
    left, found = list(sources), []
    for name in sorted(groups, key=lambda name: -len(groups[name])):
        if set(groups[name]) <= set(left):
            found.append(name)
            left = [source for source in left if source not in groups[name]]
    return [*found, *left]


def _ends(table: Sequence[Row]) -> list[str]:
    """Return an arrow to the end for each node that no row leaves for another."""
    leaving = {
        source for row in table if row.destination != SAME for source in row.sources if source != row.destination
    }
    reached = dict.fromkeys(row.destination for row in table if row.destination != SAME)
    return [f"    {node} --> [*]" for node in reached if node not in leaving]
