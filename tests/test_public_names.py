"""The public namespace: every name is there, and loaded only when it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import authflow


def test_every_public_name_resolves() -> None:
    assert {*authflow.__all__, "seal", "unseal"} == set(authflow._HOMES)
    for name in authflow._HOMES:
        assert getattr(authflow, name).__name__ == name
        assert name in dir(authflow)


def test_type_checkers_see_the_same_homes() -> None:
    tree = ast.parse(Path(authflow.__file__).read_text())
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("authflow")
        for alias in node.names
    }
    assert seen == authflow._HOMES


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = authflow.nothing  # type: ignore[attr-defined]  # wrong on purpose; type checkers see it


def test_import_loads_nothing_of_the_library() -> None:
    code = "import authflow, sys; print([name for name in sys.modules if name.startswith('authflow.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_using_it_loads_no_transport_and_no_arithmetic() -> None:
    heavy = {"boto3", "gmpy2", "asyncio", "tenacity", "cryptography", "redis"}
    code = f"from authflow import *; import sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
