"""One request of a sign-in: InitiateAuth, RespondToAuthChallenge or their admin variants."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from authflow.emulator import _errors
from authflow.emulator._auth import secret_hash
from authflow.emulator._records.client import UserPoolClient
from authflow.emulator._records.sessions import Session, is_same_username
from authflow.emulator._records.sign_in import DEVICE_FLOWS, CustomRound, Proof, SignIn
from authflow.emulator._records.user import Status, User
from authflow.emulator._service import Params, Service


def read_address(params: Params) -> str | None:
    """Return the IP address of the person, if the request names it."""
    context = {**params.get("UserContextData", {}), **params.get("ContextData", {})}
    return context.get("IpAddress") or None


@dataclass(slots=True, eq=False)
class AuthStep:
    """A request of a sign-in.

    Attributes:
        parameters: AuthParameters or ChallengeResponses. Unknown names are ignored, as the service ignores them.
        admin: whether the request uses the admin API.
        session: the request's Session.
        validation: InitiateAuth's ClientMetadata, which only PreAuthentication gets.
        metadata: RespondToAuthChallenge's ClientMetadata, which the other Lambda triggers get.
        address: the IP address that the client named, if it named one.
        sign_in: the state of the sign-in, loaded from the Session or the SECRET_BLOCK.
        salt: the salt of the user's password when the request found the user. A password that is set while a Lambda
            trigger runs ends the sign-in.
    """

    service: Service = field(repr=False)
    client: UserPoolClient
    parameters: Mapping[str, str] = field(repr=False)
    admin: bool
    session: str | None = field(repr=False)
    validation: Mapping[str, str] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    address: str | None = None
    sign_in: SignIn = field(default_factory=SignIn)
    salt: int | None = field(default=None, repr=False)

    def note_password(self, user: User) -> None:
        """Record the password on which the sign-in depends from now on."""
        self.salt = user.password.salt

    def check_password_is_unchanged(self, user: User) -> None:
        """Require that the user has no other password by now.

        Raises:
            ServiceError: NotAuthorizedException.
        """
        if self.salt not in {None, user.password.salt}:
            raise _errors.SESSION_INVALID()

    def require(self, name: str) -> str:
        """Return a parameter.

        Raises:
            ServiceError: InvalidParameterException if it is missing or empty.
        """
        value = self.parameters.get(name)
        if not value:
            raise _errors.MISSING_PARAMETER(name)
        return value

    def require_username(self) -> str:
        """Return USERNAME after checking its SECRET_HASH.

        Raises:
            ServiceError: USERNAME is missing, or the hash is missing, wrong or superfluous.
        """
        name = self.require("USERNAME")
        secret_hash.check_secret_hash(self.service, self.client, name, self.parameters.get("SECRET_HASH"))
        return name

    def resume(self, *challenges: str) -> tuple[Session, User]:
        """Resume the sign-in that an answer belongs to, and return its open Session and its user.

        Args:
            challenges: the challenges that the Session may belong to.

        Raises:
            ServiceError: USERNAME or Session is missing or does not belong to the sign-in, or the user may not sign in
                any more.
        """
        username, pool = self.require_username(), self.client.pool
        session, user = self.find_session(*challenges)
        known = (pool.users.normalize_case(name) for name in (user.username, self.sign_in.entered_username) if name)
        if not any(is_same_username(pool.users.normalize_case(username), name) for name in known):
            raise _errors.SESSION_INVALID()
        if not user.enabled and (self.sign_in.proven or not self.client.has_hidden_users):
            raise _errors.USER_DISABLED()  # hidden users: only after a first proof
        self.check_account_status(user)
        self.note_device_key(user)
        return session, user

    def check_account_status(self, user: User) -> None:
        """Refuse a user whose password was reset. A client that has proven nothing yet does not learn of the reset.

        Raises:
            ServiceError: PasswordResetRequiredException.
        """
        if user.status is Status.RESET_REQUIRED and self.sign_in.proven:
            raise _errors.RESET_REQUIRED()

    def find_session(self, *challenges: str) -> tuple[Session, User]:
        """Return the request's open Session and its user. USERNAME is not checked.

        Raises:
            ServiceError: Session is missing, unknown, used, expired or from another client or challenge.
        """
        if self.session is None:
            raise _errors.MISSING_PARAMETER("Session")
        session, user = self.service.sessions.find(self.session, self.client, challenges, self.service.now())
        self.continue_sign_in(session.sign_in)
        self.note_password(user)
        return session, user

    def reveal_username(self, user: User) -> dict[str, str]:
        """Return USER_ID_FOR_SRP, the canonical username. From now on the client must send this name."""
        self.sign_in = replace(self.sign_in, entered_username=None)
        return {"USER_ID_FOR_SRP": user.username}

    def continue_sign_in(self, earlier: SignIn) -> None:
        """Take the state of an earlier request of the sign-in."""
        self.sign_in = replace(earlier, event_id=earlier.event_id or self.sign_in.event_id)

    def note_device_key(self, user: User) -> None:
        """Record the DEVICE_KEY of the request, if any. Every request of a sign-in may have one.

        Raises:
            ServiceError: ResourceNotFoundException if the user has no such device. The Session stays usable.
        """
        key = self.parameters.get("DEVICE_KEY")
        if key and self.sign_in.flow in DEVICE_FLOWS:
            self.sign_in = replace(self.sign_in, device_key=user.devices.get(key).key)

    def restore_device_key(self, key: str | None) -> None:
        """Use the DEVICE_KEY of an earlier request, unless this request has one."""
        if self.sign_in.device_key is None:
            self.sign_in = replace(self.sign_in, device_key=key)

    def make_session(self, user: User, challenge: str, challenge_data: object = None) -> str:
        """Return a new Session.

        Args:
            user: the user who signs in, perhaps a decoy user.
            challenge: the name of the challenge.
            challenge_data: what is needed to check the answer.
        """
        now = self.service.now()
        expires = now + self.client.session_validity
        decoy = None if self.client.pool.users.has(user) else user
        salt = user.password.salt if self.salt is None else self.salt
        session = Session(self.client.id, user.sub, salt, challenge, self.sign_in, expires, challenge_data, decoy)
        return self.service.sessions.issue(session, now)

    def record_proof(self, proof: Proof, finished: CustomRound | None = None, *, factor: str | None = None) -> None:
        """Record what this request has proven, by which factor, and in CUSTOM_AUTH the round that is finished."""
        self.sign_in = self.sign_in.with_proof(proof, factor)
        if finished is not None and self.sign_in.flow == "CUSTOM_AUTH":
            self.sign_in = self.sign_in.with_round(finished)
