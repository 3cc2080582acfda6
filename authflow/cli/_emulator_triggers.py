"""``--triggers`` and ``--trigger-url``: the emulator's Lambda triggers as text."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from authflow.emulator import Emulator, LambdaTrigger


def load_triggers(text: str) -> Mapping[str, LambdaTrigger] | LambdaTrigger:
    """Return the object that ``package.module:name`` names: a mapping of Lambda triggers, or one function.

    Modules are also found in the current directory.

    Raises:
        ValueError: the module can't be imported, has no such name, or the object is neither.
    """
    module_name, colon, name = text.partition(":")
    if not (module_name and colon and name):
        raise ValueError(f"{text!r} is not package.module:name")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = import_module(module_name)
    except Exception as error:  # whatever the module raises
        raise ValueError(f"{module_name} can't be imported: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{module_name} has no name {name}")
        found = getattr(found, part)
    try:
        Emulator(default_triggers=found)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{text}: {error}") from None
    triggers: Mapping[str, LambdaTrigger] | LambdaTrigger = found
    return triggers


def parse_trigger_urls(given: Iterable[str]) -> dict[str, str]:
    """Return the URLs of Lambda functions by ARN; the last one for an ARN counts.

    Raises:
        ValueError: a text is not ARN=URL, or has no valid URL.
    """
    urls = {}
    for text in given:
        arn, equals, url = text.partition("=")
        if not (equals and arn.startswith("arn:")):
            raise ValueError(f"{text!r} is not ARN=URL")
        urls[arn] = url
    Emulator(functions=urls)
    return urls
