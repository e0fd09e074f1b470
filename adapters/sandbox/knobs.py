"""Knobs: what a test turns to bring the emulated back-end into a documented but rare situation."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from ...flow.errors import UsageError
from ...flow.value import Value
from .backend import Backend, SignatureOverride
from .registry import Person, Relationship, User
from .scopes import PATIENT_SCOPES
from .seed import require_loopback_uri


class BlockClient(Value):
    """Block or unblock a client; without an id the PIS of the seed."""

    knob: Literal["block_client"] = "block_client"
    client_id: str | None = None
    blocked: bool = True

    def turn(self, backend: Backend) -> None:
        client = backend.registry.clients.get(self.client_id or backend.seed.pis.id)
        if client is None:
            raise _unknown("client")
        client.is_blocked = self.blocked


class BlockUser(Value):
    """Block or unblock a user; without an id the confidant's."""

    knob: Literal["block_user"] = "block_user"
    user_id: str | None = None
    blocked: bool = True

    def turn(self, backend: Backend) -> None:
        _user(backend, self.user_id).is_blocked = self.blocked


class ForgetUser(Value):
    """Delete a user, leaving its tokens; without an id the confidant's."""

    knob: Literal["forget_user"] = "forget_user"
    user_id: str | None = None

    def turn(self, backend: Backend) -> None:
        del backend.registry.users[_user(backend, self.user_id).id]


class ForgetPerson(Value):
    """Delete a person, leaving its user; without an id the confidant."""

    knob: Literal["forget_person"] = "forget_person"
    person_id: str | None = None

    def turn(self, backend: Backend) -> None:
        if backend.registry.persons.pop(self.person_id or backend.seed.confidant.person_id, None) is None:
            raise _unknown("person")


class AddPerson(Value):
    """Put a person into the registry, as often as `copies` says; `person` has the fields of a request.

    `relationship` is to the confidant of the seed. `user` is linked to the first copy: `orphan` has the patient's
    tax id but belongs to a person that is missing, `foreign` to the confidant.
    """

    knob: Literal["add_person"] = "add_person"
    person: dict[str, Any]
    copies: Annotated[int, Field(ge=0, le=10)] = 1
    relationship: Literal["none", "approved", "unapproved"] = "none"
    user: Literal["none", "active", "blocked", "orphan", "foreign"] = "none"

    def turn(self, backend: Backend) -> None:
        ids = [backend.mint.uuid() for _ in range(self.copies)]
        for person_id in ids:
            backend.registry.persons[person_id] = Person(id=person_id, fields=self.person)
            if self.relationship != "none":
                _relate(backend, backend.seed.confidant.person_id, person_id, approved=self.relationship == "approved")
        if self.user != "none":
            self._add_user(backend, ids)

    def _add_user(self, backend: Backend, ids: list[str]) -> None:
        person_id = ids[0] if ids else backend.mint.uuid()
        if self.user == "orphan":
            person_id = backend.mint.uuid()
        if self.user == "foreign":
            person_id = backend.seed.confidant.person_id
        user = User(
            id=backend.mint.uuid(),
            tax_id=self.person.get("tax_id"),
            person_id=person_id,
            role_scopes=PATIENT_SCOPES,
            is_blocked=self.user == "blocked",
        )
        backend.registry.users[user.id] = user


class GiveConfidantAConfidant(Value):
    """Somebody acts for the confidant of the seed, who may then act for nobody."""

    knob: Literal["give_confidant_a_confidant"] = "give_confidant_a_confidant"

    def turn(self, backend: Backend) -> None:
        _relate(backend, backend.mint.uuid(), backend.seed.confidant.person_id, approved=True)


class SetRelationships(Value):
    """Approve every stored relationship, or take the approval back."""

    knob: Literal["set_relationships"] = "set_relationships"
    approved: bool

    def turn(self, backend: Backend) -> None:
        for bond in backend.registry.relationships.values():
            _verify(bond, approved=self.approved)


class Expire(Value):
    """Everything of one kind that was issued so far has expired by now."""

    knob: Literal["expire"] = "expire"
    what: Literal["jwt", "session", "code", "access", "refresh"]

    def turn(self, backend: Backend) -> None:
        if self.what == "jwt":
            backend.jwts.expire_issued()
            return
        names = {"code": "authorization_code", "refresh": "refresh_token"}
        wanted = names.get(self.what, "access_token")
        for token in backend.registry.tokens.values():
            if token.name == wanted and (wanted != "access_token" or token.is_session == (self.what == "session")):
                token.expires_at = min(token.expires_at, int(backend.now().timestamp()))


