"""One step of a sign-in: a request to InitiateAuth or RespondToAuthChallenge, or to their admin forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authflow.emulator import faults, secret_hash
from authflow.emulator.client import UserPoolClient
from authflow.emulator.service import Service
from authflow.emulator.user import User


@dataclass(frozen=True, slots=True)
class Exchange:
    """A step.

    Attributes:
        parameters: AuthParameters or ChallengeResponses. Names that a step does not know are ignored, as the service
            ignores them.
        admin: whether it came through the admin API.
        session: the request's Session.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    parameters: Mapping[str, str] = field(repr=False)
    admin: bool
    session: str | None = field(repr=False)

    def required(self, name: str) -> str:
        """Return a parameter.

        Raises:
            ServiceError: InvalidParameterException: it is missing or empty.
        """
        value = self.parameters.get(name)
        if not value:
            raise faults.MISSING_PARAMETER(name)
        return value

    def username(self) -> str:
        """Return USERNAME, once the SECRET_HASH over it is checked.

        Raises:
            ServiceError: USERNAME is missing; the hash is missing, wrong or superfluous.
        """
        name = self.required("USERNAME")
        secret_hash.check(self.client, name, self.parameters.get("SECRET_HASH"))
        return name

    def new_session(self, user: User, challenge: str) -> str:
        """Return a new Session for a challenge to the user."""
        return self.service.sessions.open(self.client, user, challenge, self.service.now())
