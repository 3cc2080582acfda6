"""The engine's table: rows, and the rulebook that decides what is legal. The home of transitions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from transitions import Machine, MachineError

from authflow.core.errors import IllegalTransition

SAME: Final = "="  # what transitions calls a reflexive destination


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: this trigger, at any of these nodes, leads there (or to ``SAME``, where it was)."""

    trigger: str
    sources: tuple[str, ...]
    destination: str


class _Cursor:
    """What steps through the machine instead of a flow: made for one question, then dropped."""

    __slots__ = ("state",)

    def __init__(self, node: str) -> None:
        self.state = node


class Rulebook:
    """A table's rules: where a trigger leads, and which triggers a node accepts.

    Raises:
        ValueError: two rows give one (node, trigger) two destinations.
    """

    def __init__(self, table: Sequence[Row]) -> None:
        self.table = tuple(table)
        self._nodes = {str(node): node for row in table for node in (*row.sources, row.destination) if node != SAME}
        # No model and no generated methods: flows are values, and a flow's cursor lives for one step.
        self._machine = Machine(model=None, states=list(self._nodes), initial=None, auto_transitions=False)
        self._accepted: dict[str, tuple[str, ...]] = dict.fromkeys(self._nodes, ())
        self._reached: dict[str, set[str]] = {name: set() for name in self._nodes}
        self._stays = {
            (str(source), str(row.trigger)) for row in table if row.destination == SAME for source in row.sources
        }
        for row in table:
            self._add(row)

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes, in the order in which the table names them."""
        return tuple(self._nodes.values())

    def accepted(self, node: str) -> tuple[str, ...]:
        """Return the triggers that ``node`` accepts; none at an end."""
        return self._accepted[str(node)]

    def leads_to(self, node: str, destinations: Collection[str]) -> bool:
        """Return whether some trigger leads from ``node`` to one of these."""
        return not self._reached[str(node)].isdisjoint(destinations)

    def successor(self, node: str, trigger: str) -> str:
        """Return the node that ``trigger`` leads to.

        Raises:
            IllegalTransition: ``node`` does not accept it; the error names what is accepted.
        """
        cursor = _Cursor(str(node))
        try:
            self._machine.events[str(trigger)].trigger(cursor)
        except (KeyError, MachineError):
            raise IllegalTransition(str(node), str(trigger), self.accepted(node)) from None
        return self._nodes[cursor.state]

    def stays(self, node: str, trigger: str) -> bool:
        """Return whether the row is one to ``SAME``: the flow keeps its state, and its request is sent again."""
        return (str(node), str(trigger)) in self._stays

    def _add(self, row: Row) -> None:
        for source in row.sources:
            if row.trigger in self._accepted[str(source)]:
                raise ValueError(f"two rows for {row.trigger!s} in {source!s}")
            self._accepted[str(source)] += (str(row.trigger),)
            self._reached[str(source)].add(str(row.destination))
        self._machine.add_transition(str(row.trigger), [str(source) for source in row.sources], str(row.destination))


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
