"""The project's files agree with each other and with the installed package."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata, version
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import authflow

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PAGES = (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))


def readme_line(heading: str) -> str:
    """Return the one shell line under a heading of the README."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"^## {heading}\n+```sh\n(.+)\n```$", text, re.MULTILINE)
    assert found, f"the README has no single shell line under {heading!r}"
    return found[1]


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[-1] == readme_line("Test")


def test_the_commands_of_the_readme_need_only_python_and_pip() -> None:
    for heading in ("Try it", "Test"):
        commands = readme_line(heading).split(" && ")
        assert commands[0] == "python3 -m venv .venv"
        assert all(command.startswith(".venv/bin/") for command in commands[1:])


def test_the_changelog_and_the_package_have_the_same_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == authflow.__version__ == version("cognito-authflow")


def test_the_package_contains_the_whole_license() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert metadata("cognito-authflow")["License-Expression"] == "Apache-2.0"
    assert metadata("cognito-authflow")["License-File"] == "LICENSE"


def test_the_installed_package_is_complete() -> None:
    installed = Path(str(files("authflow")))
    source = ROOT / "authflow"
    expected = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    missing = {path for path in expected if not (installed / path).is_file()}
    assert not missing
    assert (installed / "py.typed").is_file()


@pytest.mark.skipif("TOX_ENV_NAME" not in os.environ, reason="outside tox the package may be an editable install")
def test_tox_tests_the_wheel() -> None:
    assert Path(authflow.__file__).is_relative_to(sys.prefix)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_point_to_existing_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    broken = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not broken


def test_each_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "decisions" / "dependencies.md").read_text("utf-8").lower()
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    needed = [
        *PROJECT["dependencies"],
        *(line for lines in PROJECT["optional-dependencies"].values() for line in lines),
        *(line for lines in groups.values() for line in lines if isinstance(line, str)),
    ]
    names = {re.split(r"[^\w.-]", line)[0].lower() for line in needed} - {"cognito-authflow"}
    unexplained = {name for name in names if f"`{name}`" not in page}
    assert not unexplained


WITH_WHEELS_OF_GMPY2 = [
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("darwin", "arm64"),
    ("darwin", "x86_64"),
    ("win32", "AMD64"),
]
WITHOUT = [("linux", "armv7l"), ("linux", "ppc64le"), ("linux", "s390x"), ("linux", "riscv64"), ("win32", "ARM64")]


@pytest.mark.parametrize("platform", [*WITH_WHEELS_OF_GMPY2, *WITHOUT], ids="-".join)
def test_the_core_needs_no_compiler(platform: tuple[str, str]) -> None:
    system, machine = platform
    environment = {"sys_platform": system, "platform_machine": machine, "platform_python_implementation": "CPython"}
    needed = [Requirement(line) for line in PROJECT["dependencies"]]
    names = {each.name for each in needed if each.marker is None or each.marker.evaluate(environment)}
    assert names == ({"transitions", "gmpy2"} if platform in WITH_WHEELS_OF_GMPY2 else {"transitions"})


def test_elsewhere_gmpy2_is_an_extra() -> None:
    assert [Requirement(line).name for line in PROJECT["optional-dependencies"]["gmp"]] == ["gmpy2"]


def test_importing_authflow_loads_no_optional_dependency() -> None:
    optional = {"boto3", "botocore", "h11", "httpx", "redis", "cryptography", "asyncio", "srptools", "joserfc"}
    code = f"import sys, authflow; print(*sorted({optional} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []
