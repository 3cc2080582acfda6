"""The public namespace: every name is there, and loaded only when it is used."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import authflow

STUB = Path(authflow.__file__).with_suffix(".pyi")


def names_in_the_stub() -> dict[str, str]:
    """Return the public names as type checkers read them, each with its home."""
    return {
        alias.name: node.module or ""
        for node in ast.parse(STUB.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_every_public_name_resolves() -> None:
    for name, home in names_in_the_stub().items():
        assert getattr(authflow, name) is getattr(import_module(home), name)
        assert name in dir(authflow)


def test_everything_but_what_needs_an_extra_is_exported() -> None:
    exported: list[str] = vars(authflow)["__all__"]
    assert {*exported, "seal", "unseal"} == names_in_the_stub().keys()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = authflow.nothing  # type: ignore[attr-defined]  # wrong on purpose; type checkers see it


def test_import_loads_nothing_of_the_library() -> None:
    code = "import authflow, sys; print([name for name in sys.modules if name.startswith('authflow.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['authflow._version']"


def test_using_it_loads_no_transport_and_no_arithmetic() -> None:
    heavy = {"boto3", "gmpy2", "asyncio", "cryptography", "redis"}
    code = f"from authflow import *; import sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