class TakeScope(Value):
    """Take a scope away: from all tokens, from all users' roles, or from the client type."""

    knob: Literal["take_scope"] = "take_scope"
    scope: str
    of: Literal["tokens", "roles", "client_type"] = "tokens"

    def turn(self, backend: Backend) -> None:
        registry = backend.registry
        if self.of == "tokens":
            for token in registry.tokens.values():
                token.scope = " ".join(scope for scope in token.scope.split() if scope != self.scope)
        elif self.of == "roles":
            for user in registry.users.values():
                user.role_scopes -= {self.scope}
        else:
            for client in registry.clients.values():
                client.scopes -= {self.scope}


class RevokeApprovals(Value):
    """The resource owner revokes every approval."""

    knob: Literal["revoke_approvals"] = "revoke_approvals"

    def turn(self, backend: Backend) -> None:
        backend.registry.approvals.clear()


class BreakMediaStorage(Value):
    """The media storage refuses signed contents, or works again."""

    knob: Literal["break_media_storage"] = "break_media_storage"
    broken: bool = True

    def turn(self, backend: Backend) -> None:
        backend.switches.media_storage_broken = self.broken


class OverrideSignature(Value):
    """What the signature service reports instead of the truth: a refusal text, counts, an age in minutes.

    Without arguments the truth is told again.
    """

    knob: Literal["override_signature"] = "override_signature"
    message: str | None = None
    signatures: Annotated[int, Field(ge=1, le=9)] = 1
    stamps: Annotated[int, Field(ge=0, le=9)] = 0
    age_minutes: int = 0

    def turn(self, backend: Backend) -> None:
        told = SignatureOverride(self.message, self.signatures, self.stamps, self.age_minutes)
        backend.switches.signature = None if told == SignatureOverride() else told


class AdvanceClock(Value):
    """Move this back-end's clock by so many seconds; a negative number sets it back."""

    knob: Literal["advance_clock"] = "advance_clock"
    seconds: Annotated[float, Field(ge=-4e9, le=4e9, allow_inf_nan=False)]

    def turn(self, backend: Backend) -> None:
        moved = backend.switches.clock_offset + timedelta(seconds=self.seconds)
        try:
            _ = backend.clock() + moved
        except OverflowError:
            raise UsageError("The clock cannot go there.", hint="Move it by fewer seconds.") from None
        backend.switches.clock_offset = moved


class AddRedirectUri(Value):
    """Register one more redirect URI of the PIS of the seed; it must lead to this machine."""

    knob: Literal["add_redirect_uri"] = "add_redirect_uri"
    uri: str

    def turn(self, backend: Backend) -> None:
        backend.registry.clients[backend.seed.pis.id].redirect_uris.append(require_loopback_uri(self.uri))


class Reset(Value):
    """Start over from the seed: registers, switches and clock. The ledger stays."""

    knob: Literal["reset"] = "reset"

    def turn(self, backend: Backend) -> None:
        backend.start_over()


Knob: TypeAlias = (
    BlockClient
    | BlockUser
    | ForgetUser
    | ForgetPerson
    | AddPerson
    | GiveConfidantAConfidant
    | SetRelationships
    | Expire
    | TakeScope
    | RevokeApprovals
    | BreakMediaStorage
    | OverrideSignature
    | AdvanceClock
    | AddRedirectUri
    | Reset
)


class KnobList(Value):
    """The body of `POST /sandbox/knobs`: `{"knobs": [{"knob": "advance_clock", "seconds": 60}, …]}`."""

    knobs: tuple[Annotated[Knob, Field(discriminator="knob")], ...]


def _unknown(what: str) -> UsageError:
    return UsageError(f"The sandbox knows no such {what}.", hint="Take the id from the seed or from an answer.")


def _user(backend: Backend, user_id: str | None) -> User:
    user = backend.registry.users.get(user_id or backend.seed.confidant.user_id)
    if user is None:
        raise _unknown("user")
    return user


def _relate(backend: Backend, confidant_person_id: str, person_id: str, *, approved: bool) -> None:
    bond = Relationship(id=backend.mint.uuid(), confidant_person_id=confidant_person_id, person_id=person_id)
    _verify(bond, approved=approved)
    backend.registry.relationships[bond.id] = bond


def _verify(bond: Relationship, *, approved: bool) -> None:
    bond.verification_status = "VERIFIED" if approved else "VERIFICATION_NEEDED"
    bond.verification_reason = "ONLINE_TRIGGERED"
