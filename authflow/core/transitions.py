"""Row and TransitionTable: the rows of a table decide which events are legal at a node, and where each one leads.

This is the only module that imports the library ``transitions``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from transitions import Machine, MachineError

from authflow.core.errors import IllegalTransition

__all__ = ["SAME", "Row", "TransitionTable", "select_rows"]

SAME: Final = "="  # the library's notation for a reflexive transition


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: ``trigger``, at any of the ``sources``, leads to ``destination``, or to the ``SAME`` node.

    Attributes:
        within: the kinds of conversation in which the row holds, such as AuthFlows; empty if in all.
    """

    trigger: str
    sources: tuple[str, ...]
    destination: str
    within: tuple[str, ...] = ()


def select_rows(rows: Sequence[Row], start: str, within: str) -> tuple[Row, ...]:
    """Return the part of a table that one kind of conversation can reach from ``start``."""
    holding = [row for row in rows if not row.within or within in row.within]
    reached, found = set[str](), {start}
    while reached != found:
        reached = set(found)
        found |= {row.destination for row in holding if row.destination != SAME and not reached.isdisjoint(row.sources)}
    parts = (replace(row, sources=tuple(node for node in row.sources if node in reached)) for row in holding)
    return tuple(row for row in parts if row.sources)


class _Cursor:
    """The library's mutable model, made for one look-up. Flows themselves are immutable."""

    __slots__ = ("state",)

    def __init__(self, node: str) -> None:
        self.state = node


class TransitionTable:
    """Answers which triggers a node accepts, and where each one leads.

    Raises:
        ValueError: two rows have the same trigger and a source in common.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows: tuple[Row, ...] = tuple(rows)
        self._nodes = {str(node): node for row in rows for node in (*row.sources, row.destination) if node != SAME}
        # No model and no generated methods: flows are values, and each look-up makes a cursor of its own.
        self._machine = Machine(model=None, states=list(self._nodes), initial=None, auto_transitions=False)
        self._accepted: dict[str, tuple[str, ...]] = dict.fromkeys(self._nodes, ())
        self._reached: dict[str, set[str]] = {name: set() for name in self._nodes}
        self._reflexive = {
            (str(source), str(row.trigger)) for row in rows if row.destination == SAME for source in row.sources
        }
        for row in rows:
            self._add_row(row)

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes, in the order of the table."""
        return tuple(self._nodes.values())

    def list_triggers(self, node: str) -> tuple[str, ...]:
        """Return the triggers that ``node`` accepts."""
        return self._accepted[str(node)]

    def may_lead_to(self, node: str, destinations: Collection[str]) -> bool:
        """Return whether a trigger leads from ``node`` to one of ``destinations``."""
        return not self._reached[str(node)].isdisjoint(destinations)

    def find_successor(self, node: str, trigger: str) -> str:
        """Return the node that ``trigger`` leads to.

        Raises:
            IllegalTransition: ``node`` does not accept ``trigger``; the error lists the triggers that it accepts.
        """
        cursor = _Cursor(str(node))
        try:
            self._machine.events[str(trigger)].trigger(cursor)
        except (KeyError, MachineError):
            raise IllegalTransition(str(node), str(trigger), self.list_triggers(node)) from None
        return self._nodes[cursor.state]

    def is_reflexive(self, node: str, trigger: str) -> bool:
        """Return whether the row leads to ``SAME``: the flow keeps its state, so a pending request is sent again."""
        return (str(node), str(trigger)) in self._reflexive

    def _add_row(self, row: Row) -> None:
        for source in row.sources:
            if row.trigger in self._accepted[str(source)]:
                raise ValueError(f"two rows for {row.trigger!s} in {source!s}")
            self._accepted[str(source)] += (str(row.trigger),)
            self._reached[str(source)].add(str(row.destination))
        self._machine.add_transition(str(row.trigger), [str(source) for source in row.sources], str(row.destination))
