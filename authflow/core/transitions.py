"""Rows of a table, and the ``TransitionTable`` that decides what is legal. The only module that imports transitions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from transitions import Machine, MachineError

from authflow.core.errors import IllegalTransition

__all__ = ["SAME", "Row", "TransitionTable"]

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


class TransitionTable:
    """Where a trigger leads, and which triggers a node accepts.

    Raises:
        ValueError: two rows give one (node, trigger) two destinations.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._nodes = {str(node): node for row in rows for node in (*row.sources, row.destination) if node != SAME}
        # No model and no generated methods: flows are values, and a flow's cursor lives for one step.
        self._machine = Machine(model=None, states=list(self._nodes), initial=None, auto_transitions=False)
        self._accepted: dict[str, tuple[str, ...]] = dict.fromkeys(self._nodes, ())
        self._reached: dict[str, set[str]] = {name: set() for name in self._nodes}
        self._stays = {
            (str(source), str(row.trigger)) for row in rows if row.destination == SAME for source in row.sources
        }
        for row in rows:
            self._add(row)

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes, in the order in which the table names them."""
        return tuple(self._nodes.values())

    def list_triggers(self, node: str) -> tuple[str, ...]:
        """Return the triggers that ``node`` accepts; none at an end."""
        return self._accepted[str(node)]

    def may_lead_to(self, node: str, destinations: Collection[str]) -> bool:
        """Return whether some trigger leads from ``node`` to one of these."""
        return not self._reached[str(node)].isdisjoint(destinations)

    def find_successor(self, node: str, trigger: str) -> str:
        """Return the node that ``trigger`` leads to.

        Raises:
            IllegalTransition: ``node`` does not accept it; the error names what is accepted.
        """
        cursor = _Cursor(str(node))
        try:
            self._machine.events[str(trigger)].trigger(cursor)
        except (KeyError, MachineError):
            raise IllegalTransition(str(node), str(trigger), self.list_triggers(node)) from None
        return self._nodes[cursor.state]

    def is_reflexive(self, node: str, trigger: str) -> bool:
        """Return whether the row is one to ``SAME``: the flow keeps its state, and its request is sent again."""
        return (str(node), str(trigger)) in self._stays

    def _add(self, row: Row) -> None:
        for source in row.sources:
            if row.trigger in self._accepted[str(source)]:
                raise ValueError(f"two rows for {row.trigger!s} in {source!s}")
            self._accepted[str(source)] += (str(row.trigger),)
            self._reached[str(source)].add(str(row.destination))
        self._machine.add_transition(str(row.trigger), [str(source) for source in row.sources], str(row.destination))
