"""Files from which a front end learns where the emulator is, and the ids of its pools and app clients."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from authflow.emulator import SeededClient


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What a front end needs.

    Attributes:
        url: the emulator's URL.
        region: the Region of the pools.
        clients: the app clients, in the order of the seed file.
    """

    url: str
    region: str
    clients: Sequence[SeededClient] = field(default_factory=tuple)

    def make_variables(self, prefix: str) -> str:
        """Return lines of an .env file. The variables of a second client end in ``_2``, and so on."""
        lines = [f"{prefix}COGNITO_ENDPOINT={self.url}", f"{prefix}COGNITO_REGION={self.region}"]
        for number, client in enumerate(self.clients, start=1):
            ending = "" if number == 1 else f"_{number}"
            lines += [f"{prefix}{name}{ending}={value}" for name, value in _list_variables(client)]
        return "\n".join(lines) + "\n"

    def make_amplify_configuration(self) -> Mapping[str, Any]:
        """Return what ``Amplify.configure`` of aws-amplify 6 takes, for the first client."""
        ids = {}
        if self.clients:
            ids = {"userPoolId": self.clients[0].pool_id, "userPoolClientId": self.clients[0].client_id}
        return {"Auth": {"Cognito": {**ids, "userPoolEndpoint": self.url}}}

    def write(self, env_file: Path | None, env_prefix: str, amplify_file: Path | None) -> None:
        """Write the files that are wanted. A reader sees the old file or the new one, never a part.

        Raises:
            OSError: a file can't be written.
        """
        if env_file is not None:
            _replace(env_file, self.make_variables(env_prefix))
        if amplify_file is not None:
            _replace(amplify_file, json.dumps(self.make_amplify_configuration(), indent=2) + "\n")


def _list_variables(client: SeededClient) -> Iterator[tuple[str, str]]:
    yield "COGNITO_USER_POOL_ID", client.pool_id
    yield "COGNITO_CLIENT_ID", client.client_id
    if client.client_secret is not None:
        yield "COGNITO_CLIENT_SECRET", client.client_secret


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
