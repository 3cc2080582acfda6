"""Files from which a front end learns where the emulator is, and the ids of its pools and app clients."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from authflow.cli._amplify import make_cognito_configuration
from authflow.core.errors import InvalidInput
from authflow.emulator import SeededClient

#: by this line a file is known as one that may be replaced
MARK: Final = "Written by authflow emulator at each start"
WARNING: Final = "authflow: warning: there is no app client, so the files for a front end have no ids: see --seed-file"


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What a front end needs.

    Attributes:
        url: the emulator's URL.
        region: the Region of the pools.
        clients: the app clients, in the order of the seed file.
        call: calls an operation of the emulator.
    """

    url: str
    region: str
    clients: Sequence[SeededClient]
    call: Callable[[str, Mapping[str, object]], dict[str, Any]]

    def make_variables(self, prefix: str) -> str:
        """Return lines of an .env file. The variables of a second client end in ``_2``, and so on."""
        lines = [f"# {MARK}", f"{prefix}COGNITO_ENDPOINT={self.url}", f"{prefix}COGNITO_REGION={self.region}"]
        for number, client in enumerate(self.clients, start=1):
            ending = "" if number == 1 else f"_{number}"
            lines += [f"{prefix}{name}{ending}={value}" for name, value in _list_variables(client)]
        return "\n".join(lines) + "\n"

    def make_amplify_configuration(self) -> Mapping[str, Any]:
        """Return what ``Amplify.configure`` of aws-amplify 6 takes, for the first client."""
        known = make_cognito_configuration(self.clients[0], self.call) if self.clients else {}
        return {"comment": MARK, "Auth": {"Cognito": {"userPoolEndpoint": self.url, **known}}}

    def write(self, env_file: Path | None, env_prefix: str, amplify_file: Path | None) -> None:
        """Write the files that are wanted. A reader sees the old file or the new one, never a part.

        Raises:
            InvalidInput: a file is there that authflow did not write. Neither is written then.
            OSError: a file can't be written.
        """
        for option, path in (("--env-file", env_file), ("--amplify-file", amplify_file)):
            if path is not None:
                _check_is_ours(option, path)
        if env_file is not None:
            _replace(env_file, self.make_variables(env_prefix))
        if amplify_file is not None:
            _replace(amplify_file, json.dumps(self.make_amplify_configuration(), indent=2) + "\n")
        if not self.clients and (env_file or amplify_file):
            sys.stderr.write(WARNING + "\n")
            sys.stderr.flush()


def _list_variables(client: SeededClient) -> Iterator[tuple[str, str]]:
    yield "COGNITO_USER_POOL_ID", client.pool_id
    yield "COGNITO_CLIENT_ID", client.client_id
    if client.client_secret is not None:
        yield "COGNITO_CLIENT_SECRET", client.client_secret


def _check_is_ours(option: str, path: Path) -> None:
    """Require that a file is not there, is empty, or has our mark: others may hold what nobody can restore."""
    if path.is_file() and (content := path.read_bytes()) and MARK.encode() not in content:
        raise InvalidInput(option, f"{path} was not written by authflow emulator; name another file, or delete it")


def _replace(path: Path, text: str) -> None:
    """Write a file that only its owner can read: it may hold a client secret."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
