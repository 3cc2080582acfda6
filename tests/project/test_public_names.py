"""The public interface: its names exist, load when first used, and are documented."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import authflow
from tests.support.public import PACKAGE, find_public_modules

STUB = PACKAGE / "__init__.pyi"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"
ALIASES = {"authflow.srp", "authflow.machine", "authflow.sign_in", "authflow.sign_in.table"}


def read_stub() -> dict[str, str]:
    """Return the public names that type checkers see, each with the module that defines it."""
    return {
        alias.name: node.module or ""
        for node in ast.parse(STUB.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def read_reference() -> list[str]:
    """Return the modules that the API reference documents."""
    return re.findall(r"^\.\. automodule:: (\S+)$", REFERENCE.read_text("utf-8"), re.MULTILINE)


def list_entries(folder: Path) -> list[str]:
    """Return the files and packages in a folder, without caches."""
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted({path.parts[0] for path in files if "__pycache__" not in path.parts})


def test_every_public_name_resolves() -> None:
    for name, home in read_stub().items():
        assert getattr(authflow, name) is getattr(import_module(home), name)
        assert name in dir(authflow)


def test_import_star_leaves_out_only_names_that_need_an_extra() -> None:
    exported: list[str] = vars(authflow)["__all__"]
    assert {*exported, "seal", "unseal"} == read_stub().keys()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = authflow.nothing  # type: ignore[attr-defined]  # wrong on purpose; type checkers see it


def test_importing_authflow_loads_none_of_its_modules() -> None:
    code = "import authflow, sys; print([name for name in sys.modules if name.startswith('authflow.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['authflow._version']"


def test_import_star_loads_no_optional_dependency_and_no_arithmetic() -> None:
    unwanted = {"boto3", "gmpy2", "asyncio", "cryptography", "redis"}
    code = f"from authflow import *; import sys; print({unwanted} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_public_module_has_all() -> None:
    for name in find_public_modules():
        module: Any = import_module(name)
        assert "__all__" in vars(module), name
        assert not [export for export in module.__all__ if not hasattr(module, export)], name


def test_the_reference_documents_every_public_module_and_nothing_else() -> None:
    # A package with an empty __all__ only holds other modules.
    public = [name for name in find_public_modules() if getattr(import_module(name), "__all__", True)]
    assert sorted(read_reference()) == sorted(set(public) - ALIASES)


@pytest.mark.parametrize(("folder", "most"), [(".", 22), ("emulator", 18)])
def test_a_folder_has_few_entries(folder: str, most: int) -> None:
    assert len(list_entries(PACKAGE / folder)) <= most
