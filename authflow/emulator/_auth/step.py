"""One step of a sign-in: a request to InitiateAuth or RespondToAuthChallenge, or to their admin forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from authflow.emulator import _errors
from authflow.emulator._auth import secret_hash
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sessions import Session, is_same
from authflow.emulator._records.sign_in import DEVICE_FLOWS, CustomRound, Proof, SignIn
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Service


@dataclass(slots=True, eq=False)
class AuthStep:
    """A step.

    Attributes:
        parameters: AuthParameters or ChallengeResponses. Names that a step does not know are ignored, as the service
            ignores them.
        admin: whether it came through the admin API.
        session: the request's Session.
        validation: InitiateAuth's ClientMetadata, which only PreAuthentication sees.
        metadata: RespondToAuthChallenge's ClientMetadata, which the other triggers see.
        sign_in: what came before; a step that finds its Session or SECRET_BLOCK takes it from there.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    parameters: Mapping[str, str] = field(repr=False)
    admin: bool
    session: str | None = field(repr=False)
    validation: Mapping[str, str] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    sign_in: SignIn = field(default_factory=SignIn)

    def required(self, name: str) -> str:
        """Return a parameter.

        Raises:
            ServiceError: InvalidParameterException: it is missing or empty.
        """
        value = self.parameters.get(name)
        if not value:
            raise _errors.MISSING_PARAMETER(name)
        return value

    def username(self) -> str:
        """Return USERNAME, once the SECRET_HASH over it is checked.

        Raises:
            ServiceError: USERNAME is missing; the hash is missing, wrong or superfluous.
        """
        name = self.required("USERNAME")
        secret_hash.check(self.client, name, self.parameters.get("SECRET_HASH"))
        return name

    def answered(self, *challenges: str) -> tuple[Session, User]:
        """Return the open Session that an answer came with, and the user whom it belongs to.

        Args:
            challenges: what the Session may have been given out with.

        Raises:
            ServiceError: USERNAME or Session is missing or not the one given out, or the user may not sign in any more.
        """
        username = self.username()
        session, user = self.found(*challenges)
        if not any(is_same(username, name) for name in (user.username, self.sign_in.typed) if name):
            raise _errors.SESSION_INVALID()
        hidden = self.sign_in.flow == "USER_AUTH" or self.client.hides_users
        if not user.enabled and (self.sign_in.proven or not hidden):
            raise _errors.USER_DISABLED()  # not told before anything was proven
        self.check_account_status(user)
        self.note_device(user)
        return session, user

    def check_account_status(self, user: User) -> None:
        """Refuse a user whose password was reset, whatever they have proven before: who has proven nothing isn't told.

        Raises:
            ServiceError: PasswordResetRequiredException.
        """
        if user.status is Status.RESET_REQUIRED and self.sign_in.proven:
            raise _errors.RESET_REQUIRED()

    def found(self, *challenges: str) -> tuple[Session, User]:
        """Return the request's open Session and its user, whoever the request says that it is from.

        Raises:
            ServiceError: Session is missing, or is not the one given out.
        """
        if self.session is None:
            raise _errors.MISSING_PARAMETER("Session")
        session, user = self.service.sessions.find(self.session, self.client, challenges, self.service.now())
        self.sign_in = session.sign_in
        return session, user

    def named(self, user: User) -> dict[str, str]:
        """Return the challenge parameter that tells the user's canonical name, which alone counts from now on."""
        self.sign_in = replace(self.sign_in, typed=None)
        return {"USER_ID_FOR_SRP": user.username}

    def note_device(self, user: User) -> None:
        """Note the DEVICE_KEY of the request, if it has one: every request of a sign-in may.

        Raises:
            ServiceError: ResourceNotFoundException: the user has no such device; nothing is used up.
        """
        key = self.parameters.get("DEVICE_KEY")
        if key and self.sign_in.flow in DEVICE_FLOWS:
            self.sign_in = replace(self.sign_in, device_key=user.devices.get(key).key)

    def remember_device(self, key: str | None) -> None:
        """Take over the DEVICE_KEY of an earlier request, unless this one has another."""
        if self.sign_in.device_key is None:
            self.sign_in = replace(self.sign_in, device_key=key)

    def new_session(self, user: User, challenge: str, held: object = None) -> str:
        """Return a new Session for a challenge to the user.

        Args:
            user: is asked.
            challenge: its name.
            held: what its answer is judged by.
        """
        now = self.service.now()
        expires = now + self.client.session_validity
        decoy = None if self.client.pool.has(user) else user
        session = Session(self.client.id, user.sub, user.password.salt, challenge, self.sign_in, expires, held, decoy)
        return self.service.sessions.open(session, now)

    def prove(self, proof: Proof, finished: CustomRound | None = None) -> None:
        """Note what this step has proven, and in CUSTOM_AUTH the round that it stands for."""
        self.sign_in = self.sign_in.having(proof)
        if finished is not None and self.sign_in.flow == "CUSTOM_AUTH":
            self.sign_in = self.sign_in.after(finished)
