"""The picture of the packages: their layers and imports, from the code and from the import contracts."""

import tomllib
from importlib import import_module
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
ALIASES: Final = ("srp", "machine", "sign_in")  # shorter names of modules that are drawn already


def draw_packages() -> str:
    """Return the picture in Graphviz' DOT: a row for each layer, and arrows without the implied ones."""
    rows, graph = _read_layers(), grimp.build_graph("authflow", exclude_type_checking_imports=True)
    packages = [package for row in rows for package in row]
    imports = {package: _find_imports(graph, package, packages) for package in packages}
    lines = [
        "digraph {",
        "  graph [bgcolor=transparent, nodesep=0.25, ranksep=0.35]",
        '  node [shape=box, style="rounded,filled", class=package, fontname=Helvetica, fontsize=11, margin="0.2,0.1"]',
        "  edge [arrowsize=0.6]",
    ]
    for row in rows:
        boxes = "; ".join(
            f'{package} [label=<<B>{package}</B><BR/><FONT POINT-SIZE="9">{_read_purpose(package)}</FONT>>]'
            for package in row
        )
        lines.append(f"  {{ rank=same; {boxes} }}")
    for package, others in imports.items():
        implied = {far for other in others for far in _find_reachable(other, imports)}
        lines += [f"  {package} -> {other}" for other in packages if other in others - implied]
    return "\n".join([*lines, "}"]) + "\n"


def _read_layers() -> list[list[str]]:
    """Return the packages of each layer, the highest first, as the import contract has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"] == "Imports point one way")
    rows = [[package.strip() for package in layer.split("|")] for layer in layers]
    drawn = [[package for package in row if package not in ALIASES and not package.startswith("_")] for row in rows]
    return [row for row in drawn if row]


def _find_imports(graph: grimp.ImportGraph, package: str, packages: list[str]) -> set[str]:
    """Return the packages that this one imports."""
    name = f"authflow.{package}"
    inside = {name, *graph.find_descendants(name)}
    imported = {
        other.split(".")[1]
        for module in inside
        for other in graph.find_modules_directly_imported_by(module)
        if "." in other
    }
    return (imported & set(packages)) - {package}


def _find_reachable(package: str, imports: dict[str, set[str]]) -> set[str]:
    """Return the packages that this one imports, directly or through others."""
    return {far for other in imports[package] for far in {other, *_find_reachable(other, imports)}}


def _read_purpose(package: str) -> str:
    """Return what a package is for, in a few words: its docstring up to the first colon or full stop."""
    first = (import_module(f"authflow.{package}").__doc__ or "").strip().splitlines()[0]
    return first.split(":")[0].split(". ")[0].rstrip(".").replace("&", "&amp;")
