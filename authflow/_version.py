"""The version. The build, the documentation and the package read it here."""

__all__ = ["__version__"]

__version__ = "0.1.0"
