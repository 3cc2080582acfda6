"""Compile the catalogues of authflow.messages while a wheel is built, or when authflow is installed for development."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    """Hatchling calls this, as pyproject.toml says."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the .mo file of each .po file beside it, and let the wheel have it."""
        del version
        for source in sorted(Path(self.root, "authflow", "messages").glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as readable, compiled.open("wb") as writable:
                write_mo(writable, read_po(readable))
            build_data["artifacts"].append(f"/{compiled.relative_to(self.root).as_posix()}")
