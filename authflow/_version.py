"""The version: the build, the documentation and the package read it here."""

from typing import Final

__version__: Final = "0.1.0"
