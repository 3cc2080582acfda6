"""The public modules and dataclasses of authflow, found by their names."""

from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path

import authflow

PACKAGE = Path(authflow.__file__).parent


def find_public_modules() -> list[str]:
    """Return the modules that have no underscore name in their path."""
    paths = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    names = (".".join(path.parts).removesuffix(".__init__") for path in paths)
    return sorted(name for name in names if "._" not in name)


def list_public_dataclasses() -> set[type]:
    """Return the dataclasses that public modules export."""
    modules = map(import_module, find_public_modules())
    exported = [getattr(module, name) for module in modules for name in getattr(module, "__all__", ())]
    return {value for value in exported if isinstance(value, type) and is_dataclass(value)}
