"""The picture of the packages: their layers and imports, from the code and from the import contracts."""

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
ALIASES: Final = ("srp", "machine", "sign_in")  # shorter names of modules that are drawn already


def house() -> str:
    """Return the picture in Graphviz' DOT: a row for each layer, and arrows without the implied ones."""
    rows, graph = _layers(), grimp.build_graph("authflow")
    rooms = [room for row in rows for room in row]
    imports = {room: _imported_rooms(graph, room, rooms) for room in rooms}
    lines = [
        "digraph {",
        "  graph [bgcolor=transparent, nodesep=0.25, ranksep=0.35]",
        '  node [shape=box, style="rounded,filled", class=room, fontname=Helvetica, fontsize=11, margin="0.15,0.08"]',
        "  edge [arrowsize=0.6]",
    ]
    for row in rows:
        boxes = "; ".join(
            f'{room} [label=<<B>{room}</B><BR/><FONT POINT-SIZE="9">{_purpose(room)}</FONT>>]' for room in row
        )
        lines.append(f"  {{ rank=same; {boxes} }}")
    for room, others in imports.items():
        implied = {far for other in others for far in _reachable(other, imports)}
        lines += [f"  {room} -> {other}" for other in rooms if other in others - implied]
    return "\n".join([*lines, "}"]) + "\n"


def _layers() -> list[list[str]]:
    """Return the packages of each layer, the highest first, as the import contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Imports point one way")
    rows = [[room.strip() for room in layer.split("|")] for layer in layers]
    drawn = [[room for room in row if room not in ALIASES and not room.startswith("_")] for row in rows]
    return [row for row in drawn if row]


def _imported_rooms(graph: grimp.ImportGraph, room: str, rooms: list[str]) -> set[str]:
    """Return the packages that this one imports."""
    name = f"authflow.{room}"
    inside = {name, *graph.find_descendants(name)}
    imported = {
        other.split(".")[1]
        for module in inside
        for other in graph.find_modules_directly_imported_by(module)
        if "." in other
    }
    return (imported & set(rooms)) - {room}


def _reachable(room: str, imports: dict[str, set[str]]) -> set[str]:
    """Return the packages that this one imports, directly or through others."""
    return {far for other in imports[room] for far in {other, *_reachable(other, imports)}}


def _purpose(room: str) -> str:
    """Return what a package is for, in a few words: its docstring up to the first colon or full stop."""
    first = (import_module(f"authflow.{room}").__doc__ or "").strip().splitlines()[0]
    return first.split(":")[0].split(". ")[0].rstrip(".").replace("&", "&amp;")
